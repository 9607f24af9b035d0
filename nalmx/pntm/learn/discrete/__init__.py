"""Discrete fitting: hard controls found by search instead of gradients."""

from .accept import TOLERATED, judged
from .fit import fit_discrete
from .judge import FittedMachine

__all__ = ["TOLERATED", "FittedMachine", "fit_discrete", "judged"]
