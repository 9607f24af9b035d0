"""Parity: whether the number of ones is odd, after each bit.

Example: 1 0 1 1 → 1 1 0 1.
"""

from __future__ import annotations

from ._draw import BITS
from ._running import running_task
from .tokens import Token


def _after(parity: Token, bit: Token) -> Token:
    return "0" if parity == bit else "1"


TASK = running_task(
    "parity",
    "the parity of the ones so far, after each bit",
    "bits",
    BITS,
    BITS,
    _after,
)
