"""Taylor forms in the second arithmetic: a function of one input on an interval, with its remainder.

With m the middle of an interval X and r half its width, every x of X has

    f(x) ∈ Σ gₖ·[−r, r]ᵏ + R·[−r, r]ⁿ   (k < n),

where gₖ are the coefficients of f(m + t) in t and R the n-th coefficient over all of X. The
coefficients come from the recurrences of power series, term by term.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from mpmath import libmp

from .backend import Prepared, operate
from .intervals import Span, Value, add, is_point, negative, over, times, whole_power

ORDER = 6
Series: TypeAlias = list[Span]
_ZERO: Span = (libmp.fzero, libmp.fzero)
_ONE: Span = (libmp.fone, libmp.fone)


class NotSmooth(Exception):
    """The function has no Taylor series here that this method finds."""


def taylor_form(program: Prepared, extent: Span, middle: Span, half: Span) -> Span | None:
    """An enclosure of the values on `extent`; None where the function is not smooth there."""
    bits = program.bits
    on_all = program.values(dict.fromkeys(program.names, extent))
    if len(program.names) != 1 or not isinstance(on_all[-1], tuple):
        return None
    try:
        around = _expand(program, middle, ORDER, on_all)
        rest = _expand(program, extent, ORDER + 1, on_all)
    except NotSmooth:
        return None
    total = around[0]
    step: Span = (libmp.mpf_neg(half[1]), half[1])
    for place, coefficient in enumerate((*around[1:], rest[ORDER]), start=1):
        power = whole_power(step, place, bits)
        assert isinstance(power, tuple)
        total = add(total, times(coefficient, power, bits), bits)
    return total


def coefficient(program: Prepared, extent: Span, order: int) -> Span | None:
    """f⁽ⁿ⁾/n! on an interval, n the order; None where some derivative up to it is not found there."""
    on_all = program.values(dict.fromkeys(program.names, extent))
    if len(program.names) != 1 or not isinstance(on_all[-1], tuple):
        return None
    try:
        return _expand(program, extent, order + 1, on_all)[order]
    except NotSmooth:
        return None


def _expand(program: Prepared, start: Span, order: int, on_all: Sequence[Value]) -> Series:
    found: list[Series | None] = []
    for place, (operation, arguments) in enumerate(program.steps):
        constant = program.constants[place]
        if constant is not None:
            known = isinstance(constant, tuple)
            found.append([constant, *[_ZERO] * (order - 1)] if known else None)  # type: ignore[list-item]
        elif not arguments:
            found.append([start, _ONE, *[_ZERO] * (order - 2)])
        else:
            given = [found[a] for a in arguments]
            found.append(_apply(operation, given, [on_all[a] for a in arguments], program.bits))
    if found[-1] is None:
        raise NotSmooth
    return found[-1]


def _apply(
    operation: str, given: Sequence[Series | None], boxes: Sequence[Value], bits: int
) -> Series | None:
    if operation == "piecewise":
        for value, condition in zip(given[::2], boxes[1::2], strict=True):
            if condition is not False:
                return value if condition is True else None
        return None
    known = [series for series in given if series is not None]
    spans = [box for box in boxes if isinstance(box, tuple)]
    if len(known) < len(given) or len(spans) < len(given) or operation not in _RULES:
        return None
    try:
        return _RULES[operation](known, spans, bits)
    except NotSmooth:
        return None


def _number(value: Value) -> Span:
    if not isinstance(value, tuple):
        raise NotSmooth
    return value


def _whole(n: int) -> Span:
    return (libmp.from_int(n),) * 2


def _sum(series: Sequence[Series], bits: int) -> Series:
    total, *rest = series
    for other in rest:
        total = [add(x, y, bits) for x, y in zip(total, other, strict=True)]
    return total


def _minus(series: Series) -> Series:
    return [negative(x) for x in series]


def _convolved(x: Sequence[Span], y: Sequence[Span], place: int, bits: int) -> Span:
    total = times(x[0], y[place], bits)
    for k in range(1, place + 1):
        total = add(total, times(x[k], y[place - k], bits), bits)
    return total


def _product(x: Series, y: Series, bits: int) -> Series:
    return [_convolved(x, y, place, bits) for place in range(len(x))]


def _quotient(x: Series, y: Series, bits: int) -> Series:
    """q with q·y = x: each coefficient from those before it."""
    found: Series = []
    for place in range(len(x)):
        rest = x[place]
        for k in range(1, place + 1):
            rest = add(rest, negative(times(y[k], found[place - k], bits)), bits)
        found.append(_number(over(rest, y[0], bits)))
    return found


def _driven(first: Value, x: Series, factor: Callable[[Series], Series], bits: int) -> Series:
    """The series with f' = factor(f)·x', where factor(f) is known as far as f is."""
    found = [_number(first)]
    for place in range(1, len(x)):
        slope, total = factor(found), _ZERO
        for k in range(1, place + 1):
            term = times(times(_whole(k), x[k], bits), slope[place - k], bits)
            total = add(total, term, bits)
        found.append(_number(over(total, _whole(place), bits)))
    return found


def _exponential(x: Series, bits: int) -> Series:
    return _driven(operate("exp", (x[0],), bits), x, lambda found: found, bits)


def _logarithm(x: Series, bits: int) -> Series:
    inverse = _quotient([_ONE, *[_ZERO] * (len(x) - 1)], x, bits)
    return _driven(operate("log", (x[0],), bits), x, lambda found: inverse, bits)


def _waves(x: Series, bits: int) -> tuple[Series, Series]:
    sine, cosine = [_number(operate(name, (x[0],), bits)) for name in ("sin", "cos")]
    sines, cosines = [sine], [cosine]
    for place in range(1, len(x)):
        totals = [_ZERO, _ZERO]
        for k in range(1, place + 1):
            step = times(_whole(k), x[k], bits)
            totals[0] = add(totals[0], times(step, cosines[place - k], bits), bits)
            totals[1] = add(totals[1], times(step, sines[place - k], bits), bits)
        sines.append(_number(over(totals[0], _whole(place), bits)))
        cosines.append(_number(over(negative(totals[1]), _whole(place), bits)))
    return sines, cosines


def _hyperbolic_tangent(x: Series, bits: int) -> Series:
    def factor(found: Series) -> Series:
        square = _minus(_product(found, found, bits))
        return [add(_ONE, square[0], bits), *square[1:]]

    return _driven(operate("tanh", (x[0],), bits), x, factor, bits)


def _power(given: list[Series], boxes: list[Span], bits: int) -> Series:
    x, y = given
    if all(part == _ZERO for part in y[1:]) and is_point(y[0]) and y[0][0][2] >= 0:
        n = int(libmp.to_int(y[0][0]))
        if abs(n) > 64:
            raise NotSmooth
        one: Series = [_ONE, *[_ZERO] * (len(x) - 1)]
        result = one
        for _ in range(abs(n)):
            result = _product(result, x, bits)
        return result if n >= 0 else _quotient(one, result, bits)
    return _exponential(_product(y, _logarithm(x, bits), bits), bits)


def _root(x: Series, bits: int) -> Series:
    half = (libmp.fhalf,) * 2
    logarithm = _logarithm(x, bits)
    return _exponential([times(half, part, bits) for part in logarithm], bits)


def _absolute(given: list[Series], boxes: list[Span], bits: int) -> Series:
    if not boxes[0][0][0]:
        return given[0]
    if libmp.mpf_le(boxes[0][1], libmp.fzero):
        return _minus(given[0])
    raise NotSmooth


def _extreme(direction: int) -> Callable[[list[Series], list[Span], int], Series]:
    """min (−1) or max (1), where one argument decides on all of the interval."""

    def choose(given: list[Series], boxes: list[Span], bits: int) -> Series:
        for place, box in enumerate(boxes):
            others = [other for k, other in enumerate(boxes) if k != place]
            if all(
                libmp.mpf_le(o[1], box[0]) if direction > 0 else libmp.mpf_le(box[1], o[0])
                for o in others
            ):
                return given[place]
        raise NotSmooth

    return choose


def _folded(given: list[Series], boxes: list[Span], bits: int) -> Series:
    result, *rest = given
    for other in rest:
        result = _product(result, other, bits)
    return result


_RULES: dict[str, Callable[[list[Series], list[Span], int], Series]] = {
    "add": lambda g, boxes, bits: _sum(g, bits),
    "mul": _folded,
    "neg": lambda g, boxes, bits: _minus(g[0]),
    "div": lambda g, boxes, bits: _quotient(g[0], g[1], bits),
    "pow": _power,
    "abs": _absolute,
    "min": _extreme(-1),
    "max": _extreme(1),
    "sqrt": lambda g, boxes, bits: _root(g[0], bits),
    "exp": lambda g, boxes, bits: _exponential(g[0], bits),
    "log": lambda g, boxes, bits: _logarithm(g[0], bits),
    "sin": lambda g, boxes, bits: _waves(g[0], bits)[0],
    "cos": lambda g, boxes, bits: _waves(g[0], bits)[1],
    "tan": lambda g, boxes, bits: _quotient(*_waves(g[0], bits), bits),
    "tanh": lambda g, boxes, bits: _hyperbolic_tangent(g[0], bits),
}
