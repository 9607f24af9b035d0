"""How often each digit occurs on a list of images (survey, section 7)."""

from __future__ import annotations

from functools import partial

from torch.nn.functional import one_hot

from ...ranges import Range
from . import _digits
from .experiment import Experiment

_DIGITS = 10
TASK = _digits.DigitTask(
    features=lambda digits: one_hot(digits, _DIGITS).float(),
    target=lambda digits: one_hot(digits, _DIGITS).sum(-2).double(),
    build=_digits.sums(_DIGITS, _DIGITS),
    step=[f"h{k + 1} + x{k + 1}" for k in range(_DIGITS)],
    items=[Range.parse("[0,1]")] * _DIGITS,
    states=[Range.parse("[0,1000000]")] * _DIGITS,
    growth=Range.parse("[0,1]"),
)
EXPERIMENT = Experiment(
    _digits.cells,
    partial(_digits.run, TASK),
    note="Published (Trask et al., not checked against the paper): mean error of the NALU "
    "0.12 at length 10, 4.18 at 1,000.",
)
