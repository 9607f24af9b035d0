"""What the second arithmetic says of a claim at single points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from random import Random
from typing import Literal

from mpmath import libmp

from ....expression.nodes import Apply, Expression, Truth, post_order, variables
from ....ranges import Interval
from ...domain import Box, Domain, Point
from ...verdict import Claim
from .backend import Prepared
from .exact import exact_value
from .intervals import (
    OPEN,
    UNDEFINED,
    Lack,
    Span,
    Value,
    add,
    holds_zero,
    largest,
    negative,
    smallest,
    span,
    times,
)

BITS = 256
POINTS = 64
_MOST_BOXES = 16
_GRID = 2**20
_JUMPS = ("ceil", "floor", "mod", "sign", "piecewise")
_EVERYWHERE = {
    "add",
    "mul",
    "neg",
    "abs",
    "min",
    "max",
    "sin",
    "cos",
    "exp",
    "atan",
    "floor",
    "ceil",
}
_EVERYWHERE |= {"sign", "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"}
Opinion = Literal["within", "apart", "neither", "open"]


@dataclass(frozen=True, slots=True)
class Compared:
    """How many points were compared, how many of them told, and where the first one contradicts."""

    points: int
    told: int
    contradiction: Point | None


def points_of(domain: Domain, count: int = POINTS) -> Iterator[Point]:
    """Middles, edges and points between, always the same ones."""
    random = Random(0)
    if not domain.ranges:
        yield {}
        return
    boxes = list(islice(domain.boxes(), _MOST_BOXES))
    made = 0
    for box in boxes:
        for part in ("lower", "upper", "middle"):
            yield domain.nearest({name: getattr(extent, part) for name, extent in box.items()})
        made += 3
    while made < count:
        point: Point = {}
        for name, extent in domain.ranges.items():
            chosen = random.choice(extent.intervals)
            place = random.choice((0, _GRID, *(random.randrange(_GRID + 1) for _ in range(4))))
            point[name] = chosen.lower + chosen.width * Fraction(place, _GRID)
        yield domain.nearest(point)
        made += 1


def compare(claim: Claim, limit: Fraction) -> Compared:
    """Hold `|left − right| ≤ limit` (times |right| for a relative tolerance) against points."""
    told = count = 0
    first: Point | None = None
    sides = Prepared(claim.left, BITS), Prepared(claim.right, BITS)
    for point in points_of(claim.domain):
        count += 1
        opinion = _opinion(claim, sides, point, limit)
        told += opinion == "within"
        if opinion in ("apart", "neither") and first is None:
            first = point
    return Compared(count, told, first)


def opinion(claim: Claim, point: Point) -> Opinion:
    """Whether the sides are within the tolerance at a point, apart, or both undefined."""
    sides = Prepared(claim.left, BITS), Prepared(claim.right, BITS)
    return _opinion(claim, sides, point, claim.tolerance.size, strict=True)


def breaks_between(claim: Claim, start: Point, end: Point) -> bool:
    """Whether one side divides by 0 somewhere between two points, where the other is defined."""
    box = {
        name: Interval(min(start[name], end[name]), max(start[name], end[name])) for name in start
    }
    for own, other in ((claim.left, claim.right), (claim.right, claim.left)):
        if isinstance(_on(other, box), Lack) and not _is_everywhere(other):
            continue
        for divisor in _divisors(own):
            if any(isinstance(n, Apply) and n.operation in _JUMPS for n in post_order(divisor)):
                continue
            signs = [_sign_of(_value(divisor, Prepared(divisor, BITS), at)) for at in (start, end)]
            if isinstance(_on(divisor, box), tuple) and sorted(signs) == [-1, 1]:
                return True
    return False


def _is_everywhere(side: Expression) -> bool:
    """Whether a side has a value whatever its inputs are: it divides by numbers that are not 0 alone."""
    for node in post_order(side):
        if not isinstance(node, Apply) or node.operation in _EVERYWHERE:
            continue
        last = node.arguments[-1]
        if node.operation == "piecewise" and last == Truth(True):
            continue
        if node.operation not in ("div", "mod") or variables(last) or not _sign_of(_on(last, {})):
            return False
    return True


def _on(expression: Expression, box: Box) -> Value:
    inputs = {name: span(extent.lower, extent.upper, BITS) for name, extent in box.items()}
    return Prepared(expression, BITS).value(inputs)


def _sign_of(value: Value) -> int:
    """The sign of a number that is certainly not 0; else 0."""
    if not isinstance(value, tuple) or holds_zero(value):
        return 0
    return -1 if value[0][0] else 1


def _divisors(side: Expression) -> Iterator[Expression]:
    """What a side divides by at every point of the domain."""
    if not isinstance(side, Apply) or side.operation == "piecewise":
        return
    if side.operation in ("div", "mod"):
        yield side.arguments[1]
    if side.operation == "tan":
        yield Apply("cos", side.arguments)
    if side.operation == "pow":
        exponent = _on(side.arguments[1], {}) if not variables(side.arguments[1]) else OPEN
        if _sign_of(exponent) < 0:
            yield side.arguments[0]
    for argument in side.arguments:
        yield from _divisors(argument)


def distance_reaches(function: Expression, point: Point, size: Fraction) -> bool:
    """Whether |f| is certainly at least `size` at a point; in exact rationals where f jumps at 1/3."""
    for bits in (BITS, 4 * BITS):
        inputs = {name: span(value, value, bits) for name, value in point.items()}
        value = Prepared(function, bits).value(inputs)
        at_least = span(size, size, bits)[1]
        if isinstance(value, tuple) and libmp.mpf_le(at_least, smallest(value)):
            return True
    exact = exact_value(function, point)
    return isinstance(exact, Fraction) and abs(exact) >= size


def _opinion(
    claim: Claim,
    sides: tuple[Prepared, Prepared],
    point: Point,
    limit: Fraction,
    *,
    strict: bool = False,
) -> Opinion:
    """Without `strict`, sides whose intervals overlap count as equal."""
    left = _value(claim.left, sides[0], point)
    right = _value(claim.right, sides[1], point)
    if left is OPEN or right is OPEN:
        return "within" if not strict and _meet(claim, point) else "open"
    if left is UNDEFINED or right is UNDEFINED:
        if left is not right:
            return "apart"
        return "within" if claim.where_defined else "neither"
    if isinstance(left, bool) or isinstance(right, bool):
        return "within" if left is right else "apart"
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    gap = add(left, negative(right), BITS)
    allowed: Span = span(limit, limit, BITS)
    if claim.tolerance.kind == "rel":
        allowed = times(allowed, (smallest(right), largest(right)), BITS)
    if libmp.mpf_lt(allowed[1], smallest(gap)):
        return "apart"
    if strict and not libmp.mpf_le(largest(gap), allowed[0]):
        return "open"
    return "within"


def _meet(claim: Claim, point: Point) -> bool:
    """Whether the sides of a condition that holds for equal ones have intervals that overlap."""
    condition = claim.states
    if not isinstance(condition, Apply) or condition.operation not in ("le", "ge", "eq"):
        return False
    one, other = (_value(side, Prepared(side, BITS), point) for side in condition.arguments)
    if not isinstance(one, tuple) or not isinstance(other, tuple):
        return False
    return holds_zero(add(one, negative(other), BITS))


def _value(side: Expression, program: Prepared, point: Point) -> Value:
    """The value in intervals; in exact rationals where those leave it open (x = 1/3 at 1/3)."""
    value = program.value({name: span(point[name], point[name], BITS) for name in program.names})
    if value is not OPEN:
        return value
    exact = exact_value(side, point)
    return span(exact, exact, BITS) if isinstance(exact, Fraction) else exact
