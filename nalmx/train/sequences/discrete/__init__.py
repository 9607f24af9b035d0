"""Discrete fitting: hard controls found by search instead of gradients."""

from .fit import fit_discrete
from .judge import Fitted

__all__ = ["Fitted", "fit_discrete"]
