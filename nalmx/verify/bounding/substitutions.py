"""Claims that are at least as strong as another one, and easier to bound, since they have other inputs.

Where the difference of two sides stays the same along a direction, one input may be 0, or 1, and others
become sums, or products: log(eˣ + eʸ) − max(x, y) depends on x − y alone, and the ratio of Planck's law to
that of Rayleigh and Jeans on h·ν/(k·T). Where numbers are rounded, floor(u) is u − 1/2 − φ with φ in
[−1/2, 1/2] as an input of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import count, product
from statistics import median

import flint

from ...expression import Apply, Expression, Variable, variables
from ...expression.ball import ball, enclose, ends_of, interval, precision
from ...expression.build import negative, quotient, rational, total
from ...expression.nodes import post_order, substitute
from ...ranges import Interval, Range
from ..algebra.case import Case
from ..algebra.decision import decide
from ..algebra.signs import BITS, NONNEGATIVE, SignCondition
from ..algebra.suspects import generic_points
from ..domain import Domain, Point
from ..verdict import Claim
from .weights import directions

_HALF = Fraction(1, 2)
_TO_SHIFT = 20_000  # operations, 0.1 s
_SWEEPS, _MOST_FRACTIONS, _LARGEST_EXPONENT = 8, 40, 16
_Directions = Mapping[str, Mapping[str, Fraction]]


@dataclass(frozen=True, slots=True)
class Substituted:
    """A claim that implies another one, even if it holds only where all conditions do.

    `back` leads from a point of it to one of the other claim with about the same difference.
    """

    claim: Claim
    conditions: tuple[SignCondition, ...]
    back: Callable[[Point], Point]


def difference_of(claim: Claim, case: Case | None = None) -> Expression:
    """The left side less the right one, as written; its ratio to the right one for such a tolerance."""
    sides = claim if case is None else case
    difference = total([sides.left, negative(sides.right)])
    return quotient(difference, sides.right) if claim.tolerance.kind == "rel" else difference


def with_fewer_inputs(claim: Claim) -> Substituted | None:
    """The claim with inputs that are 0 or 1, where the difference stays the same along directions."""
    names = variables(claim.left, claim.right)
    if claim.domain.integers or len(names) < 2:
        return None
    difference = difference_of(claim)
    for scaling in (False, True):
        never = {n for n in names if scaling and claim.domain.ranges[n].lower <= 0}
        found = directions(difference, names, never, scaling=scaling)
        if found:
            return _along(claim, names, found, scaling)
    if _shifts(claim, difference, names):
        return _along(claim, names, {names[-1]: dict.fromkeys(names[:-1], Fraction(1))}, False)
    return None


def _shifts(claim: Claim, difference: Expression, names: tuple[str, ...]) -> bool:
    """Whether shifting all inputs alike changes nothing: by algebra, asked where two points allow it."""
    *others, last = map(Variable, names)
    away: dict[str, Expression] = {v.name: total([v, negative(last)]) for v in others}
    shifted = substitute(difference, {**away, last.name: rational(0)})
    for point in generic_points(claim.domain, 2):
        with precision(BITS):
            inputs = {name: ball(value) for name, value in point.items()}
            ends = enclose(difference, inputs), enclose(shifted, inputs)
            known = [value for value in ends if isinstance(value, flint.arb)]
            if len(known) < 2 or not known[0].overlaps(known[1]):
                return False
    return decide(Claim(difference, shifted, claim.domain), _TO_SHIFT).outcome == "proved"


def _along(claim: Claim, names: tuple[str, ...], found: _Directions, scaling: bool) -> Substituted:
    ranges = {name: claim.domain.ranges[name] for name in names}
    one: dict[str, Expression] = dict.fromkeys(found, rational(int(scaling)))
    left, right = (substitute(side, one) for side in (claim.left, claim.right))
    kept = {
        name: _moved(name, extent, ranges, found, scaling)
        for name, extent in ranges.items()
        if name not in found
    }
    made = Claim(left, right, Domain(kept), claim.tolerance)
    return Substituted(made, (), lambda point: _back(point, ranges, found, scaling))


def _moved(
    name: str, extent: Range, ranges: Mapping[str, Range], found: _Directions, scaling: bool
) -> Range:
    """The range of an input divided by powers of others, or less multiples of them."""
    for other, along in found.items():
        weight = along.get(name, Fraction(0))
        if weight:
            by = ranges[other].hull
            part = _power(by, -weight) if scaling else _scaled(by, -weight)
            join = _product if scaling else _sum
            extent = Range.union(join(own, part) for own in extent.intervals)
    return extent


def _sum(x: Interval, y: Interval) -> Interval:
    return Interval(x.lower + y.lower, x.upper + y.upper)


def _product(x: Interval, y: Interval) -> Interval:
    ends = [a * b for a, b in product((x.lower, x.upper), (y.lower, y.upper))]
    return Interval(min(ends), max(ends))


def _scaled(x: Interval, factor: Fraction) -> Interval:
    return _product(x, Interval(factor, factor))


def _power(x: Interval, exponent: Fraction) -> Interval:
    """The powers of positive numbers, rounded outwards where they are irrational."""
    if exponent.denominator == 1 and abs(exponent) <= _LARGEST_EXPONENT:
        ends = [x.lower**exponent.numerator, x.upper**exponent.numerator]
    else:
        with precision(BITS):
            ends = [e for end in (x.lower, x.upper) for e in ends_of(ball(end) ** ball(exponent))]
    return Interval(min(ends), max(ends))


def _back(point: Point, ranges: Mapping[str, Range], found: _Directions, scaling: bool) -> Point:
    """A point of the ranges at which the sums, or products, are near those that are given.

    Each input that was 0 or 1 is moved to where most of what depends on it lies in its range.
    """
    to = _logarithm if scaling else float
    reached = {n: r for n, r in ranges.items() if not scaling or r.lower > 0}
    ends = {n: (to(r.lower), to(r.upper)) for n, r in reached.items()}
    at = {n: to(v) for n, v in point.items() if n in ends and (not scaling or v > 0)}
    at |= {n: sum(ends[n]) / 2 for n in found}
    moved = {n: at[n] + sum(float(a.get(n, 0)) * at[j] for j, a in found.items()) for n in at}
    for _ in range(_SWEEPS):
        for name, along in found.items():
            shifts = [
                (e - moved[n]) / float(w) for n, w in along.items() if n in at for e in ends[n]
            ]
            low, high = ends[name]
            shift = min(max(median(shifts or [0.0]), low - moved[name]), high - moved[name])
            for n, w in ((name, 1), *along.items()):
                if n in moved:
                    moved[n] += float(w) * shift
    made = {n: Fraction(math.exp(v) if scaling else v) for n, v in moved.items()}
    return {n: _nearest(r, made.get(n, r.hull.middle)) for n, r in ranges.items()}


def _logarithm(value: Fraction) -> float:
    return math.log(value.numerator) - math.log(value.denominator)


def _nearest(extent: Range, value: Fraction) -> Fraction:
    """The number of a range that is closest to one."""
    inside = (min(max(value, i.lower), i.upper) for i in extent.intervals)
    return min(inside, key=lambda near: abs(near - value))


def by_fractions(claim: Claim) -> Substituted | None:
    """The claim with an input for the fraction of each number that is rounded.

    That the whole number lies between the least and the largest possible one is a condition.
    """
    ranges = dict(claim.domain.ranges)
    conditions: list[SignCondition] = []
    made: dict[Expression, Expression] = {}
    for node in (*post_order(claim.left), *post_order(claim.right)):
        if not isinstance(node, Apply):
            made[node] = node
        if node in made or not isinstance(node, Apply):
            continue
        given = tuple(made[argument] for argument in node.arguments)
        made[node] = Apply(node.operation, given)
        if node.operation not in ("floor", "ceil"):
            continue
        least, most = _whole_ends(made[node], given[0], ranges)
        if least is None or most is None or len(conditions) > 2 * _MOST_FRACTIONS:
            return None
        name = next(n for k in count(1) if (n := f"fraction{k}") not in ranges)
        half = -_HALF if node.operation == "floor" else _HALF
        whole = made[node] = total([given[0], rational(half), negative(Variable(name))])
        ranges[name] = Range((Interval(-_HALF, _HALF),))
        for difference in (
            total([whole, rational(-least)]),
            total([rational(most), negative(whole)]),
        ):
            conditions.append(SignCondition(difference, NONNEGATIVE))
    if not conditions:
        return None
    domain = Domain(ranges, claim.domain.integers)
    stronger = Claim(made[claim.left], made[claim.right], domain, claim.tolerance)
    names = claim.domain.names
    return Substituted(stronger, tuple(conditions), lambda point: {n: point[n] for n in names})


def _whole_ends(
    rounded: Expression, argument: Expression, ranges: Mapping[str, Range]
) -> tuple[Fraction | None, Fraction | None]:
    """The least and the largest value of what is rounded; None where its argument may be undefined."""
    with precision(BITS):
        inputs = {name: interval(r.lower, r.upper) for name, r in ranges.items()}
        value = enclose(rounded, inputs)
        defined = isinstance(enclose(argument, inputs), flint.arb)
        return ends_of(value) if defined and isinstance(value, flint.arb) else (None, None)
