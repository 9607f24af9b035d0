"""Discrete fitting: hard controls found by search instead of gradients."""

from .fit import Fitted, fit_discrete

__all__ = ["Fitted", "fit_discrete"]
