"""Signs of functions on boxes in Arb's balls."""

from __future__ import annotations

from collections.abc import Iterator

import flint

from ...expression import Expression
from ...expression.ball import Ball, BallValue, ball, interval, precision
from ...expression.slopes import Enclosure, Slopes
from ...expression.taylor import coefficient, taylor_form
from ...ranges import Interval
from ..algebra.signs import BITS, Excluding, SignCondition, Signs, balls
from ..domain import Box

_MOST_INPUTS_WITH_SLOPES = 40


class InBalls:
    """The `Arithmetic` that a search uses; the way of writing that told last is asked first."""

    def __init__(self) -> None:
        self._forms: dict[Expression, Enclosure] = {}
        self._excluding: dict[tuple[tuple[Expression, Signs], ...], Excluding] = {}
        self._first = 0
        self._last: tuple[Expression, Box, Slopes | None] | None = None

    def shows(self, functions: tuple[Expression, ...], box: Box, *, strict: bool) -> bool:
        with precision(BITS):
            for turn in range(len(functions)):
                place = (self._first + turn) % len(functions)
                form = self._form(functions[place])
                if any(_has_sign(v, strict=strict) for v in _enclosures(form, box)):
                    self._first = place if len(functions) > 1 else self._first
                    return True
        return False

    def is_defined(self, function: Expression, box: Box) -> bool:
        with precision(BITS):
            return isinstance(self._form(function).value(balls(box)), flint.arb)

    def slope_sign(self, function: Expression, box: Box, name: str) -> int:
        slopes = self.slopes(function, box)
        if slopes is None:
            return 0
        slope = slopes.get(name, flint.arb(0))
        return 1 if slope >= 0 else -1 if slope <= 0 else 0

    def slopes(self, function: Expression, box: Box) -> Slopes | None:
        """The slopes on a box, kept until another one is asked for."""
        if len(box) > _MOST_INPUTS_WITH_SLOPES:
            return None
        if self._last is None or self._last[0] is not function or self._last[1] is not box:
            with precision(BITS):
                slopes = self._form(function).with_slopes(balls(box))[1]
            self._last = function, box, slopes
        return self._last[2]

    def curvature_sign(self, function: Expression, box: Box, order: int) -> int:
        form = self._form(function)
        if len(form.names) != 1:
            return 0
        with precision(BITS):
            extent = box[form.names[0]]
            value = coefficient(form, interval(extent.lower, extent.upper), order)
        if value is None:
            return 0
        return 1 if value >= 0 else -1 if value <= 0 else 0

    def is_definite(self, matrix: tuple[tuple[Expression, ...], ...], box: Box) -> bool:
        with precision(BITS):
            rows = self._matrix(matrix, box)
            return rows is not None and _is_definite(rows)

    def bends(
        self,
        function: Expression,
        slopes: tuple[Expression, ...],
        matrix: tuple[tuple[Expression, ...], ...],
        box: Box,
        names: tuple[str, ...],
        *,
        strict: bool,
    ) -> bool:
        with precision(BITS):
            rows = self._matrix(matrix, box)
            middle = {name: ball(extent.middle) for name, extent in box.items()}
            flat = [self._form(f).value(middle) for f in (function, *slopes)]
            known = [value for value in flat if isinstance(value, flint.arb)]
            if rows is None or len(known) < len(flat):
                return False
            value, *gradient = known
            steps = [flint.arb(0, ball(box[name].width / 2).upper()) for name in names]
            for slope, step in zip(gradient, steps, strict=True):
                value = value + slope * step
            if not _is_definite(rows):
                for i, row in enumerate(rows):
                    for j, entry in enumerate(row):
                        square = steps[i] * steps[j]
                        value = (
                            value + entry * (square.nonnegative_part() if i == j else square) / 2
                        )
            return _has_sign(value, strict=strict)

    def _matrix(
        self, matrix: tuple[tuple[Expression, ...], ...], box: Box
    ) -> list[list[Ball]] | None:
        inputs = balls(box)
        rows = [[self._form(entry).value(inputs) for entry in row] for row in matrix]
        known = [[x for x in row if isinstance(x, flint.arb)] for row in rows]
        return None if any(len(row) < len(matrix) for row in known) else known

    def excludes(self, conditions: tuple[tuple[Expression, Signs], ...], box: Box) -> bool:
        if conditions not in self._excluding:
            self._excluding[conditions] = Excluding([SignCondition(*c) for c in conditions])
        with precision(BITS):
            return self._excluding[conditions](box)

    def _form(self, function: Expression) -> Enclosure:
        if function not in self._forms:
            self._forms[function] = Enclosure(function)
        return self._forms[function]


def _is_definite(rows: list[list[Ball]]) -> bool:
    """By elimination, whose pivots are positive for every matrix within the enclosures."""
    while rows:
        (pivot, *first), *rest = rows
        if not pivot > 0:
            return False
        rows = [
            [x - row[0] * y / pivot for x, y in zip(row[1:], first, strict=True)] for row in rest
        ]
    return True


def _has_sign(value: BallValue | None, *, strict: bool) -> bool:
    return isinstance(value, flint.arb) and bool(value > 0 if strict else value >= 0)


def _enclosures(form: Enclosure, box: Box) -> Iterator[BallValue | None]:
    """A value not above the least one, from one form of enclosure after another."""
    inputs = balls(box)
    if len(box) > _MOST_INPUTS_WITH_SLOPES:
        yield form.value(inputs)
        return
    value, slopes = form.with_slopes(inputs)
    yield value
    if not isinstance(value, flint.arb):
        return
    if slopes is not None:
        ends = _at_least(box, slopes)
        yield form.value(balls(ends))
        yield _mean_value(form, ends, slopes)
    if len(form.names) == 1:
        extent = box[form.names[0]]
        on_all = interval(extent.lower, extent.upper)
        yield taylor_form(form, on_all, ball(extent.middle), ball(extent.width / 2))


def _at_least(box: Box, slopes: Slopes) -> Box:
    """The box with every input in which the function is monotone at the end where it is least."""
    ends = {}
    for name, extent in box.items():
        slope = slopes.get(name, flint.arb(0))
        at = extent.lower if slope >= 0 else extent.upper if slope <= 0 else None
        ends[name] = extent if at is None else Interval(at, at)
    return ends


def _mean_value(form: Enclosure, box: Box, slopes: Slopes) -> Ball | None:
    """By the mean value theorem in the inputs that are left."""
    value = form.value({name: ball(extent.middle) for name, extent in box.items()})
    if not isinstance(value, flint.arb):
        return None
    for name, slope in slopes.items():
        if box[name].width:
            value = value + slope * flint.arb(0, ball(box[name].width / 2).upper())
    return value
