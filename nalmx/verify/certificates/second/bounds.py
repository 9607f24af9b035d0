"""Bounds on a function over boxes in the second arithmetic: slopes, mean value form, further cuts.

The slopes of intervals are those of chords, as in `expression/slopes.py`, worked out
anew: nothing of the first arithmetic is used, so that an error in one is not an error in both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias

from mpmath import libmp

from ....expression.nodes import Expression
from ....ranges import Interval
from ...domain import Box
from .backend import Prepared, operate
from .functions import FUNCTIONS
from .intervals import (
    Span,
    Value,
    add,
    cosine,
    hull,
    is_point,
    largest,
    negative,
    over,
    sine,
    span,
    times,
    whole_power,
)
from .taylor import taylor_form

BITS = 128
_ONE: Span = (libmp.fone, libmp.fone)
_ZERO: Span = (libmp.fzero, libmp.fzero)
_NARROWEST = Fraction(1, 2**60)
_MOST_INPUTS_WITH_SLOPES = 40
Slopes: TypeAlias = dict[str, Span]


def spans(box: Box) -> dict[str, Span]:
    return {name: span(extent.lower, extent.upper, BITS) for name, extent in box.items()}


class OutOfBudget(Exception):
    """The boxes or the seconds that were given are spent."""


@dataclass
class Spending:
    """Boxes and seconds that are left for a replay."""

    boxes: int
    seconds: float
    visited: int = 0
    start: float = field(default_factory=time.monotonic)

    def spend(self) -> None:
        self.visited += 1
        if self.visited > self.boxes:
            raise OutOfBudget(f"{self.boxes:,} boxes were not enough")
        if time.monotonic() - self.start > self.seconds:
            raise OutOfBudget(f"{self.seconds:g} seconds were not enough")


class Bounder:
    """Shows that |f| ≤ bound on boxes, for a function written in one or more equivalent ways.

    A condition is a function and the signs that it may have.
    """

    def __init__(
        self,
        functions: Sequence[Expression],
        conditions: Sequence[tuple[Expression, frozenset[int]]],
        bound: Fraction,
    ) -> None:
        self._programs = [Prepared(function, BITS) for function in functions]
        self._conditions = [(Prepared(f, BITS), signs) for f, signs in conditions]
        self._bound = span(bound, bound, BITS)[0]
        self._first = 0

    def excludes(self, box: Box) -> bool:
        """Whether no point of a box certainly meets all conditions."""
        inputs = spans(box)
        return any(not _signs(p.value(inputs)) & signs for p, signs in self._conditions)

    def shows(
        self, box: Box, whole: Box, spending: Spending, most_boxes: int | None = None
    ) -> bool:
        """Whether |f| ≤ bound wherever the conditions hold on a box; cuts it further where needed."""
        stack = [box]
        limit = spending.visited + (spending.boxes if most_boxes is None else most_boxes)
        while stack:
            if spending.visited >= limit and most_boxes is not None:
                return False
            spending.spend()
            part = stack.pop()
            if self._conditions and self.excludes(part):
                continue
            done, name = self._bounds(part)
            if done:
                continue
            if name is None or part[name].width <= whole[name].width * _NARROWEST:
                return False
            stack.extend(reversed(_halves(part, name)))
        return True

    def _bounds(self, box: Box) -> tuple[bool, str | None]:
        """Whether a box is bounded as it is, and otherwise which input to cut."""
        inputs = spans(box)
        slopes: Slopes | None = None
        count = len(self._programs)
        for turn in range(count):
            place = (self._first + turn) % count
            done, own = self._with(self._programs[place], box, inputs)
            if done:
                self._first = place
                return True, None
            slopes = slopes if own is None else own
        if len(box) == 1 and self._by_taylor(box, inputs):
            return True, None
        if not box:
            return False, None
        return False, _widest(box, slopes)

    def _with(
        self, program: Prepared, box: Box, inputs: Mapping[str, Span]
    ) -> tuple[bool, Slopes | None]:
        values = program.values(inputs)
        value = values[-1]
        if not isinstance(value, tuple):
            return False, None
        if self._fits(value):
            return True, None
        if len(program.names) > _MOST_INPUTS_WITH_SLOPES:
            return False, None
        slopes = slopes_of(program, values)
        if slopes is None:
            return False, None
        return self._at_ends(program, box, slopes), slopes

    def _by_taylor(self, box: Box, inputs: Mapping[str, Span]) -> bool:
        (extent,) = box.values()
        middle = span(extent.middle, extent.middle, BITS)
        half = span(extent.width / 2, extent.width / 2, BITS)
        for program in self._programs:
            whole = inputs[next(iter(box))]
            value = taylor_form(program, whole, middle, half)
            if value is not None and self._fits(value):
                return True
        return False

    def _at_ends(self, program: Prepared, box: Box, slopes: Slopes) -> bool:
        """The largest and the least value, inputs in which f is monotone at the end that matters.

        The others stay free, and the mean value form holds for what is left.
        """
        free = {n for n, (low, high) in slopes.items() if low[0] and high[1] and not high[0]}
        for highest in (False, True):
            reduced: Box = {}
            for name, extent in box.items():
                rising = name not in slopes or not slopes[name][0][0]
                at = extent.upper if rising == highest else extent.lower
                reduced[name] = extent if name in free else Interval(at, at)
            value = program.value(spans(reduced))
            if not isinstance(value, tuple):
                return False
            side = value[1] if highest else libmp.mpf_neg(value[0])
            if libmp.mpf_le(side, self._bound):
                continue
            around = self._mean_value(program, reduced, {n: slopes[n] for n in free})
            if around is None:
                return False
            side = around[1] if highest else libmp.mpf_neg(around[0])
            if not libmp.mpf_le(side, self._bound):
                return False
        return True

    def _mean_value(self, program: Prepared, box: Box, slopes: Slopes) -> Span | None:
        middle = {name: Interval(extent.middle, extent.middle) for name, extent in box.items()}
        total = program.value(spans(middle))
        if not isinstance(total, tuple):
            return None
        for name, slope in slopes.items():
            half = box[name].width / 2
            total = add(total, times(slope, span(-half, half, BITS), BITS), BITS)
        return total

    def _fits(self, value: Span) -> bool:
        return bool(libmp.mpf_le(largest(value), self._bound))


def _halves(box: Box, name: str) -> tuple[Box, Box]:
    extent = box[name]
    lower, upper = Interval(extent.lower, extent.middle), Interval(extent.middle, extent.upper)
    return {**box, name: lower}, {**box, name: upper}


def _signs(value: Value) -> frozenset[int]:
    """The signs that the numbers of an interval can have; all of them where it has no value."""
    if not isinstance(value, tuple):
        return frozenset({-1, 0, 1})
    low, high = (0 if end == libmp.fzero else -1 if end[0] else 1 for end in value)
    return frozenset(range(low, high + 1))


def _widest(box: Box, slopes: Slopes | None) -> str:
    """The input that moves f most over a box; the widest one where that is not known."""
    moved = {
        name: libmp.mpf_mul(largest(slopes[name]), span(extent.width, extent.width, BITS)[1], BITS)
        for name, extent in box.items()
        if slopes and name in slopes
    }
    if all(value == libmp.fzero for value in moved.values()):
        return max(box, key=lambda name: box[name].width)
    best = next(iter(moved))
    for name, value in moved.items():
        if libmp.mpf_lt(moved[best], value):
            best = name
    return best


def slopes_of(program: Prepared, values: Sequence[Value]) -> Slopes | None:
    """The slope in each input on a box where the parts have these values; None where f may jump."""
    found: list[Slopes | None] = []
    for place, (operation, arguments) in enumerate(program.steps):
        if program.constants[place] is not None:
            found.append({})
        elif not arguments:
            found.append({operation: _ONE})
        elif operation == "piecewise":
            found.append(_of_piece(arguments, values, found))
        else:
            given = [found[a] for a in arguments]
            known = [s for s in given if s is not None]
            xs = [x for x in (values[a] for a in arguments) if isinstance(x, tuple)]
            value = values[place]
            if len(known) < len(given) or len(xs) < len(given) or not isinstance(value, tuple):
                found.append(None)
            elif not any(known):
                found.append({})
            else:
                rule = _RULES.get(operation) or partial(_of_function, operation)
                found.append(rule(xs, known, value))
    return found[-1]


def _of_piece(
    arguments: Sequence[int], values: Sequence[Value], found: Sequence[Slopes | None]
) -> Slopes | None:
    for value, condition in zip(arguments[::2], arguments[1::2], strict=True):
        if values[condition] is not False:
            return found[value] if values[condition] is True else None
    return None


def _sum(parts: Sequence[tuple[Value, Slopes]]) -> Slopes | None:
    """Σ factor · slopes; None where a factor has no value."""
    total: Slopes = {}
    for factor, slopes in parts:
        if not slopes:
            continue
        if not isinstance(factor, tuple):
            return None
        for name, slope in slopes.items():
            term = times(factor, slope, BITS)
            total[name] = add(total[name], term, BITS) if name in total else term
    return total


def _product(xs: list[Span], slopes: list[Slopes], value: Span) -> Slopes | None:
    before, after = [_ONE], [_ONE]
    for x in xs[:-1]:
        before.append(times(before[-1], x, BITS))
    for x in reversed(xs[1:]):
        after.append(times(after[-1], x, BITS))
    factors = [times(b, a, BITS) for b, a in zip(before, reversed(after), strict=True)]
    return _sum(list(zip(factors, slopes, strict=True)))


def _quotient(xs: list[Span], slopes: list[Slopes], value: Span) -> Slopes | None:
    return _sum(
        [(over(_ONE, xs[1], BITS), slopes[0]), (over(negative(value), xs[1], BITS), slopes[1])]
    )


def _power(xs: list[Span], slopes: list[Slopes], value: Span) -> Slopes | None:
    x, y = xs
    if not slopes[1] and is_point(y) and y[0][2] >= 0:
        n = int(libmp.to_int(y[0]))
        lowered = whole_power(x, n - 1, BITS)
        factor = times(y, lowered, BITS) if isinstance(lowered, tuple) else lowered
        return _sum([(factor, slopes[0])]) if n else {}
    if not libmp.mpf_lt(libmp.fzero, x[0]):
        return None
    logarithm = operate("log", (x,), BITS)
    by_exponent = times(value, logarithm, BITS) if isinstance(logarithm, tuple) else logarithm
    return _sum([(over(times(value, y, BITS), x, BITS), slopes[0]), (by_exponent, slopes[1])])


def _either(slopes: Sequence[Slopes]) -> Slopes:
    names = {name: None for own in slopes for name in own}
    found: Slopes = {}
    for name in names:
        first, *rest = (own.get(name, _ZERO) for own in slopes)
        for other in rest:
            first = hull(first, other)
        found[name] = first
    return found


def _absolute(xs: list[Span], slopes: list[Slopes], value: Span) -> Slopes | None:
    turned = {name: negative(slope) for name, slope in slopes[0].items()}
    if not xs[0][0][0]:
        return slopes[0]
    return turned if libmp.mpf_le(xs[0][1], libmp.fzero) else _either([slopes[0], turned])


def _extreme(xs: list[Span], slopes: list[Slopes], value: Span) -> Slopes | None:
    """Only those that reach into the result can be the least, or the largest."""
    return _either(
        [
            own
            for x, own in zip(xs, slopes, strict=True)
            if libmp.mpf_le(x[0], value[1]) and libmp.mpf_le(value[0], x[1])
        ]
    )


def _remainder(xs: list[Span], slopes: list[Slopes], value: Span) -> Slopes | None:
    ratio = over(xs[0], xs[1], BITS)
    if not isinstance(ratio, tuple):
        return None
    low, high = (libmp.mpf_floor(end) for end in ratio)
    return (
        _sum([(_ONE, slopes[0]), ((libmp.mpf_neg(low),) * 2, slopes[1])]) if low == high else None
    )


def _of_function(
    operation: str, xs: list[Span], slopes: list[Slopes], value: Span
) -> Slopes | None:
    """The chain rule; None for an operation without a slope here."""
    if operation not in FUNCTIONS:
        return None
    return _sum([(FUNCTIONS[operation][1](xs[0], value, BITS), slopes[0])])


def _one_minus(factor: Span) -> Span:
    return add(_ONE, negative(factor), BITS)


def _square(value: Span) -> Any:
    return whole_power(value, 2, BITS)


_RULES: dict[str, Callable[[list[Span], list[Slopes], Span], Slopes | None]] = {
    "add": lambda xs, s, v: _sum([(_ONE, own) for own in s]),
    "mul": _product,
    "neg": lambda xs, s, v: {name: negative(slope) for name, slope in s[0].items()},
    "div": _quotient,
    "pow": _power,
    "abs": _absolute,
    "min": _extreme,
    "max": _extreme,
    "mod": _remainder,
    "sqrt": lambda xs, s, v: _sum([(over(_ONE, add(v, v, BITS), BITS), s[0])]),
    "exp": lambda xs, s, v: _sum([(v, s[0])]),
    "log": lambda xs, s, v: _sum([(over(_ONE, xs[0], BITS), s[0])]),
    "sin": lambda xs, s, v: _sum([(cosine(xs[0], BITS), s[0])]),
    "cos": lambda xs, s, v: _sum([(negative(sine(xs[0], BITS)), s[0])]),
    "tan": lambda xs, s, v: _sum([(add(_ONE, _square(v), BITS), s[0])]),
    "tanh": lambda xs, s, v: _sum([(_one_minus(_square(v)), s[0])]),
    "sign": lambda xs, s, v: {} if is_point(v) else None,
    "floor": lambda xs, s, v: {} if is_point(v) else None,
}
