"""Branch and bound: a rigorous bound on a function over a domain, or a point where it is exceeded.

The function is the difference of two sides (or its ratio to the right one) in normal form, where
what both sides share has cancelled. Each box is enclosed in Arb balls, as it is written and by the
mean value form, with inputs in which the function is monotone set to the end that matters. The box with
the largest bound is halved next, so the bound falls where it is largest; a bump of any
width is cornered after as many halvings as it has bits.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count, islice

import flint

from ...clock import limited
from ...expression import Expression, variables
from ...expression.ball import Ball, ball, interval, precision
from ...expression.slopes import Enclosure, Slopes
from ...expression.taylor import taylor_form
from ...ranges import Interval, Range
from ..algebra.signs import BITS, Excluding, SignCondition, balls, signs_of_ball
from ..algebra.subdivision import halves_across, is_narrow
from ..domain import Box, Domain, Point
from ..effort import BOXES, OPERATIONS

_MOST_STARTS = 1_024
_GAP = Fraction(102, 100)
_TRY_ALL_EVERY = 12
_FORGOTTEN, _RARE = 0.9, 0.1
_MOST_INPUTS_WITH_SLOPES = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """A function to bound where the conditions hold, written in one or more equivalent ways.

    `cap` is a bound known beforehand.
    """

    functions: tuple[Expression, ...]
    ranges: Mapping[str, Range]
    conditions: Sequence[SignCondition] = ()
    cap: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A box on which a piece is bounded, and the cuts that led to it from a box of the domain.

    A cut is the name of an input and which half; no point of an `excluded` box meets the conditions.
    """

    piece: int
    start: int
    path: tuple[tuple[str, bool], ...]
    box: Box
    upper: Ball
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Bounded:
    """What branch and bound found.

    `upper` bounds |f| on all pieces; it is not finite where some box could not be bounded, and `worst`
    is then one that stands in the way. `largest` is the largest |f| met, at `place` of a piece.
    """

    upper: Ball
    largest: Ball
    place: tuple[int, Point] | None
    boxes: int
    worst: Box | None
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """When to stop: boxes and operations to come below the limit, and then to come close to the maximum."""

    boxes: int = BOXES
    operations: int = OPERATIONS
    boxes_for_tightness: int = 4_000
    operations_for_tightness: int = OPERATIONS


def bound(pieces: Sequence[Piece], limit: Fraction, budget: Budget | None = None) -> Bounded:
    """Bound |f| over all pieces, until it is below `limit` and close to the largest value met.

    Stops early at a value above the limit.
    """
    with precision(BITS):
        return _Search(pieces, limit, budget or Budget()).run()


@dataclass(frozen=True, slots=True)
class _Method:
    """One of the ways a piece is written, enclosed by slopes or by Taylor forms."""

    form: int
    is_taylor: bool


