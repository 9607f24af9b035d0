"""A claim in other inputs: each is at least as strong, for the other ranges cover the ones that are needed.

x = tⁿ              for inputs that are not negative, under roots
x = 2t/(1 + t²)     for inputs from −1 to 1, so that asin x = 2·atan t and √(1 − x²) = (1 − t²)/(1 + t²)
x = s + d, y = s − d    for two inputs in sines and cosines, whose sums are products then
x = 1               where multiplying all inputs by a number changes nothing
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import isqrt, lcm

import flint

from ...expression import Apply, Expression, Number, Variable, variables
from ...expression.build import negative, power, product, quotient, rational, total
from ...expression.nodes import post_order, substitute
from ...expression.rational_values import rational_root
from ...ranges import Interval, Range
from ..domain import Domain
from ..verdict import Claim
from .degrees import is_homogeneous

_ONE, _TWO = rational(1), rational(2)
_SCALE = 2**20
_HIGHEST_ROOT = 12
_WAVES = frozenset({"sin", "cos", "tan"})


def in_roots(claim: Claim) -> Claim | None:
    """x in [a, b] with a ≥ 0 becomes xⁿ with x in an interval around the n-th roots of a and b."""
    degrees: dict[str, int] = {}
    for node in _operations(claim):
        degree = degree_of_root(node)
        for name in variables(node.arguments[0]) if degree > 1 else ():
            if claim.domain.ranges[name].lower >= 0:
                degrees[name] = lcm(degree, degrees.get(name, 1))
    if not degrees or max(degrees.values()) > _HIGHEST_ROOT:
        return None
    given = {name: power(Variable(name), rational(n)) for name, n in degrees.items()}
    return _changed(
        claim, given, {n: _roots(claim.domain.ranges[n], k) for n, k in degrees.items()}
    )


def degree_of_root(node: Apply) -> int:
    """The n of an n-th root, or of a power of one; else 1."""
    if node.operation in ("sqrt", "cbrt"):
        return 2 if node.operation == "sqrt" else 3
    exponent = node.arguments[1] if node.operation == "pow" else None
    return exponent.value.denominator if isinstance(exponent, Number) else 1


def _roots(extent: Range, degree: int) -> Range:
    return Range.union(
        Interval(_root(i.lower, degree, up=False), _root(i.upper, degree, up=True))
        for i in extent.intervals
    )


def _root(value: Fraction, degree: int, *, up: bool) -> Fraction:
    """A root, rounded to a rational; itself where it is rational."""
    exact = rational_root(value, degree)
    if exact is not None:
        return exact
    scaled = value.numerator * _SCALE**degree // value.denominator
    return Fraction(int(flint.fmpz(scaled).root(degree)) + up, _SCALE)


def in_half_angles(claim: Claim) -> Claim | None:
    """x = 2t/(1 + t²), the sine of 2·atan t, for each x from −1 to 1 in asin x, acos x or √(1 − x²)."""
    given, ranges = {}, {}
    used = {id(node.arguments[0]) for node in _operations(claim) if _is_of_arc(node)}
    for name, extent in claim.domain.ranges.items():
        x = Variable(name)
        rest = total([_ONE, negative(power(x, _TWO))])
        if extent.lower >= -1 and extent.upper <= 1 and {id(x), id(rest)} & used:
            given[name] = quotient(product([_TWO, x]), total([_ONE, power(x, _TWO)]))
            ranges[name] = Range.union(
                Interval(-_half_angle(-i.lower), _half_angle(i.upper)) for i in extent.intervals
            )
    return _changed(claim, given, ranges) if given else None


def _is_of_arc(node: Apply) -> bool:
    return node.operation in ("asin", "acos") or degree_of_root(node) == 2


def _half_angle(sine: Fraction) -> Fraction:
    """x/(1 + √(1 − x²)), or a rational a little above it."""
    square = 1 - sine**2
    root = rational_root(square, 2)
    if root is None:
        scaled = isqrt(square.numerator * _SCALE**2 // square.denominator) + (sine < 0)
        root = Fraction(scaled, _SCALE)
    return min(sine / (1 + root), Fraction(1))


def in_sums(claim: Claim) -> Claim | None:
    """x + y and x − y for the first two inputs that occur in sines and cosines, on ranges around theirs."""
    if claim.domain.integers:
        return None
    names = variables(*(n for n in _operations(claim) if n.operation in _WAVES))
    if len(names) < 2:
        return None
    one, other = names[:2]
    x, y = claim.domain.ranges[one].hull, claim.domain.ranges[other].hull
    ranges = {
        one: Range((Interval((x.lower + y.lower) / 2, (x.upper + y.upper) / 2),)),
        other: Range((Interval((x.lower - y.upper) / 2, (x.upper - y.lower) / 2),)),
    }
    a, b = Variable(one), Variable(other)
    return _changed(claim, {one: total([a, b]), other: total([a, negative(b)])}, ranges)


def in_ratios(claim: Claim) -> Claim | None:
    """The same condition with one input 1, where multiplying all inputs by t > 0 changes nothing."""
    ranges = dict(claim.domain.ranges)
    positive = [name for name, extent in ranges.items() if extent.lower > 0]
    if len(ranges) < 2 or not positive or claim.domain.integers or not is_homogeneous(claim.left):
        return None
    unit = ranges.pop(positive[-1])
    for name, extent in ranges.items():
        ends = [end / by for end in (extent.lower, extent.upper) for by in (unit.lower, unit.upper)]
        ranges[name] = Range((Interval(min(ends), max(ends)),))
    return Claim(substitute(claim.left, {positive[-1]: _ONE}), claim.right, Domain(ranges))


def _operations(claim: Claim) -> Iterator[Apply]:
    return (node for node in post_order(claim.left) if isinstance(node, Apply))


def _changed(claim: Claim, given: dict[str, Expression], ranges: dict[str, Range]) -> Claim:
    return Claim(
        substitute(claim.left, given), claim.right, Domain({**claim.domain.ranges, **ranges})
    )
