"""Description length: the bits that say a formula, and those that a row of data tells."""

from __future__ import annotations

import math

import numpy as np

from ..expression import Expression, Number
from ..expression.nodes import fold
from .constants import rational_bits
from .rows import Array
from .values import EPSILON

BITS_OF_A_NODE = 3.5


def size_of(expression: Expression) -> tuple[int, float]:
    """How many numbers, inputs and operations an expression has, and the bits of its numbers."""

    def leaf(node: object) -> tuple[int, float]:
        match node:
            case Number(value):
                return 1, rational_bits(value) - 2
            case _:
                return 1, 0.0

    def apply(operation: str, parts: tuple[tuple[int, float], ...]) -> tuple[int, float]:
        several = len(parts) - 1 if operation in ("add", "mul") else 1
        return several + sum(n for n, _ in parts), sum(b for _, b in parts)

    return fold(expression, leaf, apply)


def bits_a_row(target: Array) -> float:
    """What one row can tell: the bits of its target, as finely as the digits of the column go."""
    spread_ = float(np.ptp(target))
    for digits in range(13):
        scaled = target * 10.0**digits
        if np.abs(scaled).max() > 1e15:
            break
        if (np.abs(scaled - np.round(scaled)) <= 4 * EPSILON * np.abs(scaled)).all():
            return min(math.log2(1 + spread_ * 10.0**digits), 40.0)
    return 40.0
