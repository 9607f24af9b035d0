"""From a claim to the goals that settle it.

A condition holds on a domain if in every case in which algebra does not find it true there is no point, or
the condition as it is written holds there. Either is a goal: the sign of a function on some ranges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import flint

from ...clock import limited
from ...expression import Apply, Expression, Truth, Variable, sort_of, variables
from ...expression.ball import ball, enclose, interval, precision
from ...expression.build import negative, rational, total
from ...expression.build import product as times
from ...expression.nodes import fold, substitute
from ...ranges import Interval, Range
from ..algebra.cases import Solved
from ..algebra.decision import Finding, decide
from ..algebra.field import Units
from ..algebra.normal_form import NormalForms
from ..algebra.quotients import OutsideMethod
from ..algebra.region import Empty, OpenSign
from ..algebra.signs import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE, ZERO, SignCondition
from ..domain import Domain
from ..verdict import TRUE, Claim
from .goal import Goal

_OPPOSITE = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne", "ne": "eq"}
_MOST_TERMS = 300
_TO_REWRITE = 50_000  # operations, 0.3 s
_TO_COMPARE = 3_000
_BITS, _SHARE = 64, Fraction(5, 13)


def statements(claim: Claim) -> list[Claim]:
    """The conditions that a claim says hold: one claim each; none where it says something else.

    A tolerance is two of them: left − right ≤ size, and right − left ≤ size.
    """
    if sort_of(claim.left) == "real":
        if claim.tolerance.kind == "exact":
            return []
        size: Expression = rational(claim.tolerance.size)
        if claim.tolerance.kind == "rel":
            size = times([size, Apply("abs", (claim.right,))])
        found: list[Expression] = [
            Apply("le", (total([one, negative(other)]), size))
            for one, other in ((claim.left, claim.right), (claim.right, claim.left))
        ]
    else:
        stated = _stated(claim)
        if stated is None:
            return []
        found = list(_conjuncts(stated, holds=True))
    return [Claim(condition, TRUE, claim.domain) for condition in found]


def _stated(claim: Claim) -> Expression | None:
    """The condition that a claim says is true."""
    for condition, truth in ((claim.left, claim.right), (claim.right, claim.left)):
        if isinstance(truth, Truth):
            return condition if truth.value else Apply("not", (condition,))
    return None


def _conjuncts(condition: Expression, *, holds: bool) -> Iterator[Expression]:
    """Conditions that hold together just where a condition holds, or does not."""
    if isinstance(condition, Apply):
        operation, arguments = condition.operation, condition.arguments
        if operation == "not":
            yield from _conjuncts(arguments[0], holds=not holds)
            return
        if operation == ("and" if holds else "or"):
            for argument in arguments:
                yield from _conjuncts(argument, holds=holds)
            return
        if not holds and operation in _OPPOSITE:
            yield Apply(_OPPOSITE[operation], arguments)
            return
    yield condition if holds else Apply("not", (condition,))


def alternatives(claim: Claim, finding: Finding | None) -> list[list[Goal]]:
    """For each case that algebra leaves open, goals of which each settles it.

    Without a finding, the condition as it is written on the whole domain: an enclosure that is finite on
    every box then shows that the sides are defined.
    """
    if finding is None:
        return [_as_written(claim.left, claim.domain.ranges, (), claim.domain.integers)]
    return [_goals_of(solved) for solved in finding.pieces or ()]


def _goals_of(solved: Solved) -> list[Goal]:
    case = solved.case
    condition = case.left if isinstance(case.right, Truth) else case.right
    ranges, conditions = case.ranges, case.conditions
    goals = _as_written(condition, ranges, _rewritten(condition, ranges), case.integers)
    for place, one in enumerate(conditions):
        others = (*conditions[:place], *conditions[place + 1 :])
        kept = tuple(c for c in others if variables(c.function))
        plain = ((_without_magnitudes(f, ranges), strict) for f, strict in _against(one))
        found = (Goal((f,), ranges, kept, strict, case.integers) for f, strict in plain)
        goals.extend(goal if kept else _upright(goal) for goal in found)
    if conditions and len(conditions) < 4:
        goals.extend(replace(g, ranges=ranges, conditions=conditions) for g in goals[:1])
    return goals


def _as_written(
    condition: Expression,
    ranges: Mapping[str, Range],
    more: tuple[Expression, ...],
    integers: frozenset[str],
) -> list[Goal]:
    """The sign of the difference of the sides of a comparison; either sign where they must not be equal."""
    return [
        _upright(Goal((f, *(_signed(g, sign) for g in more)), ranges, (), strict, integers))
        for f, sign, strict in _differences(condition)
    ]


def _upright(goal: Goal) -> Goal:
    """The goal on half of its ranges in each input of which the sign does not matter: f(−x) = f(x)."""
    for name in goal.names:
        extent = goal.ranges[name]
        mirrored = [Interval(-i.upper, -i.lower) for i in reversed(extent.intervals)]
        upper = extent.overlap(Range((Interval(Fraction(0), extent.upper),)))
        if mirrored != list(extent.intervals) or not extent.upper or upper is None:
            continue
        function = goal.functions[0]
        turned = substitute(function, {name: negative(Variable(name))})
        ranges = {n: goal.ranges[n] for n in goal.names}
        if _may_agree(function, turned, ranges) and _agree(function, turned, ranges):
            goal = replace(goal, ranges={**goal.ranges, name: upper})
    return goal


def _may_agree(x: Expression, y: Expression, ranges: Mapping[str, Range]) -> bool:
    """Whether balls at a point do not tell two functions apart."""
    with precision(_BITS):
        point = {
            n: ball(e.intervals[0].lower + e.intervals[0].width * _SHARE) for n, e in ranges.items()
        }
        values = [enclose(side, point) for side in (x, y)]
        known = [value for value in values if isinstance(value, flint.arb)]
        return len(known) == 2 and bool(known[0].overlaps(known[1]))


def _agree(x: Expression, y: Expression, ranges: Mapping[str, Range]) -> bool:
    return decide(Claim(x, y, Domain(ranges)), _TO_COMPARE).outcome == "proved"


def _differences(condition: Expression) -> Iterator[tuple[Expression, int, bool]]:
    """Functions of which the sign says that a comparison holds: ±(left − right), ±1, and if it is strict."""
    if not isinstance(condition, Apply):
        return
    operation = condition.operation
    if operation in ("gt", "ge", "ne"):
        x, y = condition.arguments
        yield _minus(x, y), 1, operation != "ge"
    if operation in ("lt", "le", "ne"):
        x, y = condition.arguments
        yield _minus(y, x), -1, operation != "le"


def _minus(x: Expression, y: Expression) -> Expression:
    if y is rational(0):
        return x
    return negative(y) if x is rational(0) else total([x, negative(y)])


def _signed(function: Expression, sign: int) -> Expression:
    return function if sign > 0 else negative(function)


def _rewritten(condition: Expression, ranges: Mapping[str, Range]) -> tuple[Expression, ...]:
    """left − right with its polynomials expanded, and in normal form."""
    if not isinstance(condition, Apply) or condition.operation not in _OPPOSITE:
        return ()
    found: list[Expression] = []
    for opaque in (True, False):
        with limited(_TO_REWRITE), suppress(OutsideMethod, OpenSign, Empty):
            units = Units()

            def form(opaque: bool = opaque, units: Units = units) -> Expression | None:
                forms = NormalForms(condition.arguments, ranges, (), units, opaque=opaque)
                x, y = (forms.value(side) for side in condition.arguments)
                value = forms.field.reduced(forms.field.ring.minus(x, y))
                if len(value.top) + len(value.bottom) > _MOST_TERMS:
                    return None
                return forms.field.tree_of(value)

            made = units.settled(form)
            made = None if made is None else _without_magnitudes(made, ranges)
            if made is not None and made not in found:
                found.append(made)
    return tuple(found)


def _without_magnitudes(function: Expression, ranges: Mapping[str, Range]) -> Expression:
    """The function with |u| written as u, or as −u, where u has one sign on the ranges."""
    with precision(_BITS):
        inputs = {n: interval(extent.lower, extent.upper) for n, extent in ranges.items()}

        def apply(operation: str, arguments: tuple[Expression, ...]) -> Expression:
            if operation == "abs":
                inside = enclose(arguments[0], inputs)
                if isinstance(inside, flint.arb) and (inside >= 0 or inside <= 0):
                    return arguments[0] if inside >= 0 else negative(arguments[0])
            return Apply(operation, arguments)

        return fold(function, lambda leaf: leaf, apply)


def _against(condition: SignCondition) -> Iterator[tuple[Expression, bool]]:
    """Functions whose sign contradicts a condition, and whether they must not be zero."""
    function, signs = condition.function, condition.signs
    if signs in (NEGATIVE, NONPOSITIVE, ZERO):
        yield function, signs != NEGATIVE
    if signs in (POSITIVE, NONNEGATIVE, ZERO):
        yield negative(function), signs != POSITIVE
