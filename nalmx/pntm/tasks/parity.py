"""Parity: whether the number of ones is odd, after each bit.

Example: 1 0 1 1 → 1 1 0 1.
"""

from __future__ import annotations

from ._base import SequenceTask
from ._draw import BITS, bits
from ._running import running
from .specification import after_each
from .tokens import Token


def _after(parity: Token, bit: Token) -> Token:
    return "0" if parity == bit else "1"


TASK = SequenceTask(
    name="parity",
    summary="the parity of the ones so far, after each bit",
    counts="bits",
    prompt_tokens=BITS,
    answer_tokens=BITS,
    draw=bits,
    answer=running(_after, "0"),
    specification=after_each(BITS, _after, "0"),
)
