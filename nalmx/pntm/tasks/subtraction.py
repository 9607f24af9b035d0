"""Subtraction of two binary numbers, least significant digit first, the first not the smaller.

The difference has as many digits as the first operand, which is never the shorter one.

Example: 0 1 1 - 1 (6 − 1) → 1 0 1.
"""

from __future__ import annotations

import numpy as np

from ._binary import Operands, binary_task, shape
from ._columns import columns
from ._digits import bits_of, number
from ._draw import bits, up_to
from .specification import Stream


def _draw(random: np.random.Generator, length: int) -> Operands:
    # At least every second try succeeds, on average: the second operand is no longer.
    while True:
        left, right = bits(random, length), bits(random, up_to(random, length))
        if number(left) >= number(right):
            return left, right


TASK = binary_task(
    "subtraction",
    "the difference of two binary numbers, least significant digit first",
    "-",
    lambda left, right: bits_of(number(left) - number(right), len(left)),
    columns(shape("-"), (Stream(0), Stream(1)), (1, -1), with_first=True, no_longer=((1, 0),)),
    draw=_draw,
    counts="digits of the first operand",
)
