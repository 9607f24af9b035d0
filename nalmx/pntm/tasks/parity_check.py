"""Parity check: whether the number of ones is odd, said once when the string has ended.

Example: 1 0 1 1 → 1.
Reference: Delétang et al. (2023), Neural networks and the Chomsky hierarchy.
"""

from __future__ import annotations

from ._draw import BITS
from ._fold import fold_task

TASK = fold_task(
    "parity-check",
    "the parity of the ones, in the end",
    BITS,
    BITS,
    lambda prompt: str(prompt.count("1") % 2),
    "0",
    lambda parity, bit: "0" if parity == bit else "1",
    str,
)
