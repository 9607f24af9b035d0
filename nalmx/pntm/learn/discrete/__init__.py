"""Discrete fitting: hard controls found by search instead of gradients."""

from .accept import TOLERATED, judged
from .fit import fit_discrete
from .judge import Fitted

__all__ = ["TOLERATED", "Fitted", "fit_discrete", "judged"]
