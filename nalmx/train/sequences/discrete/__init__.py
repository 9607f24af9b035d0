"""Discrete fitting: hard controls found by search instead of gradients."""

from .accept import TOLERATED, judged
from .exam import Exam
from .fit import fit_discrete
from .independence import Noise
from .judge import Fitted

__all__ = ["TOLERATED", "Exam", "Fitted", "Noise", "fit_discrete", "judged"]
