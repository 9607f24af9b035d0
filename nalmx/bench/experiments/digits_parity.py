"""Whether the sum of the digits on a list of images is odd (survey, section 6)."""

from __future__ import annotations

from functools import partial

import torch
from torch import nn

from ...models import NAU, Recurrent
from ...ranges import Range
from . import _digits
from ._registers import register
from .experiment import Cell, Experiment

_BITS = 4


def _build(random: torch.Generator) -> nn.Module:
    """A register compares sums of the four bits and the state; the next state is one of its two outputs."""
    step = nn.Sequential(register(_BITS + 1, random), NAU(2, 1, generator=random))
    return Recurrent(step, [0.0])


def _cells(quick: bool) -> list[Cell]:
    return [{"seeds": 2 if quick else 10, "iterations": 100 if quick else 6_000}]


TASK = _digits.DigitTask(
    features=lambda digits: ((digits[..., None] >> torch.arange(_BITS)) & 1).float(),
    target=lambda digits: (digits.sum(-1, keepdim=True) % 2).double(),
    build=_build,
    step=["Piecewise((1, h1 != x1), (0, True))"],
    items=[Range.parse("[[0,0],[1,1]]")] * _BITS,
    states=[Range.parse("[0,1]")],
    growth=None,
    trained_lengths=(1, 2, 3),
    rate=0.05,
    penalty=10.0,
)
EXPERIMENT = Experiment(
    _cells,
    partial(_digits.run, TASK),
    note="A digit is given as its four bits. Trained on lists of 1 to 3. The survey reports no figures.",
)
