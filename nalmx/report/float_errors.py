"""How far an expression computed in Python floats is from its value, at sample points of a domain."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint

from ..expression import IRRATIONAL, Expression, Undefined, evaluate
from ..expression.ball import ball, enclose, precision
from ..expression.nodes import Constant, Leaf, Number, Truth, fold

_FAR_OFF = 1e-6
_UNDEFINED = None


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
        computed = _computed(expression, point)
        if computed is None:
            undefined = True
            continue
        error = abs(computed - exact)
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


def _computed(expression: Expression, point: dict[str, float]) -> float | None:
    def leaf(node: Leaf) -> Any:
        if isinstance(node, Number | Truth):
            return node.value
        if isinstance(node, Constant):
            return math.pi if node.name == "pi" else math.e
        return point[node.name]

    value = fold(expression, leaf, _apply)
    try:
        return None if value is _UNDEFINED or not math.isfinite(value) else float(value)
    except OverflowError:
        return None


def _apply(operation: str, arguments: tuple[Any, ...]) -> Any:
    if operation == "piecewise":
        for value, condition in zip(arguments[::2], arguments[1::2], strict=True):
            if condition is not False:
                return value if condition is True else _UNDEFINED
        return _UNDEFINED
    if any(argument is _UNDEFINED for argument in arguments):
        return _UNDEFINED
    try:
        return _RULES[operation](*arguments)
    except (ArithmeticError, ValueError):
        return _UNDEFINED


def _power(x: Any, y: Any) -> Any:
    if y == math.floor(y):
        return x ** math.floor(y)
    if x > 0:
        return float(x) ** float(y)
    return 0 if x == 0 and y > 0 else _UNDEFINED


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
    "floor": math.floor,
    "sign": lambda x: (x > 0) - (x < 0),
    **{name: getattr(math, name) for name in ("sqrt", "exp", "log", "sin", "cos", "tan", "tanh")},
    **{name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")},
    "and": lambda *values: all(values),
    "or": lambda *values: any(values),
    "not": operator.not_,
}
