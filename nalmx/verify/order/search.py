"""Search for a proof that a function is positive, or not negative: boxes, their ends, exact zeros.

A box is settled by enclosures, by its ends where the function is monotone, or around a place where it is
zero; else it is halved. Where the function is exactly zero is guessed from the boxes that are not settled
and proved by algebra.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import flint

from ...clock import limited
from ...errors import NoTruthValue
from ...expression import Number, evaluate
from ...expression.ball import ball, enclose, precision
from ...expression.slopes import Slopes
from ..algebra.signs import BITS, Excluding
from ..algebra.subdivision import halves_across, is_narrow
from ..domain import Box, Domain, Point
from .balls import InBalls
from .goal import Goal, Shown, Touching
from .places import curves, points
from .rules import Rules, at_end, free

_MOST_STARTS, _MOST_TOUCHING = 256, 12


@dataclass(frozen=True, slots=True)
class Found(NoTruthValue):
    """What a search came to: a proof, or a point at which the function has the wrong sign, or neither."""

    _ask = "found.shown is not None"

    shown: Shown | None = None
    suspect: Point | None = None
    boxes: int = 0


class _Stuck(Exception):
    """There is no proof, or none with this effort."""


def show(goal: Goal, boxes: int, operations: int) -> Found:
    """A proof of a goal with at most so many boxes and operations."""
    search = _Search(goal, boxes)
    with limited(operations):
        return search.run()
    return Found(boxes=search.visited)


@dataclass
class _Search:
    goal: Goal
    most: int
    visited: int = 0
    _touching: list[Touching] = field(default_factory=list)
    _suspect: Point | None = None

    def __post_init__(self) -> None:
        self._arithmetic = InBalls()
        self._rules = Rules(self.goal, self._arithmetic)
        self._tried: set[tuple[object, ...]] = set()
        with precision(BITS):
            self._meets = Excluding(self.goal.conditions).meets

    def run(self) -> Found:
        ranges = {name: self.goal.ranges[name] for name in self.goal.names}
        starts = list(Domain(ranges).boxes())
        if len(starts) > _MOST_STARTS:
            return Found()
        if not self.goal.strict:
            for curve in curves(self.goal) if len(ranges) > 1 else ():
                if self._may_vanish(curve) and self._rules.is_zero_at(curve):
                    self._touching.append(curve)
        try:
            steps = tuple(tuple(self._steps(start)) for start in starts)
        except _Stuck:
            return Found(None, self._suspect, self.visited)
        return Found(Shown(self.goal, tuple(self._touching), steps), None, self.visited)

    def _steps(self, start: Box) -> list[str]:
        steps: list[str] = []
        waiting = [start]
        places = {name: place for place, name in enumerate(start)}
        while waiting:
            given = waiting.pop()
            self.visited += 1
            if self.visited > self.most:
                raise _Stuck
            box = self._rules.whole(given)
            if box is None or self._rules.excludes(box):
                steps.append("x")
            elif self._rules.shows(box):
                steps.append(".")
            elif not free(box):
                self._suspect_point({name: extent.lower for name, extent in box.items()})
                raise _Stuck
            elif (end := self._end(box)) is not None:
                name, upper = end
                steps.append(f"{places[name]}{'+' if upper else '-'}")
                waiting.append(at_end(box, name, upper=upper))
            elif (bent := self._concave(box)) is not None:
                steps.append(f"{places[bent]}^")
                waiting.extend(at_end(box, bent, upper=upper) for upper in (True, False))
            elif (number := self._touched(box, start)) is not None:
                steps.append(f"t{number}")
            else:
                if is_narrow(box, start):
                    raise _Stuck
                name = self._widest(box)
                steps.append(str(places[name]))
                waiting.extend(reversed(halves_across(box, name)))
        return steps

    def _end(self, box: Box) -> tuple[str, bool] | None:
        """An input in which the function is monotone on a box, and at which end it is least."""
        for name in free(box):
            for upper in (False, True):
                if self._rules.is_least_at(box, name, upper=upper):
                    return name, upper
        return None

    def _concave(self, box: Box) -> str | None:
        """An input in which the function is concave on a box, so that it is least at an end."""
        return next((name for name in free(box) if self._rules.is_least_at_ends(box, name)), None)

    def _touched(self, box: Box, start: Box) -> int | None:
        """The place that settles a box, which may be found just here."""
        known = len(self._touching)
        for number, touching in enumerate(self._touching):
            if self._is_near(touching, box) and self._rules.touches(touching, box):
                return number
        self._look_for_zeros(box, start)
        for number, touching in enumerate(self._touching[known:], start=known):
            if self._rules.touches(touching, box):
                return number
        return None

    def _look_for_zeros(self, box: Box, start: Box) -> None:
        """Look at points of a box that is not settled: the function may be zero or have the wrong sign."""
        self._suspect_point({name: extent.middle for name, extent in box.items()})
        for touching in points(self.goal, box, start):
            key = tuple(touching.place.values())
            if key in self._tried or any(_lies_on(touching, one) for one in self._touching):
                continue
            self._tried.add(key)
            if not self._may_vanish(touching) or not self._rules.is_zero_at(touching):
                self._suspect_touching(touching)
                continue
            if self.goal.strict:
                self._suspect_touching(touching)
            elif len(self._touching) == _MOST_TOUCHING:
                raise _Stuck
            else:
                self._touching.append(touching)

    @staticmethod
    def _is_near(touching: Touching, box: Box) -> bool:
        """Whether a zero may be in or beside a box; one that is further away hardly settles it."""
        return all(
            not isinstance(value, Number)
            or box[name].lower - box[name].width <= value.value <= box[name].upper + box[name].width
            for name, value in touching.place.items()
        )

    def _suspect_touching(self, touching: Touching) -> None:
        values = touching.place.items()
        point = {name: value.value for name, value in values if isinstance(value, Number)}
        if len(point) == len(touching.place):
            self._suspect_point(point)

    def _suspect_point(self, point: Point) -> None:
        """Stop at a point that certainly meets the conditions, where the function has the wrong sign."""
        if any(point[name].denominator > 1 for name in self.goal.integers & point.keys()):
            return
        with precision(BITS):
            if not self._meets(point):
                return
        sign = self._rules.sign_at(point)
        if sign == -1 or (sign == 0 and self.goal.strict):
            self._suspect = point
            raise _Stuck

    def _may_vanish(self, touching: Touching) -> bool:
        """Whether balls at a place, or at points of a curve, do not tell the function from 0."""
        function = self.goal.functions[0]
        middles = {name: self.goal.ranges[name].intervals[0] for name in self.goal.names}
        for share in (1, 2, 3):
            at = {name: e.lower + e.width * share / 5 for name, e in middles.items()}
            with precision(BITS):
                inputs = {name: ball(value) for name, value in at.items()}
                for name, value in touching.place.items():
                    moved = enclose(value, inputs)
                    if not isinstance(moved, flint.arb):
                        return False
                    inputs[name] = moved
                near = enclose(function, inputs)
                if not isinstance(near, flint.arb) or not near.contains(0):
                    return False
            if touching.curve is None:
                break
        return True

    def _widest(self, box: Box) -> str:
        """The input that moves the function most over a box."""
        slopes: Slopes = self._arithmetic.slopes(self.goal.functions[0], box) or {}
        with precision(BITS):
            weights = {
                name: float((slopes[name].abs_upper() * ball(box[name].width)).upper())
                for name in free(box)
                if name in slopes
            }
        if weights and max(weights.values()):
            return max(weights, key=lambda name: weights[name])
        return max(free(box), key=lambda name: box[name].width)


def _lies_on(touching: Touching, curve: Touching) -> bool:
    """Whether a point of rational coordinates lies on a curve."""
    point = {name: v.value for name, v in touching.place.items() if isinstance(v, Number)}
    if curve.curve is None or len(point) < max(2, len(touching.place)):
        return False
    return bool(evaluate(curve.place[curve.curve], point) == point[curve.curve])