class _Search:
    def __init__(self, pieces: Sequence[Piece], limit: Fraction, budget: Budget) -> None:
        self._pieces = pieces
        self._limit = ball(limit)
        self._budget = budget
        self._forms = [[Enclosure(f) for f in piece.functions] for piece in pieces]
        self._excluded = [Excluding(piece.conditions) for piece in pieces]
        self._wins = [
            {
                _Method(f, t): 0.0
                for f, function in enumerate(piece.functions)
                for t in (False, True)[: 3 - min(len(variables(function)), 2)]
            }
            for piece in pieces
        ]
        self._heap: list[tuple[float, int, Leaf, Box, Slopes | None]] = []
        self._number = count()
        self._visited = 0
        self._largest = flint.arb(0)
        self._place: tuple[int, Point] | None = None
        self._final: list[Leaf] = []

    def run(self) -> Bounded:
        most = max(self._budget.operations, self._budget.operations_for_tightness)
        with limited(2 * most) as self._work:
            return self._run()
        return self._result(flint.arb.pos_inf(), None)

    def _run(self) -> Bounded:
        for place, piece in enumerate(self._pieces):
            starts = list(islice(Domain(piece.ranges).boxes(), _MOST_STARTS + 1))
            if len(starts) > _MOST_STARTS:
                return self._result(flint.arb.pos_inf(), starts[0])
            for number, box in enumerate(starts):
                if self._work.spent > 2 * self._budget.operations:
                    return self._result(flint.arb.pos_inf(), box)
                self._visit(Leaf(place, number, (), box, flint.arb.pos_inf()), box)
        while self._heap:
            _, _, leaf, whole, slopes = self._heap[0]
            if self._is_done(leaf.upper) or not leaf.box or is_narrow(leaf.box, whole):
                return self._result(leaf.upper, leaf.box)
            heapq.heappop(self._heap)
            name = _widest(leaf.box, slopes)
            for upper_half, box in enumerate(halves_across(leaf.box, name)):
                path = (*leaf.path, (name, bool(upper_half)))
                self._visit(replace(leaf, path=path, box=box), whole)
        return self._result(flint.arb(0), None)

    def _is_done(self, upper: Ball) -> bool:
        if self._largest > self._limit:
            return True
        budget = self._budget
        if not upper <= self._limit:
            return self._has_come_to(budget.boxes, budget.operations)
        close = upper <= ball(_GAP) * self._largest or upper.is_zero()
        enough = budget.boxes_for_tightness, budget.operations_for_tightness
        return bool(close) or self._has_come_to(*enough)

    def _has_come_to(self, boxes: int, operations: int) -> bool:
        return self._visited > boxes or self._work.spent > operations

    def _result(self, upper: Ball, worst: Box | None) -> Bounded:
        leaves = (*(entry[2] for entry in self._heap), *self._final)
        for leaf in leaves:
            upper = upper.max(leaf.upper)
        return Bounded(upper.upper(), self._largest, self._place, self._visited, worst, leaves)

    def _visit(self, leaf: Leaf, whole: Box) -> None:
        self._visited += 1
        place, box = leaf.piece, leaf.box
        piece = self._pieces[place]
        if self._excluded[place](box):
            self._final.append(replace(leaf, upper=flint.arb(0), excluded=True))
            return
        self._try_point(place, {name: extent.middle for name, extent in box.items()})
        best, slopes = flint.arb.pos_inf(), None
        for method in self._methods(place):
            form = self._forms[place][method.form]
            if method.is_taylor:
                upper = _taylor(form, box)
            else:
                upper, own = self._upper(form, box, place)
                slopes = slopes or own
            if upper < best:
                best, winner = upper, method
        if best.is_finite():
            for method in self._wins[place]:
                self._wins[place][method] *= _FORGOTTEN
            self._wins[place][winner] += 1.0
        if piece.cap is not None:
            best = best.min(ball(piece.cap).upper())
        leaf = replace(leaf, upper=best)
        if best.is_zero():
            self._final.append(leaf)
            return
        key = -float(best) if best.is_finite() else -math.inf
        heapq.heappush(self._heap, (key, next(self._number), leaf, whole, slopes))

    def _methods(self, place: int) -> list[_Method]:
        """The ways of enclosing a piece that were best lately; now and then, all of them."""
        wins = self._wins[place]
        if self._visited % _TRY_ALL_EVERY == 1:
            return list(wins)
        return [method for method, won in wins.items() if won > _RARE] or list(wins)

    def _upper(self, form: Enclosure, box: Box, place: int) -> tuple[Ball, Slopes | None]:
        """A bound on |f| on a box, and the slopes there."""
        inputs = balls(box)
        if len(box) > _MOST_INPUTS_WITH_SLOPES:
            return _largest_of(form.value(inputs)), None
        value, slopes = form.with_slopes(inputs)
        upper = _largest_of(value)
        if slopes is None:
            return upper, None
        free = {n for n, s in slopes.items() if not (s >= 0 or s <= 0)}
        if len(free) < len(box):
            upper = upper.min(self._at_ends(form, box, slopes, free, place))
        if free:
            upper = upper.min(_mean_value(form, box, slopes))
        return upper, slopes

    def _at_ends(
        self, form: Enclosure, box: Box, slopes: Slopes, free: set[str], place: int
    ) -> Ball:
        """The bound with every input in which f is monotone at the end that matters."""
        sides = []
        for highest in (False, True):
            ends: Box = {}
            for name, extent in box.items():
                if name in free:
                    ends[name] = extent
                    continue
                rising = name not in slopes or slopes[name] >= 0
                at = extent.upper if rising == highest else extent.lower
                ends[name] = Interval(at, at)
            sides.append(form.value(balls(ends)))
            self._try_point(place, {name: extent.middle for name, extent in ends.items()})
        low, high = sides
        if not isinstance(low, flint.arb) or not isinstance(high, flint.arb):
            return flint.arb.pos_inf()
        if not low.is_finite() or not high.is_finite():
            return flint.arb.pos_inf()
        return (-low.lower()).max(high.upper()).max(flint.arb(0)).upper()

    def _try_point(self, place: int, point: Point) -> None:
        inputs = {name: ball(value) for name, value in point.items()}
        value = self._forms[place][0].value(inputs)
        if not isinstance(value, flint.arb) or not value.abs_lower() > self._largest:
            return
        piece = self._pieces[place]
        here = {name: Interval(value, value) for name, value in point.items()}
        for condition in piece.conditions:
            if (
                not signs_of_ball(Enclosure(condition.function).value(balls(here)))
                <= condition.signs
            ):
                return
        self._largest = value.abs_lower()
        self._place = (place, point)


def _widest(box: Box, slopes: Slopes | None) -> str:
    """The input that moves f most over a box; the widest one where that is not known."""
    weights = {
        name: float((slopes[name].abs_upper() * ball(extent.width)).upper())
        for name, extent in box.items()
        if slopes and name in slopes
    }
    if not any(weights.values()):
        return max(box, key=lambda name: box[name].width)
    return max(weights, key=lambda name: weights[name])


def _largest_of(value: object) -> Ball:
    """A bound on the numbers of an enclosure; infinite where it holds none or is not finite."""
    if not isinstance(value, flint.arb) or not value.is_finite():
        return flint.arb.pos_inf()
    upper: Ball = value.abs_upper()
    return upper


def _taylor(form: Enclosure, box: Box) -> Ball:
    if len(form.names) != 1:
        return flint.arb.pos_inf()
    extent = box[form.names[0]]
    on_all = interval(extent.lower, extent.upper)
    value = taylor_form(form, on_all, ball(extent.middle), ball(extent.width / 2))
    return flint.arb.pos_inf() if value is None else _largest_of(value)


def _mean_value(form: Enclosure, box: Box, slopes: Slopes) -> Ball:
    middle = {name: ball(extent.middle) for name, extent in box.items()}
    value = form.value(middle)
    if not isinstance(value, flint.arb):
        return flint.arb.pos_inf()
    total = value
    for name, slope in slopes.items():
        half = ball(box[name].width / 2)
        total = total + slope * flint.arb(0, half.upper())
    return _largest_of(total)
