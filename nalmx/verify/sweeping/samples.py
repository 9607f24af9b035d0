"""Uniform points of a domain, each a function of (seed, place, input) and of nothing else.

Whoever asks for a point by its place gets the same one: a loop on any number of threads, or NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ...codegen.counter_random import FLOAT_OF_ONE, GOLDEN, TO_MANTISSA, mixed
from ...ranges import Interval, Range
from ..domain import Domain

_STREAM = 0xD1B54A32D192ED03
_WORD = 2**64 - 1
_FEWEST_FLOATS = 2**20
_STEPS = 64
_MOST = Fraction(np.finfo(np.float64).max)


def float_ends(interval: Interval) -> tuple[float, float] | None:
    """The smallest and the largest float64 inside an interval; None where it holds too few."""
    try:
        lower, upper = float(interval.lower), float(interval.upper)
    except OverflowError:
        return None
    if Fraction(lower) < interval.lower:
        lower = math.nextafter(lower, math.inf)
    if Fraction(upper) > interval.upper:
        upper = math.nextafter(upper, -math.inf)
    enough = upper - lower >= _FEWEST_FLOATS * math.ulp(max(abs(lower), abs(upper)))
    return (lower, upper) if lower < upper and enough else None


@dataclass(frozen=True, slots=True)
class DrawnInterval:
    """An interval: the numbers t of [1, 2) from `start` on make its points `base + t * scale`.

    Rounding included, no point lies outside.
    """

    start: float
    base: float
    scale: float


def drawn_intervals(extent: Range) -> tuple[DrawnInterval, ...] | None:
    """The intervals of a range, each with its share by width.

    Points that stand alone have no width: they have a share only where there is nothing else.
    None where an interval is too narrow, or too far out, to be filled with float64 numbers.
    """
    if len(extent.points) == len(extent.intervals):
        return _alone(extent.points)
    intervals = [interval for interval in extent.intervals if interval.width]
    widths = [interval.width for interval in intervals]
    whole = sum(widths, Fraction(0))
    starts = [1 + float(sum(widths[:n], Fraction(0)) / whole) for n in range(len(widths))]
    made = []
    for place, interval in enumerate(intervals):
        ends = float_ends(interval)
        following = starts[place + 1] if place + 1 < len(starts) else 2.0
        if ends is None or starts[place] >= following:
            return None
        drawn = _fitted(*ends, starts[place], math.nextafter(following, 0))
        if drawn is None:
            return None
        made.append(drawn)
    return tuple(made)


def _alone(points: Sequence[Fraction]) -> tuple[DrawnInterval, ...] | None:
    """Equal shares for points, where all of them are float64 numbers."""
    if not all(-_MOST <= point <= _MOST and Fraction(float(point)) == point for point in points):
        return None
    return tuple(
        DrawnInterval(1 + n / len(points), float(point), 0.0) for n, point in enumerate(points)
    )


def _fitted(lower: float, upper: float, first: float, last: float) -> DrawnInterval | None:
    """The interval whose points for t from `first` to `last` fill [lower, upper]."""
    length = Fraction(last) - Fraction(first)
    if not length:
        return None
    try:
        scale = float((Fraction(upper) - Fraction(lower)) / length)
        base = float(Fraction(lower) - Fraction(first) * Fraction(scale))
    except OverflowError:
        return None
    for _ in range(_STEPS):
        # Rounding is monotonic, so the first and the last point bound the others.
        if base + first * scale < lower:
            base = math.nextafter(base, math.inf)
        elif base + last * scale > upper:
            scale = math.nextafter(scale, 0)
        else:
            return DrawnInterval(first, base, scale)
    return None


def key(seed: int, number: int) -> int:
    """Where the counter of an input starts; `number` is the place of the input in the domain."""
    start = mixed(_words(seed)) + _words((number + 1) * _STREAM)
    return int(mixed(start)[0])


def _words(value: int) -> NDArray[np.uint64]:
    """The last 64 bits of a whole number; an array, whose words wrap around without a warning."""
    return np.array([value & _WORD], dtype=np.uint64)


def draw(
    tables: Mapping[str, tuple[DrawnInterval, ...]], places: NDArray[np.uint64], seed: int
) -> dict[str, NDArray[np.float64]]:
    """The points at some places, one array an input; bit for bit what a compiled loop draws."""
    return {
        name: _spread(table, _counted(places, key(seed, number)))
        for number, (name, table) in enumerate(tables.items())
    }


def tables(domain: Domain) -> dict[str, tuple[DrawnInterval, ...]] | None:
    """The intervals of every input; None where an interval holds too few float64 numbers."""
    made = {name: drawn_intervals(extent) for name, extent in domain.ranges.items()}
    found = {name: table for name, table in made.items() if table is not None}
    return found if len(found) == len(made) else None


def _counted(places: NDArray[np.uint64], start: int) -> NDArray[np.float64]:
    z = (places + np.uint64(1)) * np.uint64(GOLDEN) + np.uint64(start)
    counted: NDArray[np.float64] = ((mixed(z) >> TO_MANTISSA) | FLOAT_OF_ONE).view(np.float64)
    return counted


def _spread(table: tuple[DrawnInterval, ...], t: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(table) == 1:
        return table[0].base + t * table[0].scale
    starts, bases, scales = (
        np.array([getattr(interval, part) for interval in table])
        for part in ("start", "base", "scale")
    )
    chosen = np.searchsorted(starts, t, side="right") - 1
    points: NDArray[np.float64] = bases[chosen] + t * scales[chosen]
    return points
