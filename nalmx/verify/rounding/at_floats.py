"""What a float program computes at points of a domain, against the right side: judged exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Literal, TypeAlias

import flint
import numpy as np

from ...clock import look
from ...errors import NoTruthValue
from ...expression import IRRATIONAL, Undefined, evaluate
from ...expression.ball import ball, enclose, precision
from ...expression.float_program import FloatProgram, Precision
from ...rationals import spell
from ..bounding.bounds import as_fraction, decimal_below
from ..domain import Box, Point
from ..verdict import Claim, Counterexample
from .float_run import Floats, run

_BITS = 256
_MOST_TRIES = 20_000
_JUST_BELOW_HALF = Fraction(1, 2) - Fraction(1, 2**20)
CheckedIn: TypeAlias = Literal["exact rationals", "balls"]


@dataclass(frozen=True, slots=True)
class Seen(NoTruthValue):
    """The largest difference met at points, and one of them at which the claim fails."""

    _ask = "seen.failure is None"

    largest: Fraction | None = None
    failure: Counterexample | None = None


@dataclass(frozen=True, slots=True)
class _Truth:
    low: Fraction
    high: Fraction
    shown: str
    checked_in: CheckedIn


def look_at(program: FloatProgram, claim: Claim, points: Iterable[Point]) -> Seen:
    """Judge points until one is found at which the claim fails."""
    largest: Fraction | None = None
    for point in points:
        look()
        judged = judge(program, claim, point)
        if isinstance(judged, Counterexample):
            return Seen(largest, judged)
        if judged is not None:
            largest = judged if largest is None else max(largest, judged)
    return Seen(largest)


def judge(program: FloatProgram, claim: Claim, point: Point) -> Counterexample | Fraction | None:
    """What the two sides certainly differ by at a point, or the point where that is too much; None if open.

    Relative to the right side where the tolerance is. A point of other numbers is none of a program whose
    inputs are floats.
    """
    if point not in claim.domain:
        raise ValueError(f"the point {point} is outside the domain of the claim")
    if program.float_inputs and not all(map(program.precision.holds, point.values())):
        return None
    truth, value = _truth(claim, point), run(program, point)
    if truth is None or not isinstance(value, Floats | Undefined):
        return None
    if isinstance(value, Undefined):
        reason = f"the left side has no finite value in {program.precision.name}: {value.reason}"
        shown = f"none ({value.reason})"
        return Counterexample(point, shown, truth.shown, reason, truth.checked_in)
    least = max(value.low - truth.high, truth.low - value.high, Fraction(0))
    size = max(abs(truth.low), abs(truth.high))
    relative = claim.tolerance.kind == "rel"
    if least > claim.tolerance.size * (size if relative else 1):
        reason = f"what is computed differs by at least {decimal_below(least)}"
        shown = _shown(value)
        return Counterexample(point, shown, truth.shown, reason, truth.checked_in)
    return least / size if relative and size else least


def _truth(claim: Claim, point: Point) -> _Truth | None:
    """The right side at a point, where it is defined."""
    exact = evaluate(claim.right, point)
    if isinstance(exact, Fraction):
        return _Truth(exact, exact, spell(exact), "exact rationals")
    if exact is not IRRATIONAL:
        return None
    with precision(_BITS):
        value = enclose(claim.right, {name: ball(x) for name, x in point.items()})
        if not isinstance(value, flint.arb):
            return None
        low, high = -as_fraction(-value), as_fraction(value)
        return _Truth(low, high, str(value.str(20, radius=False)), "balls")


def _shown(value: Floats) -> str:
    if value.low == value.high:
        return repr(float(value.low))
    return f"from {float(value.low)!r} to {float(value.high)!r}"


def suspects(
    claim: Claim,
    kind: Precision,
    boxes: Sequence[Box],
    others: Sequence[Point],
    count: int,
    seed: int,
) -> Iterator[Point]:
    """Points of the domain in some boxes: their corners, then floats, and reals that are rounded far."""
    anywhere = {name: extent.intervals[0].lower for name, extent in claim.domain.ranges.items()}
    found = _candidates(kind, boxes, others, seed)
    placed = (claim.domain.nearest({**anywhere, **point}) for point in found)
    inside = (point for point in placed if point in claim.domain)
    return islice(inside, count)


def _candidates(
    kind: Precision, boxes: Sequence[Box], others: Sequence[Point], seed: int
) -> Iterator[Point]:
    for point in others:
        yield {name: kind.nearest(value) or value for name, value in point.items()}
        yield point
    for box in boxes:
        for ends in ("lower", "upper", "middle"):
            corner = {name: getattr(extent, ends) for name, extent in box.items()}
            yield {name: kind.nearest(value) or value for name, value in corner.items()}
            yield corner
    draw = np.random.default_rng(seed)
    for place in range(_MOST_TRIES if boxes else 0):
        box = boxes[place % len(boxes)]
        parts = [Fraction(u) for u in draw.random(len(box)).tolist()]
        drawn = {
            name: kind.nearest(extent.lower + part * extent.width)
            for part, (name, extent) in zip(parts, box.items(), strict=True)
        }
        point = {name: value for name, value in drawn.items() if value is not None}
        if len(point) < len(box):
            continue
        yield point
        signs = draw.integers(-1, 2, len(box)).tolist()
        yield {
            name: value + sign * _JUST_BELOW_HALF * kind.ulp_below(abs(value))
            for sign, (name, value) in zip(signs, point.items(), strict=True)
        }
