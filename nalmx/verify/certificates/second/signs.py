"""Signs of functions on boxes in the second arithmetic; boxes that tell too little are cut further."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from mpmath import libmp

from ....expression.nodes import Expression
from ....ranges import Interval
from ...domain import Box
from .backend import Prepared
from .bounds import BITS, Slopes, Spending, slopes_of, spans
from .intervals import Span, Value, add, negative, over, span, times, whole_power
from .taylor import coefficient, taylor_form

_MOST_PARTS, _MOST_INPUTS_WITH_SLOPES = 256, 40
_ZERO: Span = (libmp.fzero, libmp.fzero)
_HALF: Span = (libmp.fhalf, libmp.fhalf)
Matrix: TypeAlias = tuple[tuple[Expression, ...], ...]


class InIntervals:
    """What intervals of mpmath's numbers tell of the signs of functions; each box is counted."""

    def __init__(self, spending: Spending) -> None:
        self._spending = spending
        self._programs: dict[Expression, Prepared] = {}

    def shows(self, functions: tuple[Expression, ...], box: Box, *, strict: bool) -> bool:
        return self._everywhere(
            box,
            lambda part: any(
                _has_sign(value, strict=strict)
                for function in functions
                for value in self._enclosures(self._program(function), part)
            ),
        )

    def is_defined(self, function: Expression, box: Box) -> bool:
        program = self._program(function)
        return self._everywhere(box, lambda part: isinstance(program.value(spans(part)), tuple))

    def slope_sign(self, function: Expression, box: Box, name: str) -> int:
        program = self._program(function)
        if len(box) > _MOST_INPUTS_WITH_SLOPES:
            return 0

        def rises(part: Box, sign: int) -> bool:
            slopes = slopes_of(program, program.values(spans(part)))
            if slopes is None or not isinstance(program.value(spans(part)), tuple):
                return False
            slope = slopes.get(name, _ZERO)
            return _has_sign(slope if sign > 0 else negative(slope), strict=False)

        for sign in (1, -1):
            if self._everywhere(box, lambda part, sign=sign: rises(part, sign)):  # type: ignore[misc]
                return sign
        return 0

    def curvature_sign(self, function: Expression, box: Box, order: int) -> int:
        program = self._program(function)
        if len(program.names) != 1:
            return 0
        name = program.names[0]
        for sign in (1, -1):

            def bends(part: Box, sign: int = sign) -> bool:
                value = coefficient(program, spans(part)[name], order)
                if value is None:
                    return False
                return _has_sign(value if sign > 0 else negative(value), strict=False)

            if self._everywhere(box, bends):
                return sign
        return 0

    def is_definite(self, matrix: Matrix, box: Box) -> bool:
        return self._everywhere(box, lambda part: _is_definite(self._matrix(matrix, part)))

    def bends(
        self,
        function: Expression,
        slopes: tuple[Expression, ...],
        matrix: Matrix,
        box: Box,
        names: tuple[str, ...],
        *,
        strict: bool,
    ) -> bool:
        self._spending.spend()
        rows = self._matrix(matrix, box)
        middle = {name: Interval(extent.middle, extent.middle) for name, extent in box.items()}
        flat = [self._program(f).value(spans(middle)) for f in (function, *slopes)]
        known = [value for value in flat if isinstance(value, tuple)]
        if rows is None or len(known) < len(flat):
            return False
        value, *gradient = known
        steps = [_step(box[name]) for name in names]
        for slope, step in zip(gradient, steps, strict=True):
            value = add(value, times(slope, step, BITS), BITS)
        if not _is_definite(rows):
            for i, row in enumerate(rows):
                for j, entry in enumerate(row):
                    square = (
                        whole_power(steps[i], 2, BITS)
                        if i == j
                        else times(steps[i], steps[j], BITS)
                    )
                    assert isinstance(square, tuple)
                    value = add(value, times(_HALF, times(entry, square, BITS), BITS), BITS)
        return _has_sign(value, strict=strict)

    def excludes(self, conditions: Sequence[tuple[Expression, frozenset[int]]], box: Box) -> bool:
        return any(
            not _signs(self._program(function).value(spans(box))) & signs
            for function, signs in conditions
        )

    def _everywhere(self, box: Box, holds: Callable[[Box], bool]) -> bool:
        """Whether something holds on a box, or on each of some parts of it."""
        waiting, parts = [box], 0
        while waiting:
            part = waiting.pop()
            self._spending.spend()
            parts += 1
            if holds(part):
                continue
            widest = max(part, key=lambda name: part[name].width, default=None)
            if parts > _MOST_PARTS or widest is None or not part[widest].width:
                return False
            extent = part[widest]
            waiting.append({**part, widest: Interval(extent.middle, extent.upper)})
            waiting.append({**part, widest: Interval(extent.lower, extent.middle)})
        return True

    def _program(self, function: Expression) -> Prepared:
        if function not in self._programs:
            self._programs[function] = Prepared(function, BITS)
        return self._programs[function]

    def _matrix(self, matrix: Matrix, box: Box) -> list[list[Span]] | None:
        inputs = spans(box)
        rows = [[self._program(entry).value(inputs) for entry in row] for row in matrix]
        known = [[x for x in row if isinstance(x, tuple)] for row in rows]
        return None if any(len(row) < len(matrix) for row in known) else known

    def _enclosures(self, program: Prepared, box: Box) -> Iterator[Value | None]:
        """A value not above the least one, from one form of enclosure after another."""
        inputs = spans(box)
        values = program.values(inputs)
        yield values[-1]
        if not isinstance(values[-1], tuple) or len(box) > _MOST_INPUTS_WITH_SLOPES:
            return
        slopes = slopes_of(program, values)
        if slopes is not None:
            ends = _at_least(box, slopes)
            yield program.value(spans(ends))
            yield _mean_value(program, ends, slopes)
        if len(program.names) == 1:
            extent = box[program.names[0]]
            middle = span(extent.middle, extent.middle, BITS)
            half = span(extent.width / 2, extent.width / 2, BITS)
            yield taylor_form(program, inputs[program.names[0]], middle, half)


