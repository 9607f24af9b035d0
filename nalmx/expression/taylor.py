"""Taylor forms: a function of one input on an interval, with a rigorous remainder.

With m the middle of an interval of radius r, for every x in it

    f(x) ∈ Σ gₖ·[−r, r]ᵏ + R·[−r, r]ⁿ   (k < n),

where gₖ are the coefficients of f(m + t) in t, and R the n-th coefficient of f(x + t) for all x in
the interval at once. What cancels between two sides cancels in gₖ, which are thin; only R
overestimates, and rⁿ makes that small. (Several inputs would need power series in as many
unknowns, which Arb does not have.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeAlias

import flint

from .ball import Ball, BallValue, enclose_constant, enclose_operation
from .definitions import compiled, definition_of
from .nodes import Constant, Number, Truth
from .operations import OPERATIONS
from .slopes import Enclosure

ORDER = 6
Series: TypeAlias = flint.arb_series
_On: TypeAlias = tuple[Series | None, BallValue]


def taylor_form(
    enclosure: Enclosure, extent: Ball, middle: Ball, radius: Ball, order: int = ORDER
) -> Ball | None:
    """An enclosure of the values on an interval; None where the function is not smooth there."""
    values = enclosure.values(dict.fromkeys(enclosure.names, extent))
    if len(enclosure.names) != 1 or not isinstance(values[-1], flint.arb):
        return None
    at_middle = _expand(enclosure, middle, order, values)
    remainder = _expand(enclosure, extent, order + 1, values)
    if at_middle is None or remainder is None:
        return None
    if at_middle.prec < order or remainder.prec <= order:
        return None
    total = at_middle[0]
    for place in range(1, order):
        total = total + at_middle[place] * _power_of_step(radius, place)
    total = total + remainder[order] * _power_of_step(radius, order)
    return total if total.is_finite() else None


def coefficient(enclosure: Enclosure, extent: Ball, order: int) -> Ball | None:
    """f⁽ⁿ⁾/n! on an interval, n the order; None where some derivative up to it is not found there."""
    values = enclosure.values(dict.fromkeys(enclosure.names, extent))
    if len(enclosure.names) != 1 or not isinstance(values[-1], flint.arb):
        return None
    series = _expand(enclosure, extent, order + 1, values)
    if series is None or series.prec <= order:
        return None
    found = [series[place] for place in range(order + 1)]
    return found[order] if all(value.is_finite() for value in found) else None


def _power_of_step(radius: Ball, n: int) -> Ball:
    """The n-th powers of the numbers from −radius to radius."""
    power = flint.arb(0, (radius.upper() ** n).upper())
    return power if n % 2 else power.nonnegative_part()


def _expand(
    enclosure: Enclosure, start: Ball, order: int, on_box: list[BallValue]
) -> Series | None:
    found: list[Series | None] = []
    previous, flint.ctx.cap = flint.ctx.cap, order
    try:
        for place, step in enumerate(enclosure.steps):
            constant = enclosure.constants[place]
            if constant is not None:
                known = isinstance(constant, flint.arb)
                found.append(flint.arb_series([constant], prec=order) if known else None)
            elif step.operation == "input":
                found.append(flint.arb_series([start, 1], prec=order))
            elif step.operation == "piecewise":
                found.append(_piece(step.arguments, found, on_box))
            else:
                arguments = [found[a] for a in step.arguments]
                boxes = [on_box[a] for a in step.arguments]
                found.append(_apply(step.operation, arguments, boxes, on_box[place]))
        return found[-1]
    finally:
        flint.ctx.cap = previous


def _piece(
    arguments: tuple[int, ...], found: list[Series | None], on_box: list[BallValue]
) -> Series | None:
    for value, condition in zip(arguments[::2], arguments[1::2], strict=True):
        if on_box[condition] is not False:
            return found[value] if on_box[condition] is True else None
    return None


def _apply(
    operation: str,
    arguments: list[Series | None],
    boxes: list[BallValue],
    value: BallValue,
) -> Series | None:
    known = [a for a in arguments if a is not None]
    balls = [b for b in boxes if isinstance(b, flint.arb)]
    if len(known) < len(arguments) or len(balls) < len(boxes):
        return None
    record = OPERATIONS[operation]
    try:
        if operation in _RULES:
            return _RULES[operation](known, balls, value)
        if record.steps is not None and record.definition is None:
            # Constant on the box, or not smooth.
            exact = isinstance(value, flint.arb) and value.is_exact()
            return flint.arb_series([value]) if exact else None
        if record.arb is not None and hasattr(flint.arb_series, record.arb):
            return getattr(known[0], record.arb)()
        if record.definition is not None:
            return _definition(operation)(list(zip(known, balls, strict=True)))[0]
    except (ValueError, ZeroDivisionError):  # a quotient or a root whose first term may be zero
        pass
    return None


@cache
def _definition(operation: str) -> Callable[[Sequence[_On]], _On]:
    """A series from what a record defines the operation as."""
    tree = definition_of(operation)
    assert tree is not None
    return compiled(tree, _constant, _applied)


def _constant(node: Number | Truth | Constant) -> _On:
    value = enclose_constant(node)
    return (flint.arb_series([value]) if isinstance(value, flint.arb) else None), value


def _applied(operation: str, arguments: tuple[_On, ...]) -> _On:
    boxes = [box for _, box in arguments]
    value = enclose_operation(operation, tuple(boxes))
    return _apply(operation, [series for series, _ in arguments], boxes, value), value


def _product(factors: list[Series], boxes: list[Ball], value: BallValue) -> Series:
    result, *rest = factors
    for factor in rest:
        result = result * factor
    return result


def _sum(terms: list[Series], boxes: list[Ball], value: BallValue) -> Series:
    result, *rest = terms
    for term in rest:
        result = result + term
    return result


def _power(arguments: list[Series], boxes: list[Ball], value: BallValue) -> Series | None:
    x, y = arguments
    exponent = boxes[1]
    if exponent.is_exact() and exponent.is_integer() and abs(exponent) <= 1_000:
        n = int(exponent.unique_fmpz())
        power = x ** abs(n)
        return power if n >= 0 else 1 / power
    return (y * x.log()).exp() if boxes[0] > 0 else None


def _absolute(arguments: list[Series], boxes: list[Ball], value: BallValue) -> Series | None:
    if boxes[0] >= 0:
        return arguments[0]
    return -arguments[0] if boxes[0] <= 0 else None


def _extreme(direction: int) -> Callable[..., Series | None]:
    """min (−1) or max (1), where one argument is the least or the largest on all of the box."""

    def choose(arguments: list[Series], boxes: list[Ball], value: BallValue) -> Series | None:
        for place, ball in enumerate(boxes):
            others = [b for k, b in enumerate(boxes) if k != place]
            if all(ball >= b if direction > 0 else ball <= b for b in others):
                return arguments[place]
        return None

    return choose


_RULES: dict[str, Callable[..., Series | None]] = {
    "add": _sum,
    "mul": _product,
    "neg": lambda a, b, v: -a[0],
    "div": lambda a, b, v: a[0] / a[1],
    "pow": _power,
    "abs": _absolute,
    "min": _extreme(-1),
    "max": _extreme(1),
}
