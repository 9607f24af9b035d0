"""What the exported Python of an expression computes, and how far that is from its value."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

import flint

from ..expression import IRRATIONAL, Expression, Undefined, evaluate
from ..expression.ball import ball, enclose, precision
from ..expression.nodes import Constant, Leaf, Number, Truth, fold
from ..expression.operations import COMPARISONS, OPERATIONS
from . import precise

_FAR_OFF = 1e-6
_MOST_BITS = 10_000_000


class NotFinite(Enum):
    """Marks what is not a finite number that Python computes with."""

    UNDEFINED = "undefined"
    OVERFLOW = "overflow"


@dataclass(frozen=True, slots=True)
class FloatErrors:
    """The largest error, and whether floats had no value somewhere although there is one.

    An error so large that a jump was crossed is not counted.
    """

    largest: float
    undefined: bool


def float_errors(expression: Expression, points: Iterable[dict[str, float]]) -> FloatErrors:
    """The errors of an expression at some points."""
    largest, undefined = 0.0, False
    for point in points:
        exact = _value(expression, point)
        if exact is None:
            continue
        found = _as_float(computed(expression, point))
        if found is None:
            undefined = True
            continue
        error = abs(found - exact)
        if error <= _FAR_OFF * (1 + abs(exact)):
            largest = max(largest, error)
    return FloatErrors(largest, undefined)


def _value(expression: Expression, floats: dict[str, float]) -> float | None:
    """The value rounded once; None where there is none, or none that a float holds."""
    point = {name: Fraction(value) for name, value in floats.items()}
    value = evaluate(expression, point)
    if isinstance(value, Undefined):
        return None
    if value is IRRATIONAL:
        with precision(256):
            enclosed = enclose(expression, {name: ball(v) for name, v in point.items()})
            if not isinstance(enclosed, flint.arb):
                return None
            found = float(enclosed)
            return found if math.isfinite(found) else None
    try:
        return float(value)
    except OverflowError:
        return None


def _as_float(found: Any) -> float | None:
    try:
        return None if isinstance(found, NotFinite) else float(found)
    except OverflowError:
        return None


def computed(expression: Expression, point: Mapping[str, Any], *, many_digits: bool = False) -> Any:
    """What the exported function has at a point of floats or fractions: a number, or why there is none.

    With `many_digits`, what it has with the functions of `precise`.
    """
    rules = _PRECISE if many_digits else _RULES

    def leaf(node: Leaf) -> Any:
        if isinstance(node, Number | Truth):
            return node.value
        if isinstance(node, Constant):
            if many_digits:
                return precise.pi() if node.name == "pi" else precise.exp(1)
            return math.pi if node.name == "pi" else math.e
        return point[node.name]

    def apply(operation: str, arguments: tuple[Any, ...]) -> Any:
        if operation == "piecewise":
            for value, condition in zip(arguments[::2], arguments[1::2], strict=True):
                if condition is not False:
                    return value if condition is True else condition
            return NotFinite.UNDEFINED
        for argument in arguments:
            if isinstance(argument, NotFinite):
                return argument
        try:
            value = rules[operation](*arguments)
        except OverflowError:
            return NotFinite.OVERFLOW
        except (ArithmeticError, ValueError):
            return NotFinite.UNDEFINED
        return (
            NotFinite.OVERFLOW if isinstance(value, float) and not math.isfinite(value) else value
        )

    return fold(precise.expressed(expression) if many_digits else expression, leaf, apply)


def _power(x: Any, y: Any) -> Any:
    if y == math.floor(y):
        if not isinstance(x, float) and abs(y) * Fraction(x).numerator.bit_length() > _MOST_BITS:
            raise OverflowError("too long to be computed exactly")
        return x ** math.floor(y)
    if x > 0:
        return float(x) ** float(y)
    if x == 0 and y > 0:
        return 0
    raise ValueError("undefined")


_RULES: dict[str, Callable[..., Any]] = {
    "add": lambda *terms: sum(terms[1:], terms[0]),
    "mul": lambda *factors: math.prod(factors[1:], start=factors[0]),
    "neg": operator.neg,
    "div": lambda x, y: Fraction(x) / y if isinstance(y, int) else x / y,
    "pow": _power,
    "abs": abs,
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "mod": lambda x, y: x - y * (x // y),
    "sign": lambda x: (x > 0) - (x < 0),
    **{name: getattr(math, r.c) for name, r in OPERATIONS.items() if r.c and r.most == 1},
    **{name: getattr(operator, name) for name in COMPARISONS},
    "and": lambda *values: all(values),
    "or": lambda *values: any(values),
    "not": operator.not_,
}
_PRECISE: dict[str, Callable[..., Any]] = {
    **_RULES,
    "pow": precise.power,
    **{name: getattr(precise, name) for name in OPERATIONS if name in precise.NAMES},
}
