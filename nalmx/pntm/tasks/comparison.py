"""Comparison of two binary numbers, least significant digit first, after each digit.

A missing digit is 0. The verdict after a digit compares what has been seen of both numbers so far,
so the last one compares the numbers.

Example: 1 0 1 ? 1 1 (5 ? 3) → = < >.
"""

from __future__ import annotations

from itertools import zip_longest

import numpy as np

from ._binary import Operands, binary_task, operands, shape
from ._running import running
from .specification import Pass, Specification, State, Stream
from .tokens import Token

LESS, EQUAL, GREATER = VERDICTS = ("<", "=", ">")


def _draw(random: np.random.Generator, length: int) -> Operands:
    left, right = operands(random, length)
    # Of independent operands, the first digits would soon differ and nothing long would be equal.
    same = int(random.integers(min(len(left), len(right)), endpoint=True))
    return left, (*left[:same], *right[same:])


def _verdict(lower: Token, digits: tuple[Token, Token]) -> Token:
    """The verdict of numbers with these next digits and this verdict on the lower ones."""
    left, right = digits
    if left == right:
        return lower
    return LESS if left < right else GREATER


_verdicts = running(_verdict, EQUAL)


def _column(lower: State, digits: tuple[Token | None, ...]) -> tuple[State, Token]:
    verdict = _verdict(str(lower), (digits[0] or "0", digits[1] or "0"))
    return verdict, verdict


TASK = binary_task(
    "comparison",
    "which of two binary numbers is less so far, after each digit",
    "?",
    lambda left, right: _verdicts(zip_longest(left, right, fillvalue="0")),
    Specification(shape("?"), (Pass((Stream(0), Stream(1)), _column),), EQUAL),
    draw=_draw,
    answer_tokens=VERDICTS,
)
