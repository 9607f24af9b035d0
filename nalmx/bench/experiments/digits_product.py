"""The product of the digits on a list of images (survey, section 7)."""

from __future__ import annotations

from functools import partial

from torch import Generator

from ...models import NMU, Recurrent
from ...ranges import Range
from . import _digits
from .experiment import Experiment


def _product(random: Generator) -> Recurrent:
    return Recurrent(NMU(2, 1, generator=random), [1.0])


TASK = _digits.DigitTask(
    features=lambda digits: digits[..., None].float(),
    target=lambda digits: digits.double().prod(-1, keepdim=True),
    build=_product,
    step=["h1*x1"],
    items=[Range.parse("[1,9]")],
    states=[Range.parse("[0,1" + "0" * 18 + "]")],
    growth=None,
    digits=(1, 9),
    lengths=(1, 2, 10, 20),
    trained_lengths=(2,),
)
EXPERIMENT = Experiment(
    _digits.cells,
    partial(_digits.run, TASK),
    note="Trained on products of two digits from 1 to 9. Published: as for the sum.",
)