def _has_sign(value: Value | None, *, strict: bool) -> bool:
    if not isinstance(value, tuple):
        return False
    return bool(
        libmp.mpf_lt(libmp.fzero, value[0]) if strict else libmp.mpf_le(libmp.fzero, value[0])
    )


def _signs(value: Value) -> frozenset[int]:
    """The signs that the numbers of an interval can have; all of them where it has no value."""
    if not isinstance(value, tuple):
        return frozenset({-1, 0, 1})
    low, high = (libmp.mpf_sign(end) for end in value)
    return frozenset(range(low, high + 1))


def _at_least(box: Box, slopes: Slopes) -> Box:
    """The box with every input in which the function is monotone at the end where it is least."""
    ends = {}
    for name, extent in box.items():
        slope = slopes.get(name, _ZERO)
        rises, falls = (_has_sign(s, strict=False) for s in (slope, negative(slope)))
        at = extent.lower if rises else extent.upper if falls else None
        ends[name] = extent if at is None else Interval(at, at)
    return ends


def _mean_value(program: Prepared, box: Box, slopes: Slopes) -> Span | None:
    """By the mean value theorem in the inputs that are left."""
    middle = {name: Interval(extent.middle, extent.middle) for name, extent in box.items()}
    value = program.value(spans(middle))
    if not isinstance(value, tuple):
        return None
    for name, slope in slopes.items():
        if box[name].width:
            value = add(value, times(slope, _step(box[name]), BITS), BITS)
    return value


def _step(extent: Interval) -> Span:
    """The steps from the middle of an interval to its points."""
    half = extent.width / 2
    return span(-half, half, BITS)


def _is_definite(rows: list[list[Span]] | None) -> bool:
    """By elimination, whose pivots are positive for every matrix within the intervals."""
    while rows:
        (pivot, *first), *rest = rows
        if not _has_sign(pivot, strict=True):
            return False
        reduced: list[list[Span]] = []
        for own, *row in rest:
            factor = over(own, pivot, BITS)
            if not isinstance(factor, tuple):
                return False
            reduced.append(
                [
                    add(x, negative(times(factor, y, BITS)), BITS)
                    for x, y in zip(row, first, strict=True)
                ]
            )
        rows = reduced
    return rows is not None
