"""The exact value of an expression at a rational point.

A value is a rational or a truth value, `Undefined` with the reason, or `IRRATIONAL` where exact
rational arithmetic cannot follow (`sqrt(2)`, `exp(1)`) or would take too long; `ball` encloses those.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from .nodes import Constant, Expression, Leaf, Number, Truth, fold


@dataclass(frozen=True, slots=True)
class Undefined:
    """The expression has no real value here, for the reason given."""

    reason: str


class Beyond(enum.Enum):
    """Marks a value that exact rational arithmetic does not represent."""

    IRRATIONAL = "irrational"


MAX_BITS = 200_000
MAX_WHOLE_BITS = 5_000_000
MAX_WORK = 2**28
IRRATIONAL: Final = Beyond.IRRATIONAL
ExactValue: TypeAlias = Fraction | bool | Undefined | Literal[Beyond.IRRATIONAL]

DIVISION_BY_ZERO = Undefined("division by zero")
NEGATIVE_ROOT = Undefined("a root or fractional power of a negative number")
ZERO_TO_NEGATIVE = Undefined("a negative power of zero")
LOG_OF_NONPOSITIVE = Undefined("the logarithm of a number that is not positive")
NO_PIECE = Undefined("no condition of Piecewise is true")


def evaluate(expression: Expression, point: Mapping[str, Fraction]) -> ExactValue:
    """The value of `expression` where each input has the rational value that `point` gives it."""
    work = 0

    def leaf(node: Leaf) -> ExactValue:
        if isinstance(node, Number | Truth):
            return node.value
        return IRRATIONAL if isinstance(node, Constant) else point[node.name]

    def apply(operation: str, arguments: tuple[ExactValue, ...]) -> ExactValue:
        nonlocal work
        if operation not in _JOINING:
            work += _work(operation, arguments)
            return _apply(operation, arguments) if work <= MAX_WORK else IRRATIONAL
        joined, *rest = arguments
        for argument in rest:
            work += _work(operation, (joined, argument))
            joined = _apply(operation, (joined, argument)) if work <= MAX_WORK else IRRATIONAL
        return joined

    return fold(expression, leaf, apply)


def _work(operation: str, values: tuple[ExactValue, ...]) -> int:
    """What an operation costs, about a nanosecond each: a division or a gcd is quadratic in words."""
    numbers = [x for x in values if isinstance(x, Fraction)]
    words = sum(x.numerator.bit_length() + x.denominator.bit_length() for x in numbers) // 64
    divides = operation in _DIVIDING or any(x.denominator != 1 for x in numbers)
    return words * (words if divides else 4 * math.isqrt(words))


def _apply(operation: str, arguments: tuple[ExactValue, ...]) -> ExactValue:
    if operation == "piecewise":
        return first_piece(arguments)
    for argument in arguments:
        if isinstance(argument, Undefined):
            return argument
    if IRRATIONAL in arguments:
        return IRRATIONAL
    value = _RULES[operation](*arguments)
    return IRRATIONAL if isinstance(value, Fraction) and _too_long(value) else value


def first_piece(arguments: tuple[ExactValue, ...]) -> ExactValue:
    """The value of the first piece whose condition is true; later pieces do not matter."""
    for value, condition in zip(arguments[::2], arguments[1::2], strict=True):
        if condition is not False:
            return value if condition is True else condition
    return NO_PIECE


def _divide(x: Fraction, y: Fraction) -> ExactValue:
    return x / y if y else DIVISION_BY_ZERO


def _power(x: Fraction, y: Fraction) -> ExactValue:
    if y.denominator == 1:
        if not x and y < 0:
            return ZERO_TO_NEGATIVE
        return _whole_power(x, y.numerator)
    if x < 0:
        return NEGATIVE_ROOT
    if x == 0:
        return ZERO_TO_NEGATIVE if y < 0 else Fraction(0)
    root = _rational_root(x, y.denominator)
    return IRRATIONAL if root is None else _whole_power(root, y.numerator)


def _whole_power(x: Fraction, n: int) -> ExactValue:
    """x ** n, unless its size would exhaust the machine (an exponent that only a point reveals)."""
    if x not in (0, 1, -1) and _too_long(x, abs(n)):
        return IRRATIONAL
    return x**n


def _too_long(x: Fraction, times: int = 1) -> bool:
    """Whether arithmetic with x ** times would take seconds: a fraction needs a gcd each time."""
    bits = times * max(x.numerator.bit_length(), x.denominator.bit_length())
    return bits > (MAX_BITS if x.denominator != 1 else MAX_WHOLE_BITS)


def _rational_root(x: Fraction, degree: int) -> Fraction | None:
    """The positive root of `degree` where it is rational; None otherwise, or for too long numbers."""
    if max(x.numerator.bit_length(), x.denominator.bit_length()) > MAX_BITS:
        return None
    top, bottom = _whole_root(x.numerator, degree), _whole_root(x.denominator, degree)
    return None if top is None or bottom is None else Fraction(top, bottom)


def _whole_root(n: int, degree: int) -> int | None:
    if degree == 2:
        root = math.isqrt(n)
    elif degree > n.bit_length():
        root = 1
    else:
        root = 1 << -(-n.bit_length() // degree)
        while True:
            step = ((degree - 1) * root + n // root ** (degree - 1)) // degree
            if step >= root:
                break
            root = step
    return root if root**degree == n else None


def _only_at(point: int, value: int) -> Callable[[Fraction], ExactValue]:
    """A transcendental function whose value is rational at one rational point and no other."""
    return lambda x: Fraction(value) if x == point else IRRATIONAL


def _log(x: Fraction) -> ExactValue:
    return LOG_OF_NONPOSITIVE if x <= 0 else _only_at(1, 0)(x)


def _modulo(x: Fraction, y: Fraction) -> ExactValue:
    return x - y * (x // y) if y else DIVISION_BY_ZERO


# Operations on any number of arguments that are taken two at a time, so that no result grows unseen.
_JOINING = frozenset({"add", "mul"})
_DIVIDING = frozenset({"div", "mod", "floor"})
_RULES: dict[str, Callable[..., ExactValue]] = {
    "add": lambda x, y: x + y,
    "mul": lambda x, y: x * y,
    "neg": lambda x: -x,
    "div": _divide,
    "pow": _power,
    "sqrt": lambda x: _power(x, Fraction(1, 2)),
    "abs": abs,
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "mod": _modulo,
    "floor": lambda x: Fraction(math.floor(x)),
    "sign": lambda x: Fraction((x > 0) - (x < 0)),
    "exp": _only_at(0, 1),
    "sin": _only_at(0, 0),
    "cos": _only_at(0, 1),
    "tan": _only_at(0, 0),
    "tanh": _only_at(0, 0),
    "log": _log,
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
    "eq": lambda x, y: x == y,
    "ne": lambda x, y: x != y,
    "and": lambda *xs: all(xs),
    "or": lambda *xs: any(xs),
    "not": lambda x: not x,
}
