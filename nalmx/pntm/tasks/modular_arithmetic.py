"""Modular arithmetic: the value modulo 7 after each operation, applied in order from 0.

Example: +3 *4 -6 → 3 5 6.
"""

from __future__ import annotations

from ._running import running_task
from .tokens import Token

RESIDUES = tuple("0123456")
OPERATIONS = tuple(sign + residue for sign in "+-*" for residue in RESIDUES)


def _after(value: Token, operation: Token) -> Token:
    left, right = int(value), int(operation[1:])
    match operation[0]:
        case "+":
            return RESIDUES[(left + right) % 7]
        case "-":
            return RESIDUES[(left - right) % 7]
    return RESIDUES[left * right % 7]


TASK = running_task(
    "modular-arithmetic",
    "the value modulo 7, after each operation",
    "operations",
    OPERATIONS,
    RESIDUES,
    _after,
)
