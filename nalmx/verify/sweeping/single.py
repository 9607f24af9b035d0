"""float32 numbers: those of a range as runs of bit patterns, and expressions rounded to float32."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from ...expression.float_program import FLOAT32
from ...expression.straight_line import StraightLine, numbers_of, whole_power
from ...ranges import Interval, Range
from .rounded import results
from .values import number

_SIGN = 0x8000_0000
_LARGEST = 0x7F7F_FFFF
Run = tuple[int, int]


def runs(extent: Range) -> tuple[Run, ...]:
    """The finite float32 numbers of a range as runs (first, count) of bit patterns.

    Both zeros belong to a range that contains 0.
    """
    return tuple(run for interval in extent.intervals for run in _runs(interval))


def _runs(interval: Interval) -> list[Run]:
    made = []
    for sign, low, high in (
        (0, interval.lower, interval.upper),
        (_SIGN, -interval.upper, -interval.lower),
    ):
        if high >= 0:
            first, last = _at_least(max(low, Fraction(0))), _at_most(high)
            if first <= last:
                made.append((sign + first, last - first + 1))
    return made


def _at_most(size: Fraction) -> int:
    """The bits of the largest finite float32 that is not above `size`, which is not negative."""
    low, high = 0, _LARGEST
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if exactly(middle) <= size else (low, middle - 1)
    return low


def _at_least(size: Fraction) -> int:
    """The bits of the smallest float32 that is not below `size`; past the largest if none is."""
    below = _at_most(size)
    return below if exactly(below) == size else below + 1


def from_bits(bits: int) -> np.float32:
    """The float32 with these bits."""
    return np.uint32(bits).view(np.float32)


def exactly(bits: int) -> Fraction:
    """The exact value of the float32 with these bits."""
    return Fraction(float(from_bits(bits)))


def rounded(content: object) -> np.float32:
    """A number or constant as a program in float32 has it: the nearest float32."""
    if isinstance(content, Fraction):
        nearest = FLOAT32.nearest(content)
        return np.float32(math.copysign(math.inf, content) if nearest is None else float(nearest))
    return np.float32(number(content))


class _Functions:
    """Functions of float32 numbers that give float32 numbers."""

    sqrt, minimum, maximum = np.sqrt, np.minimum, np.maximum

    @staticmethod
    def float_power(x: np.float32, y: int) -> np.float32:
        power: np.float32 = whole_power(x, y, np.float32(1))
        return power


def evaluate(program: StraightLine, inputs: Mapping[str, np.float32]) -> float:
    """The first result of a program, with every operation rounded to float32."""
    numbers = [rounded(step.content) for step in numbers_of(program)]
    with np.errstate(all="ignore"):
        return float(next(results(program, numbers, inputs, _Functions)))


def error_of(content: object) -> float:
    """A float64 that is not below the distance of a number or constant from its float64."""
    nearest = number(content)
    if not isinstance(content, Fraction):
        return math.ulp(nearest)
    if not math.isfinite(nearest):
        return math.inf
    return math.nextafter(float(abs(content - Fraction(nearest))), math.inf)
