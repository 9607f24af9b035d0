"""The sum of the digits on a list of images (survey, section 7)."""

from __future__ import annotations

from functools import partial

from ...ranges import Range
from . import _digits
from .experiment import Experiment

TASK = _digits.DigitTask(
    features=lambda digits: digits[..., None].float(),
    target=lambda digits: digits.sum(-1, keepdim=True).double(),
    build=_digits.sums(1, 1),
    step=["h1 + x1"],
    items=[Range.parse("[0,9]")],
    states=[Range.parse("[0,9000000]")],
    growth=Range.parse("[0,9]"),
)
EXPERIMENT = Experiment(
    _digits.cells,
    partial(_digits.run, TASK),
    note="Published: NAU and NMU add what is read without an error of their own; NALU and LSTM do not.",
)
