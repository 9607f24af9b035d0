"""A claim cut into cases in which both sides have one normal form.

Wherever the form of a side depends on the sign of a function (|f|, Min, sign, Piecewise, floor), the
domain is cut into the parts where that sign is known. The parts cover the domain, so what
holds in every case holds everywhere. A case is left out only where its conditions certainly
contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ...expression import Expression, Number, Variable, evaluate, variables
from ...expression.build import negative, rational, total
from ...expression.nodes import substitute
from ...ranges import Interval, Range
from ..domain import Point
from ..verdict import Claim
from .field import Restart, Units
from .linear import Inequality, contradict
from .normal_form import NormalForms
from .part import Empty, Part, Split
from .quotients import OutsideMethod, Polynomial, as_fraction
from .signs import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE, Condition, is_empty

MAX_CASES = 400
_BOXES_TO_EMPTY = 64


@dataclass(frozen=True, slots=True)
class Case:
    """Both sides on a part of the domain.

    An input that a condition ties to the others (x1 = x2) is replaced by them in both sides;
    `bound` says by what.
    """

    left: Expression
    right: Expression
    ranges: Mapping[str, Range]
    conditions: tuple[Condition, ...] = ()
    bound: Mapping[str, Expression] = field(default_factory=dict)

    @classmethod
    def whole(cls, claim: Claim) -> Case:
        """The whole claim; an input that can be one value only is replaced by it."""
        case = cls(claim.left, claim.right, claim.domain.ranges)
        for name, extent in claim.domain.ranges.items():
            if extent.lower == extent.upper:
                case = case.with_input(name, rational(extent.lower))
        return case

    def point(self, values: Point) -> Point | None:
        """A point of this case with all inputs of the claim; None where one is not rational."""
        point = dict(values)
        for name, expression in self.bound.items():
            value = evaluate(expression, values)
            if not isinstance(value, Fraction):
                return None
            point[name] = value
        return point

    def with_condition(self, condition: Condition) -> Case:
        return replace(self, conditions=(*self.conditions, condition))

    def with_input(self, name: str, value: Expression) -> Case:
        """The case in which an input equals an expression of the others."""
        given = {name: value}
        extent = self.ranges[name]
        ranges = {n: r for n, r in self.ranges.items() if n != name}
        if isinstance(value, Variable):
            ranges[value.name] = ranges[value.name].overlap(extent) or ranges[value.name]
        conditions = [Condition(substitute(c.function, given), c.signs) for c in self.conditions]
        if not (isinstance(value, Number) and value.value in extent):
            conditions.append(Condition(_minus(value, rational(extent.lower)), NONNEGATIVE))
            conditions.append(Condition(_minus(rational(extent.upper), value), NONNEGATIVE))
        bound = {n: substitute(e, given) for n, e in self.bound.items()}
        return Case(
            substitute(self.left, given),
            substitute(self.right, given),
            ranges,
            tuple(conditions),
            {**bound, name: value},
        )


def _minus(x: Expression, y: Expression) -> Expression:
    return total([x, negative(y)])


@dataclass(frozen=True, slots=True)
class Solved:
    """A case with the normal forms of both sides."""

    case: Case
    forms: NormalForms
    left: object
    right: object


class TooManyCases(OutsideMethod):
    """The claim falls into more cases than are tried."""


def cases(claim: Claim) -> Iterator[Solved]:
    """The cases of a claim whose conditions are not certainly contradictory.

    A case is cut further while its two sides differ and the sign of a part of them is open.
    Raises `OutsideMethod` where the method does not reach.
    """
    units = Units()
    stack = [Case.whole(claim)]
    visited = 0
    while stack:
        case = stack.pop()
        visited += 1
        if visited > MAX_CASES:
            raise TooManyCases(f"the claim falls into more than {MAX_CASES} cases")
        while True:
            try:
                solved = _solved(case, units)
                apart = [] if same(solved) else list(_apart(solved.case))
                if not apart:
                    yield solved
                stack.extend(reversed(apart))
            except Restart:
                continue
            except Empty:
                pass
            except Split as split:
                parts = [p for p in _parts(case, split) if not _contradicts(p)]
                stack.extend(reversed(parts))
            break


def _solved(case: Case, units: Units) -> Solved:
    forms = NormalForms((case.left, case.right), case.ranges, case.conditions, units)
    left, right = forms.form(case.left), forms.form(case.right)
    solved = Solved(case, forms, left, right)
    if not same(solved):
        forms.field.split_open()
        for zero in forms.field.zeros:
            tied = _tied(forms.field, zero)
            if tied is not None:
                return _solved(case.with_input(*tied), units)
    return solved


def same(solved: Solved) -> bool:
    """Whether both sides are certainly equal where they are defined and the conditions hold."""
    left, right = solved.left, solved.right
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return solved.forms.field.vanishes(solved.forms.field.ring.equal(left, right))  # type: ignore[arg-type]


def _parts(case: Case, split: Split) -> Iterator[Case]:
    for signs in split.parts:
        if split.line is None:
            yield case.with_condition(Condition(split.function, signs))
            continue
        name, slope, root = split.line
        sides = signs if slope > 0 else frozenset(-s for s in signs)
        extent = case.ranges[name]
        if 0 in sides and root in extent and (len(sides) == 1 or _is_end(extent, root)):
            yield case.with_input(name, rational(root))
        for part in (frozenset({-1}), frozenset({1})):
            if part <= sides:
                narrowed = _cut(extent, root, below=part == NEGATIVE)
                if narrowed is not None:
                    ranges = {**case.ranges, name: narrowed}
                    condition = Condition(split.function, signs)
                    yield replace(case.with_condition(condition), ranges=ranges)


def _apart(case: Case) -> Iterator[Case]:
    """The values of an input that stand alone, each as a case, and the rest; none where none do."""
    for name, extent in case.ranges.items():
        if extent.points:
            for value in extent.points:
                yield case.with_input(name, rational(value))
            wide = tuple(interval for interval in extent.intervals if interval.width)
            if wide:
                yield replace(case, ranges={**case.ranges, name: Range(wide)})
            return


def _is_end(extent: Range, value: Fraction) -> bool:
    return any(value in (interval.lower, interval.upper) for interval in extent.intervals)


def _cut(extent: Range, at: Fraction, *, below: bool) -> Range | None:
    """The part of a range up to, or from, a value; the value itself is left out where it stands alone."""
    kept = []
    for interval in extent.intervals:
        lower = interval.lower if below else max(interval.lower, at)
        upper = min(interval.upper, at) if below else interval.upper
        if lower < upper or lower == upper != at:
            kept.append(Interval(lower, upper))
    return Range(tuple(kept)) if kept else None


def _tied(owner: Part, zero: Polynomial) -> tuple[str, Expression] | None:
    """An input that a polynomial equation gives as an expression of the others: x1 = x2 + 1."""
    split = owner.ring.slots
    terms = [(tuple(map(int, m)), as_fraction(c)) for m, c in zero.terms()]
    for place, name in enumerate(owner.ring.names):
        holding = [(m, c) for m, c in terms if m[split + place]]
        if len(holding) != 1 or sum(holding[0][0]) != 1:
            continue
        factor = holding[0][1]
        rest = zero - owner.ring.input(name) * owner.ring.constant(factor)
        value = owner.tree(rest * owner.ring.constant(-1 / factor))
        if name not in variables(value):
            return name, value
    return None


def _contradicts(case: Case) -> bool:
    """Whether a case certainly holds no point."""
    if not case.conditions:
        return False
    if contradict(inequalities(case)):
        return True
    return is_empty(case.conditions, case.ranges, _BOXES_TO_EMPTY)


def inequalities(case: Case) -> Iterator[Inequality]:
    """The linear ones among the conditions, and the ranges of the inputs."""
    one = Fraction(1)
    for name, extent in case.ranges.items():
        yield Inequality.of({name: one}, -extent.lower, False)
        yield Inequality.of({name: -one}, extent.upper, False)
    for condition in case.conditions:
        linear = _linear(condition.function, case)
        if linear is None:
            continue
        slopes, offset = linear
        turned = {name: -slope for name, slope in slopes.items()}
        if condition.signs <= NONNEGATIVE:
            yield Inequality.of(slopes, offset, condition.signs == POSITIVE)
        if condition.signs <= NONPOSITIVE:
            yield Inequality.of(turned, -offset, condition.signs == NEGATIVE)


def _linear(function: Expression, case: Case) -> tuple[dict[str, Fraction], Fraction] | None:
    try:
        forms = NormalForms((function,), case.ranges, (), Units())
        form = forms.value(function)
    except (OutsideMethod, Split, Restart, Empty):
        return None
    if not form.bottom.is_constant():
        return None
    return forms.field.linear(form.top / form.bottom.leading_coefficient())
