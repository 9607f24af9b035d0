"""Where a function may be zero: simple numbers in a box, and curves on which inputs are equal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice, permutations, product

from ...expression import Apply, Constant, Expression, Variable
from ...expression.build import negative, quotient, rational
from ...expression.build import product as times
from ...expression.nodes import post_order
from ...expression.rational_values import rational_root
from ...ranges import Interval
from ..algebra.suspects import simplest
from ..domain import Box
from .goal import Goal, Touching

_MOST_POINTS, _MOST_CURVES = 16, 60
_NARROW = Fraction(1, 16)
_WAVES = frozenset({"sin", "cos", "tan"})
_PI = Fraction(314159265358979323846, 10**20)  # near enough to say which multiples lie in a box


def points(goal: Goal, box: Box, whole: Box) -> Iterator[Touching]:
    """Points of simple coordinates in a box or at its corners; irrational ones where it is narrow."""
    kinds = kinds_of(goal.functions[0])
    values = [
        list(dict.fromkeys(_values(extent, whole[name], kinds))) for name, extent in box.items()
    ]
    for chosen in islice(product(*values), _MOST_POINTS):
        yield Touching(dict(zip(box, chosen, strict=True)))


def kinds_of(function: Expression) -> frozenset[str]:
    """The operations and constants of a function."""
    return frozenset(
        node.operation if isinstance(node, Apply) else node.name
        for node in post_order(function)
        if isinstance(node, Apply | Constant)
    )


def _values(extent: Interval, whole: Interval, kinds: frozenset[str]) -> Iterator[Expression]:
    """Numbers that an input may be at a zero, the likeliest first."""
    if not extent.width:
        yield rational(extent.lower)
        return
    yield rational(simplest(extent))
    margin = extent.width / 4
    wider = Interval(
        max(whole.lower, extent.lower - margin), min(whole.upper, extent.upper + margin)
    )
    yield rational(simplest(wider))
    yield rational(extent.lower)
    yield rational(extent.upper)
    if extent.width > whole.width * _NARROW:
        return
    if kinds & _WAVES or "pi" in kinds:
        yield from _multiple(Constant("pi"), _PI, extent)
    if "exp" in kinds:
        yield from _logarithm(extent)
    if extent.lower > 0 and kinds & {"log", "E"}:
        yield from _power_of_e(extent)
    if extent.lower > 0 or extent.upper < 0:
        yield from _roots(extent)


def _roots(extent: Interval) -> Iterator[Expression]:
    """Square, cube and fourth roots of simple numbers."""
    for degree in (2, 3, 4):
        low, high = sorted((abs(extent.lower) ** degree, abs(extent.upper) ** degree))
        inside = simplest(Interval(low, high))
        if rational_root(inside, degree) is None:
            root = Apply("pow", (rational(inside), rational(Fraction(1, degree))))
            yield root if extent.lower > 0 else negative(root)


def _multiple(constant: Constant, near: Fraction, extent: Interval) -> Iterator[Expression]:
    factor = simplest(Interval(extent.lower / near, extent.upper / near))
    if factor and factor.denominator <= 24:
        yield times([rational(factor), constant])


def _logarithm(extent: Interval) -> Iterator[Expression]:
    """The logarithm of a simple number."""
    low, high = (math.exp(float(end)) for end in (extent.lower, extent.upper))
    if 1e-9 < low < high < 1e9:
        yield Apply("log", (rational(simplest(Interval(Fraction(low), Fraction(high)))),))


def _power_of_e(extent: Interval) -> Iterator[Expression]:
    """e to a simple number."""
    low, high = (math.log(float(end)) for end in (extent.lower, extent.upper))
    if low < high:
        yield Apply("exp", (rational(simplest(Interval(Fraction(low), Fraction(high)))),))


def curves(goal: Goal) -> Iterator[Touching]:
    """Curves on which an input is 0, 1 or an end, or what another one is, or a function of it."""
    return islice(_curves(goal), _MOST_CURVES)


def _curves(goal: Goal) -> Iterator[Touching]:
    for name in goal.names:
        extent = goal.ranges[name]
        for value in dict.fromkeys((Fraction(0), Fraction(1), extent.lower, extent.upper)):
            if value in extent:
                yield Touching({name: rational(value)})
    pairs = list(permutations(goal.names, 2))
    for name, other in pairs:
        yield Touching({name: Variable(other)})
    for name, *others in permutations(goal.names, 4):
        a, b, c = map(Variable, others)
        if others[0] < others[1] and Fraction(0) not in goal.ranges[others[2]].hull:
            yield Touching({name: quotient(times([a, b]), c)})
    for name, other in pairs:
        x = Variable(other)
        yield Touching({name: negative(x)})
        if Fraction(0) not in goal.ranges[other].hull:
            yield Touching({name: quotient(rational(1), x)})
        yield Touching({name: Apply("pow", (x, rational(2)))})
        yield Touching({name: Apply("exp", (x,))})
