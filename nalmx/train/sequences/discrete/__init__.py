"""Discrete fitting: hard controls found by search instead of gradients."""

from .accept import exam_of
from .exam import Exam
from .fit import fit_discrete
from .independence import Noise
from .judge import Fitted

__all__ = ["Exam", "Fitted", "Noise", "exam_of", "fit_discrete"]
