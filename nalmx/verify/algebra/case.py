"""A part of a claim: both sides where some conditions on signs hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor

import flint

from ...expression import Expression, Number, Variable, evaluate
from ...expression.ball import Ball, ball, enclose, ends_of, precision
from ...expression.build import negative, rational, total
from ...expression.nodes import substitute
from ...ranges import Interval, Range
from ..domain import Point
from ..verdict import Claim
from .bracket import Bracket
from .field import Units
from .linear import Inequality
from .normal_form import NormalForms
from .quotients import OutsideMethod
from .region import OpenSign
from .signs import BITS, NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE, SignCondition, opposite


@dataclass(frozen=True, slots=True)
class Case:
    """Both sides on a part of the domain.

    An input that a condition ties to the others (x1 = x2) is replaced by them in both sides;
    `bound` says by what. Inputs in `integers` are whole numbers; those in `made` are not of the claim, and
    others are bound to them.
    """

    left: Expression
    right: Expression
    ranges: Mapping[str, Range]
    conditions: tuple[SignCondition, ...] = ()
    bound: Mapping[str, Expression] = field(default_factory=dict)
    integers: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()

    @classmethod
    def whole(cls, claim: Claim) -> Case:
        """The whole claim; an input that can be one value only is replaced by it."""
        domain = claim.domain
        case = cls(claim.left, claim.right, domain.ranges, integers=domain.integers)
        for name, extent in claim.domain.ranges.items():
            if extent.lower == extent.upper:
                case = case.with_input(name, rational(extent.lower))
        return case

    def point(self, values: Point) -> Point | None:
        """A point of this case with all inputs of the claim; None where one is not rational.

        Inputs that `values` does not give are in the middle of an interval.
        """
        point = {name: extent.intervals[0].middle for name, extent in self.ranges.items()}
        point.update(values)
        for name in self.integers & self.ranges.keys():
            point[name] = self.ranges[name].nearest_integer(point[name])
        for name, expression in self.bound.items():
            value = evaluate(expression, point)
            if not isinstance(value, Fraction):
                return None
            point[name] = value
        return {name: value for name, value in point.items() if name not in self.made}

    def points(self, found: Iterable[Point]) -> tuple[Point, ...]:
        """Those of some points that are rational, with all inputs of the claim."""
        return tuple(made for values in found if (made := self.point(values)) is not None)

    def bracket(self) -> Bracket | None:
        """Two points around one of this case; None where its inputs are no irrational numbers."""
        point: dict[str, Ball] = {}
        with precision(BITS):
            for name, extent in self.ranges.items():
                point[name] = ball(extent.intervals[0].middle)
            for name, expression in self.bound.items():
                value = enclose(expression, point)
                if not isinstance(value, flint.arb) or not value.is_finite():
                    return None
                point[name] = value
        ends = {n: ends_of(value) for n, value in point.items() if n not in self.made}
        start, end = ({n: both[k] for n, both in ends.items()} for k in (0, 1))
        return None if start == end else (start, end)

    def with_condition(self, condition: SignCondition) -> Case:
        return replace(self, conditions=(*self.conditions, condition))

    def with_input(self, name: str, value: Expression) -> Case:
        """The case in which an input equals an expression of the others."""
        given = {name: value}
        extent = self.ranges[name]
        ranges = {n: r for n, r in self.ranges.items() if n != name}
        if isinstance(value, Variable):
            ranges[value.name] = ranges[value.name].overlap(extent) or ranges[value.name]
        conditions = [
            SignCondition(substitute(c.function, given), c.signs) for c in self.conditions
        ]
        if not (isinstance(value, Number) and value.value in extent):
            conditions.append(SignCondition(_minus(value, rational(extent.lower)), NONNEGATIVE))
            conditions.append(SignCondition(_minus(rational(extent.upper), value), NONNEGATIVE))
        bound = {n: substitute(e, given) for n, e in self.bound.items()}
        return replace(
            self,
            left=substitute(self.left, given),
            right=substitute(self.right, given),
            ranges=ranges,
            conditions=tuple(conditions),
            bound={**bound, name: value},
            integers=self.integers - {name},
        )

    def parts(self, split: OpenSign) -> Iterator[Case]:
        """The cases in which the sign that was asked for is known; they cover this one."""
        for signs in split.parts:
            condition = SignCondition(split.function, signs)
            if split.line is None:
                yield self.with_condition(condition)
                continue
            name, slope, root = split.line
            sides = signs if slope > 0 else opposite(signs)
            extent = self.ranges[name]
            ends = {
                end for interval in extent.intervals for end in (interval.lower, interval.upper)
            }
            is_there = root in extent and (name not in self.integers or root.denominator == 1)
            if 0 in sides and is_there and (len(sides) == 1 or root in ends):
                yield self.with_input(name, rational(root))
            for side in sorted(sides - {0}):
                narrowed = _cut(extent, root, below=side < 0)
                if narrowed is not None and name in self.integers:
                    narrowed = _cut_whole(narrowed, root, side, has_end=0 in sides)
                if narrowed is not None:
                    ranges = {**self.ranges, name: narrowed}
                    yield replace(self.with_condition(condition), ranges=ranges)

    def lone_values(self) -> Iterator[Case]:
        """The values of an input that stand alone, each as a case, and the rest; none where none do."""
        for name, extent in self.ranges.items():
            if extent.points:
                for value in extent.points:
                    yield self.with_input(name, rational(value))
                wide = tuple(interval for interval in extent.intervals if interval.width)
                if wide:
                    yield replace(self, ranges={**self.ranges, name: Range(wide)})
                return

    def inequalities(self) -> Iterator[Inequality]:
        """The linear ones among the conditions, and the ranges of the inputs."""
        one = Fraction(1)
        for name, extent in self.ranges.items():
            yield Inequality.of({name: one}, -extent.lower, False)
            yield Inequality.of({name: -one}, extent.upper, False)
        for condition in self.conditions:
            linear = _linear(condition.function, self.ranges)
            if linear is None:
                continue
            slopes, offset = linear
            turned = {name: -slope for name, slope in slopes.items()}
            if condition.signs <= NONNEGATIVE:
                yield Inequality.of(slopes, offset, condition.signs == POSITIVE)
            if condition.signs <= NONPOSITIVE:
                yield Inequality.of(turned, -offset, condition.signs == NEGATIVE)


def _minus(x: Expression, y: Expression) -> Expression:
    return total([x, negative(y)])


def _cut(extent: Range, at: Fraction, *, below: bool) -> Range | None:
    """The part of a range up to, or from, a value; the value itself is left out where it stands alone."""
    kept = []
    for interval in extent.intervals:
        lower = interval.lower if below else max(interval.lower, at)
        upper = min(interval.upper, at) if below else interval.upper
        if lower < upper or lower == upper != at:
            kept.append(Interval(lower, upper))
    return Range(tuple(kept)) if kept else None


def _cut_whole(extent: Range, at: Fraction, side: int, *, has_end: bool) -> Range | None:
    """The whole numbers of a range that ends at a value, which belongs to it or not."""
    if side < 0:
        ends = extent.lower, Fraction(floor(at) if has_end else ceil(at) - 1)
    else:
        ends = Fraction(ceil(at) if has_end else floor(at) + 1), extent.upper
    cut = extent.overlap(Range((Interval(*ends),))) if ends[0] <= ends[1] else None
    return None if cut is None else cut.whole_numbers()


def _linear(
    function: Expression, ranges: Mapping[str, Range]
) -> tuple[dict[str, Fraction], Fraction] | None:
    """Slopes and offset of a function that is linear in the inputs; None for any other."""
    with suppress(OutsideMethod):
        forms = NormalForms((function,), ranges, (), Units(), opaque=True)
        form = forms.value(function)
        if form.bottom.is_constant():
            return forms.field.ring.linear(form.top / form.bottom.leading_coefficient())
    return None
