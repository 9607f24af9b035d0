"""The largest difference of the two sides of a claim, from below: points, then a search from the best.

For a claim with a relative tolerance it is the largest ratio to the right side.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from mpmath import iv

from .oracle import Undecided, Undefined, value
from .replay import Ranges, ranges
from .statement import Point, Stated

_DIGITS = 40
_STARTS = 5


def largest_difference(stated: Stated, count: int = 600) -> tuple[float, Point]:
    """A lower limit on the largest difference that is close to it, and where it is."""
    domain = ranges(stated)
    known: dict[tuple[Fraction, ...], float] = {}

    def difference(point: Point) -> float:
        key = tuple(point.values())
        if key not in known:
            known[key] = _difference(stated, point)
        return known[key]

    tried = sorted(_points(domain, count), key=difference, reverse=True)
    best = max((_climbed(domain, point, difference) for point in tried[:_STARTS]), key=difference)
    return difference(best), best


def _difference(stated: Stated, point: Point) -> float:
    iv.dps = _DIGITS
    try:
        left, right = value(stated.left, point), value(stated.right, point)
    except (Undecided, Undefined):
        return -1.0
    if isinstance(left, bool):
        return float(left != right)
    left, right = (
        iv.mpf(side.numerator) / side.denominator if isinstance(side, Fraction) else side
        for side in (left, right)
    )
    gap = abs(left - right)
    if stated.tolerance.startswith("rel"):
        if float(abs(right).b) == 0:
            return 0.0
        gap = gap / abs(right)
    return float(gap.mid)


def _points(domain: Ranges, count: int) -> Iterator[Point]:
    ends = [[end for interval in parts for end in interval] for parts in domain.values()]
    corners = list(product(*ends)) if len(ends) <= 6 else []
    yield from (dict(zip(domain, corner, strict=True)) for corner in corners)
    generator = random.Random(0)
    if not corners:
        for _ in range(count):
            yield {name: generator.choice(e) for name, e in zip(domain, ends, strict=True)}
    for place in range(count):
        point = {}
        for name, parts in domain.items():
            low, high = generator.choice(parts)
            share = place / count if len(domain) == 1 else generator.random()
            if place % 4 == 0:
                share = generator.choice((10 ** -(8 * share), 1 - 10 ** -(8 * share), 0.5))
            point[name] = _between(low, high, float(low) + float(high - low) * share)
        yield point
    if len(domain) > 1:
        low, high = max(p[0][0] for p in domain.values()), min(p[-1][1] for p in domain.values())
        for place in range(count // 4 if low < high else 0):
            level = low + (high - low) * Fraction(place, count // 4)
            if all(any(a <= level <= b for a, b in parts) for parts in domain.values()):
                yield dict.fromkeys(domain, level)


def _between(low: Fraction, high: Fraction, x: float) -> Fraction:
    return min(max(Fraction(x), low), high)


def _climbed(domain: Ranges, start: Point, difference: object) -> Point:
    """Steps along one input at a time, halved when none of them helps."""
    point, best = dict(start), difference(start)  # type: ignore[operator]
    inside = {
        name: next((low, high) for low, high in parts if low <= point[name] <= high)
        for name, parts in domain.items()
    }
    scale = 0.05
    while scale > 1e-10:
        improved = False
        for name, (low, high) in inside.items():
            for turn in (scale, -scale):
                x = float(point[name]) + turn * float(high - low)
                other = {**point, name: _between(low, high, x)}
                if (found := difference(other)) > best:  # type: ignore[operator]
                    point, best, improved = other, found, True
        if not improved:
            scale /= 3
    return point
