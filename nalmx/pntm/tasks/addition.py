"""Addition of two binary numbers, least significant digit first.

The sum has as many digits as the longer operand, and a last 1 if a carry is left.

Example: 1 1 + 1 (3 + 1) → 0 0 1.
"""

from __future__ import annotations

import numpy as np

from ._base import SequenceTask
from ._columns import columns
from ._columns import operands as shape
from ._digits import add, split
from ._draw import BITS, operands
from .specification import Stream
from .tokens import Tokens

PLUS = "+"


def draw(random: np.random.Generator, length: int) -> Tokens:
    """Two numbers with a plus between."""
    left, right = operands(random, length)
    return (*left, PLUS, *right)


TASK = SequenceTask(
    name="addition",
    summary="the sum of two binary numbers, least significant digit first",
    counts="digits of the longer operand",
    prompt_tokens=(*BITS, PLUS),
    answer_tokens=BITS,
    draw=draw,
    answer=lambda prompt: add(*split(prompt, PLUS)),
    specification=columns(shape(BITS, PLUS), (Stream(0), Stream(1)), (1, 1)),
)
