"""Multiplication of a decimal number by 7, least significant digit first.

The product has as many digits as the number, and the last carry if it is not 0.

Example: 2 1 (12) → 4 8, and 5 (5) → 5 3.
"""

from __future__ import annotations

from functools import partial

from ._base import SequenceTask
from ._columns import columns
from ._digits import times
from ._draw import symbols
from .specification import Block, Stream

DIGITS = tuple("0123456789")
FACTOR = 7

TASK = SequenceTask(
    name="multiply",
    summary="a decimal number times 7, least significant digit first",
    counts="digits",
    prompt_tokens=DIGITS,
    answer_tokens=DIGITS,
    draw=partial(symbols, alphabet=DIGITS),
    answer=lambda prompt: times(prompt, FACTOR),
    specification=columns((Block(DIGITS),), (Stream(),), (FACTOR,), 10),
)
