"""The rules by which a function is not negative on a box: each is sound whatever is proposed.

    f ≥ 0 on a box      if f is monotone in an input and f ≥ 0 at the end where it is least
    f ≥ 0 on a box      if f is concave in an input and f ≥ 0 at both of its ends
    f ≥ 0 on a box      if f is 0 at x = p, and (x − p)·∂f/∂x ≥ 0 between p and the box
    f ≥ 0 on a box      if f and its first n − 1 derivatives in x are 0 at x = p, the n-th is ≥ 0 between p
                        and the box, and n is even or the box lies above p; below p, odd derivatives turn
    f ≥ 0 on a box      if f and its gradient are 0 at p and its Hessian is positive definite between

The last two are Taylor's theorem with the remainder of Lagrange. That derivatives are zero is exact algebra,
and that one is nowhere negative may be; the rest is shown in intervals (`Arithmetic`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar

import flint

from ...expression import Apply, Expression, Number, Variable, evaluate, variables
from ...expression.ball import ball, enclose, ends_of, precision
from ...expression.build import negative, product, rational, total
from ...expression.derivative import derivative, is_smooth
from ...expression.nodes import substitute
from ...ranges import Interval, Range
from ..algebra.decision import decide
from ..algebra.signs import BITS, NONNEGATIVE, NONPOSITIVE, balls, opposite
from ..domain import Box, Domain, Point
from ..verdict import TRUE, Claim
from .goal import Arithmetic, Goal, Touching

HIGHEST_ORDER = 8
_TO_VANISH = 20_000  # operations, 0.1 s
_MOST_BENDING = 6
_Place: TypeAlias = tuple[tuple[str, Expression], ...]
Matrix: TypeAlias = tuple[tuple[Expression, ...], ...]
T = TypeVar("T")


def free(box: Box) -> list[str]:
    """The inputs that a box leaves free."""
    return [name for name, extent in box.items() if extent.width]


def at_end(box: Box, name: str, *, upper: bool) -> Box:
    """One end of a box."""
    value = box[name].upper if upper else box[name].lower
    return {**box, name: Interval(value, value)}


class Rules:
    """The rules for one goal in one arithmetic; what was found of derivatives is kept."""

    def __init__(self, goal: Goal, arithmetic: Arithmetic) -> None:
        self.goal = goal
        self._arithmetic = arithmetic
        self._conditions = tuple((c.function, c.signs) for c in goal.conditions)
        self._kept: dict[tuple[object, ...], Any] = {}

    def whole(self, box: Box) -> Box | None:
        """The box that holds the same points with whole numbers for integers; None where there are none."""
        found = dict(box)
        for name in self.goal.integers & box.keys():
            held = Range((box[name],)).whole_numbers()
            if held is None:
                return None
            found[name] = held.hull
        return found

    def excludes(self, box: Box) -> bool:
        """Whether no point of a box meets the conditions of the goal."""
        return bool(self._conditions) and self._arithmetic.excludes(self._conditions, box)

    def shows(self, box: Box) -> bool:
        """Whether the function has its sign on a box, by enclosures; exactly at a point."""
        if self._arithmetic.shows(self.goal.functions, box, strict=self.goal.strict):
            return True
        if free(box):
            return any(self._bends(function, box) for function in self.goal.functions)
        sign = self.sign_at({name: extent.lower for name, extent in box.items()})
        return sign == 1 or (sign == 0 and not self.goal.strict)

    def _bends(self, function: Expression, box: Box) -> bool:
        """By Taylor's theorem around the middle of a box; a convex function is above its tangent plane."""
        names = tuple(name for name in free(box) if name in self._inputs(function))
        if len(names) < 2 or len(names) > _MOST_BENDING or not self._is_smooth(function):
            return False
        slopes = self._slopes(function, names)
        hessian = self._hessian(function, names)
        if slopes is None or hessian is None:
            return False
        return self._arithmetic.is_defined(function, box) and self._arithmetic.bends(
            function, slopes, hessian, box, names, strict=self.goal.strict
        )

    def is_least_at(self, box: Box, name: str, *, upper: bool) -> bool:
        """Whether the function is least at one end of a box of which no conditions leave out points."""
        wanted = -1 if upper else 1
        return not self.goal.conditions and any(
            self._arithmetic.slope_sign(function, box, name) == wanted
            for function in self.goal.functions
        )

    def is_least_at_ends(self, box: Box, name: str) -> bool:
        """Whether the function is concave in an input on a box of which no conditions leave out points."""
        return not self.goal.conditions and any(
            self._is_concave(function, box, name) for function in self.goal.functions
        )

    def _is_concave(self, function: Expression, box: Box, name: str) -> bool:
        if name not in self._inputs(function) or not self._is_smooth(function):
            return False
        if len(self._inputs(function)) == 1:
            return self._arithmetic.curvature_sign(function, box, 2) == -1
        slope, bend = (self._slope(function, name, order) for order in (1, 2))
        if slope is None or bend is None:
            return False
        return (
            self._arithmetic.shows((negative(bend),), box, strict=False)
            and self._arithmetic.is_defined(function, box)
            and self._arithmetic.is_defined(slope, box)
        )

    def touches(self, touching: Touching, box: Box) -> bool:
        """Whether the function is not negative on a box since it is zero at a place."""
        return not self.goal.strict and any(
            self._touches(function, touching, box) for function in self.goal.functions
        )

    def sign_at(self, point: Point) -> int | None:
        """The sign at a rational point: exact, in balls, or by algebra where it is zero."""
        function = self.goal.functions[0]
        value = evaluate(function, point)
        if isinstance(value, Fraction):
            return (value > 0) - (value < 0)
        for bits in (BITS, 8 * BITS):
            with precision(bits):
                near = enclose(function, {name: ball(x) for name, x in point.items()})
            if not isinstance(near, flint.arb):
                return None
            if near > 0 or near < 0:
                return 1 if near > 0 else -1
        place = tuple((name, rational(x)) for name, x in point.items())
        return 0 if self._vanishes(function, place) else None

    def is_zero_at(self, touching: Touching) -> bool:
        """Whether the function is exactly zero at a place."""
        return self._vanishes(self.goal.functions[0], tuple(touching.place.items()))

    def _touches(self, function: Expression, touching: Touching, box: Box) -> bool:
        names = [name for name in free(box) if name in self._inputs(function)]
        curve = touching.curve
        if curve in box and curve not in names and self._lies_on(touching, curve, box):
            return self._vanishes(function, tuple(touching.place.items()))
        if not names or not self._is_smooth(function):
            return False
        if curve is not None:
            return curve in names and self._along(function, touching, box, curve)
        for name, value in touching.place.items():
            if name in box and name not in names and value is not rational(box[name].lower):
                return False
        if len(names) == 1:
            return self._along(function, touching, box, names[0])
        return self._around(function, touching, box, tuple(names))

    @staticmethod
    def _lies_on(touching: Touching, curve: str, box: Box) -> bool:
        """Whether a box lies on a curve on which an input is a number."""
        return not box[curve].width and touching.place[curve] is rational(box[curve].lower)

    def _along(self, function: Expression, touching: Touching, box: Box, name: str) -> bool:
        """By Taylor's theorem in one input."""
        whole, extent = _hull(touching, box, [name]), _value(touching.place[name], box)
        order = self._order_of_zero(function, name, tuple(touching.place.items()))
        if whole is None or extent is None or not order:
            return False
        sign = self._side(touching, box, name, extent) if order % 2 else 1
        if not sign:
            return False
        if self._arithmetic.curvature_sign(function, whole, order) == sign:
            return True
        slopes = [self._slope(function, name, k) for k in range(order + 1)]
        known = [slope for slope in slopes if slope is not None]
        last = known[-1] if sign > 0 else negative(known[-1])
        beyond = total([Variable(name), negative(touching.place[name])])
        return all(self._arithmetic.is_defined(slope, whole) for slope in known) and (
            self._arithmetic.shows((last,), whole, strict=False)
            or self._is_not_negative(last, touching, name)
            or self._is_not_negative(product([beyond, known[1]]), touching, name)
        )

    def _is_not_negative(self, function: Expression, touching: Touching, name: str) -> bool:
        """Whether algebra knows that a function, as 1 − cos x, is nowhere negative, out to a place."""

        def found() -> bool:
            whole = _hull(touching, {n: e.hull for n, e in self.goal.ranges.items()}, [name])
            if whole is None:
                return False
            ranges = {n: Range((whole[n],)) for n in variables(function)}
            claim = Claim(Apply("ge", (function, rational(0))), TRUE, Domain(ranges))
            return decide(claim, _TO_VANISH).outcome == "proved"

        return self._once(("sign", function, touching.place[name], name), found)

    def _side(self, touching: Touching, box: Box, name: str, extent: Interval) -> int:
        """Whether an input is above its place (1) or below it (-1) at all points of a box that matter."""
        if extent.upper <= box[name].lower:
            return 1
        if extent.lower >= box[name].upper:
            return -1
        above = total([Variable(name), negative(touching.place[name])])
        for condition in self.goal.conditions:
            for sign, signs in ((1, condition.signs), (-1, opposite(condition.signs))):
                function = condition.function if sign > 0 else negative(condition.function)
                same = total([function, negative(above)])
                if signs <= NONNEGATIVE and self._vanishes(same, ()):
                    return 1
                if signs <= NONPOSITIVE and self._vanishes(same, ()):
                    return -1
        return 0

    def _around(
        self, function: Expression, touching: Touching, box: Box, names: tuple[str, ...]
    ) -> bool:
        """By Taylor's theorem in several inputs."""
        whole, hessian = _hull(touching, box, names), self._hessian(function, names)
        if whole is None or hessian is None:
            return False
        place = tuple(touching.place.items())
        slopes = self._slopes(function, names)
        if slopes is None:
            return False
        known = (function, *slopes)
        return (
            all(self._vanishes(slope, place) for slope in known)
            and all(self._arithmetic.is_defined(slope, whole) for slope in known)
            and self._arithmetic.is_definite(hessian, whole)
        )

    def _order_of_zero(self, function: Expression, name: str, place: _Place) -> int:
        """How many derivatives in an input, from the 0-th on, are zero at a place; 0 where all may be."""
        for order in range(HIGHEST_ORDER + 1):
            slope = self._slope(function, name, order)
            if slope is None:
                return 0
            if not self._vanishes(slope, place):
                return order
        return 0

    def _vanishes(self, function: Expression, place: _Place) -> bool:
        """Whether a function is certainly defined and zero at a place, by exact algebra."""

        def found() -> bool:
            here = substitute(function, dict(place))
            value = None if variables(here) else evaluate(here, {})
            if isinstance(value, Fraction):
                return value == 0
            ranges = {name: self.goal.ranges[name] for name in variables(here)}
            claim = Claim(here, rational(0), Domain(ranges))
            return decide(claim, _TO_VANISH).outcome == "proved"

        return self._once(("zero", function, place), found)

    def _inputs(self, function: Expression) -> tuple[str, ...]:
        return self._once(("inputs", function), lambda: variables(function))

    def _is_smooth(self, function: Expression) -> bool:
        return self._once(("smooth", function), lambda: is_smooth(function))

    def _slope(self, function: Expression, name: str, order: int) -> Expression | None:
        """The derivative of some order."""
        if not order:
            return function
        before = self._slope(function, name, order - 1)
        if before is None:
            return None
        return self._once(("slope", before, name), lambda: derivative(before, name))

    def _slopes(
        self, function: Expression, names: tuple[str, ...]
    ) -> tuple[Expression, ...] | None:
        found = [self._slope(function, name, 1) for name in names]
        known = tuple(slope for slope in found if slope is not None)
        return known if len(known) == len(found) else None

    def _hessian(self, function: Expression, names: tuple[str, ...]) -> Matrix | None:
        rows = []
        for name in names:
            first = self._slope(function, name, 1)
            row = [None if first is None else self._slope(first, other, 1) for other in names]
            known = [entry for entry in row if entry is not None]
            if len(known) < len(row):
                return None
            rows.append(tuple(known))
        return tuple(rows)

    def _once(self, key: tuple[object, ...], work: Callable[[], T]) -> T:
        if key not in self._kept:
            self._kept[key] = work()
        found: T = self._kept[key]
        return found


def _hull(touching: Touching, box: Box, names: Iterable[str]) -> Box | None:
    """The smallest box around a box and a place, in some of the inputs."""
    whole = dict(box)
    for name in names:
        at, own = _value(touching.place[name], box), box[name]
        if at is None:
            return None
        whole[name] = Interval(min(own.lower, at.lower), max(own.upper, at.upper))
    return whole


def _value(value: Expression, box: Box) -> Interval | None:
    """Rationals around what an input is at a place."""
    if isinstance(value, Number):
        return Interval(value.value, value.value)
    if isinstance(value, Variable):
        return box[value.name]
    with precision(BITS):
        near = enclose(value, balls(box))
        if not isinstance(near, flint.arb) or not abs(near) < 2**60:
            return None
        return Interval(*ends_of(near))
