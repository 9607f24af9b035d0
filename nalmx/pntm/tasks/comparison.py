"""Comparison of two binary numbers, least significant digit first, after each digit.

A missing digit is 0. The verdict after a digit compares what has been seen of both numbers so far,
so the last one compares the numbers.

Example: 1 0 1 ? 1 1 (5 ? 3) → = < >.
"""

from __future__ import annotations

from itertools import zip_longest

import numpy as np

from ._base import SequenceTask
from ._columns import operands as shape
from ._digits import split
from ._draw import BITS, operands
from ._running import running
from .specification import Pass, Specification, State, Stream
from .tokens import Token, Tokens

ASK = "?"
LESS, EQUAL, GREATER = VERDICTS = ("<", "=", ">")


def _draw(random: np.random.Generator, length: int) -> Tokens:
    left, right = operands(random, length)
    # Of independent operands, the first digits would soon differ and nothing long would be equal.
    same = int(random.integers(min(len(left), len(right)), endpoint=True))
    return (*left, ASK, *left[:same], *right[same:])


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


TASK = SequenceTask(
    name="comparison",
    summary="which of two binary numbers is less so far, after each digit",
    counts="digits of the longer operand",
    prompt_tokens=(*BITS, ASK),
    answer_tokens=VERDICTS,
    draw=_draw,
    answer=lambda prompt: _verdicts(zip_longest(*split(prompt, ASK), fillvalue="0")),
    specification=Specification(shape(BITS, ASK), (Pass((Stream(0), Stream(1)), _column),), EQUAL),
)
