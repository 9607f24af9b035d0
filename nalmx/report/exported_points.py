"""The points of exported tests, and how near two results in floats have to be there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product
from random import Random
from typing import TypeAlias

from ..expression import sort_of
from ..python_layout import Code, call, number
from ..ranges import Range
from ..verify import Claim
from ..verify.points.neighbours import ends, nearest
from .float_errors import float_errors

FloatRanges: TypeAlias = Mapping[str, list[tuple[float, float]]]
_MOST_CORNERS = 16
_SAMPLES = 60
_RELATIVE = 1e-9
_LEAST_ABSOLUTE = 1e-12
_MARGIN = 100


@dataclass(frozen=True, slots=True)
class Close:
    """How near two results in floats have to be."""

    relative: float
    absolute: float
    undefined: bool
    conditions: bool

    @property
    def sentence(self) -> str:
        if self.conditions:
            return "The same truth value in floats."
        return (
            f"Floats round: within {self.relative:.2g} of the larger value, or {self.absolute:.2g}."
        )

    def compared(self, left: str, right: str) -> Code:
        if self.conditions:
            return f"{left} == {right}"
        room = f"rel_tol={number(self.relative)}", f"abs_tol={number(self.absolute)}"
        return call("math.isclose", (left, right, *room))


def closeness(claim: Claim, floats: FloatRanges) -> Close:
    """The tolerance of the claim, and room for the rounding that is measured here."""
    at_ends = [rounded(point, floats) for point in corners(claim)]
    samples = list(_samples(floats, at_ends))
    errors = [float_errors(side, samples) for side in (claim.left, claim.right)]
    absolute = max(_LEAST_ABSOLUTE, _MARGIN * max(error.largest for error in errors))
    size, kind = nearest(claim.tolerance.size, 64), claim.tolerance.kind
    return Close(
        _RELATIVE + (size if kind == "rel" else 0),
        float(f"{absolute:.1e}") + (size if kind == "abs" else 0),
        any(error.undefined for error in errors),
        sort_of(claim.left) == "truth",
    )


def corners(claim: Claim) -> list[tuple[Fraction, ...]]:
    """Corners of the domain: all of them where they are few, otherwise the most different ones."""
    by_input = [
        [end for interval in extent.intervals for end in (interval.lower, interval.upper)]
        for extent in claim.domain.ranges.values()
    ]
    if math.prod(len(each) for each in by_input) <= _MOST_CORNERS:
        return list(product(*by_input))
    lowest, highest = [each[0] for each in by_input], [each[-1] for each in by_input]
    mixed = [each[-(place % 2)] for place, each in enumerate(by_input)]
    other = [each[-((place + 1) % 2)] for place, each in enumerate(by_input)]
    chosen = [lowest, highest, mixed, other, *islice(product(*by_input), _MOST_CORNERS - 4)]
    return list(dict.fromkeys(tuple(corner) for corner in chosen))


def _samples(
    floats: FloatRanges, corners: Sequence[tuple[float, ...]]
) -> Iterator[dict[str, float]]:
    """Points at which rounding is measured: the corners, whole numbers and uniform ones."""
    random = Random(0)
    for corner in corners:
        yield dict(zip(floats, corner, strict=True))
    for _ in range(_SAMPLES):
        point = {}
        for name, held in floats.items():
            lower, upper = random.choice(held)
            value = min(max(lower + (upper - lower) * random.random(), lower), upper)
            point[name] = value if math.isfinite(value) else upper
        yield point


def float_intervals(extent: Range) -> list[tuple[float, float]]:
    found = [ends(interval, 64) for interval in extent.intervals]
    return [held for held in found if held is not None]


def rounded(point: Sequence[Fraction], floats: FloatRanges) -> tuple[float, ...]:
    """The nearest point whose coordinates are floats of the domain."""
    found = []
    for value, held in zip(point, floats.values(), strict=True):
        inside = [min(max(nearest(value, 64), lower), upper) for lower, upper in held]
        found.append(min((abs(Fraction(near) - value), near) for near in inside)[1])
    return tuple(found)
