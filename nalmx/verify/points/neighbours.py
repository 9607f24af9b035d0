"""Floats of 32 and 64 bits around exact rationals: nearest, next to, and just inside an interval."""

from __future__ import annotations

import math
import struct
from fractions import Fraction
from typing import Literal, TypeAlias

from ...ranges import Interval

Width: TypeAlias = Literal[32, 64]
_LARGEST: dict[int, float] = {32: float(2**128 - 2**104), 64: float(2**1024 - 2**971)}


def nearest(value: Fraction, width: Width) -> float:
    """A finite float at most one step from a rational; the largest one where it is beyond all."""
    largest = _LARGEST[width]
    if abs(value) >= Fraction(largest):
        return largest if value > 0 else -largest
    number = float(value)
    return number if width == 64 else float(struct.unpack("<f", struct.pack("<f", number))[0])


def neighbour(value: Fraction, side: int, width: Width) -> Fraction | None:
    """The float next to a rational, strictly above it (`side` 1) or below it (-1); None: no such."""
    number = nearest(value, width)
    for candidate in (_stepped(number, -side, width), number, _stepped(number, side, width)):
        if math.isfinite(candidate) and (Fraction(candidate) - value) * side > 0:
            return Fraction(candidate)
    return None


def ends(interval: Interval, width: Width) -> tuple[float, float] | None:
    """The smallest and the largest float in an interval; None where it holds none."""
    lower, upper = nearest(interval.lower, width), nearest(interval.upper, width)
    if Fraction(lower) < interval.lower:
        lower = _stepped(lower, 1, width)
    if Fraction(upper) > interval.upper:
        upper = _stepped(upper, -1, width)
    if not (math.isfinite(lower) and math.isfinite(upper)) or lower > upper:
        return None
    return lower + 0.0, upper + 0.0


def _stepped(number: float, side: int, width: Width) -> float:
    """The next float upwards or downwards."""
    if width == 64:
        return math.nextafter(number, side * math.inf)
    if number == 0:
        return side * float(struct.unpack("<f", struct.pack("<i", 1))[0])
    bits = struct.unpack("<i", struct.pack("<f", number))[0]
    bits += 1 if (number > 0) == (side > 0) else -1
    return float(struct.unpack("<f", struct.pack("<i", bits))[0])
