"""Subtraction of two binary numbers, least significant digit first, the first not the smaller.

The difference has as many digits as the first operand, which is never the shorter one.

Example: 0 1 1 - 1 (6 − 1) → 1 0 1.
"""

from __future__ import annotations

import numpy as np

from ._base import SequenceTask
from ._columns import columns
from ._columns import operands as shape
from ._digits import bits_of, number, split
from ._draw import BITS, bits, up_to
from .specification import Stream
from .tokens import Tokens

MINUS = "-"


def _draw(random: np.random.Generator, length: int) -> Tokens:
    # At least every second try succeeds, on average: the second operand is no longer.
    while True:
        left, right = bits(random, length), bits(random, up_to(random, length))
        if number(left) >= number(right):
            return (*left, MINUS, *right)


def _answer(prompt: Tokens) -> Tokens:
    left, right = split(prompt, MINUS)
    return bits_of(number(left) - number(right), len(left))


TASK = SequenceTask(
    name="subtraction",
    summary="the difference of two binary numbers, least significant digit first",
    counts="digits of the first operand",
    prompt_tokens=(*BITS, MINUS),
    answer_tokens=BITS,
    draw=_draw,
    answer=_answer,
    specification=columns(
        shape(BITS, MINUS),
        (Stream(0), Stream(1)),
        (1, -1),
        with_first=True,
        no_longer=((1, 0),),
    ),
)
