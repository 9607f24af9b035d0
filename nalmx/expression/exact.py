"""The exact value of an expression at a rational point.

A value is a rational or a truth value, `Undefined` with the reason, or `IRRATIONAL` where exact
rational arithmetic cannot follow (`sqrt(2)`, `exp(1)`) or would take too long; `ball` encloses those.
"""

from __future__ import annotations

import enum
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from .nodes import Constant, Expression, Leaf, Number, Truth, fold
from .operations import OPERATIONS
from .rational_values import MAX_BITS, rational_root


@dataclass(frozen=True, slots=True)
class Undefined:
    """The expression has no real value here, for the reason given."""

    reason: str


class Beyond(enum.Enum):
    """Marks a value that exact rational arithmetic does not represent."""

    IRRATIONAL = "irrational"


MAX_WHOLE_BITS = 5_000_000
MAX_WORK = 2**28
IRRATIONAL: Final = Beyond.IRRATIONAL
ExactValue: TypeAlias = Fraction | bool | Undefined | Literal[Beyond.IRRATIONAL]

DIVISION_BY_ZERO, NEGATIVE_ROOT, LOG_OF_NONPOSITIVE = (
    Undefined(OPERATIONS[name].requires[0].otherwise) for name in ("div", "sqrt", "log")
)
ZERO_TO_NEGATIVE = Undefined("a negative power of zero")
NO_PIECE = Undefined("no condition of Piecewise is true")
# Operations on any number of arguments that are taken two at a time, so that no result grows unseen.
_JOINING = frozenset({"add", "mul"})
_DIVIDING = frozenset({"div", "mod"})


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
    record = OPERATIONS[operation]
    for need in record.requires:
        if not getattr(operator, need.relation)(arguments[need.place], need.bound):
            return Undefined(need.otherwise)
    rule: Callable[..., ExactValue | None] = record.exact or _power
    value = rule(*arguments)
    too_long = isinstance(value, Fraction) and _too_long(value)
    return IRRATIONAL if value is None or too_long else value


def first_piece(arguments: tuple[ExactValue, ...]) -> ExactValue:
    """The value of the first piece whose condition is true; later pieces do not matter."""
    for value, condition in zip(arguments[::2], arguments[1::2], strict=True):
        if condition is not False:
            return value if condition is True else condition
    return NO_PIECE


def _power(x: Fraction, y: Fraction) -> ExactValue:
    if y.denominator == 1:
        if not x and y < 0:
            return ZERO_TO_NEGATIVE
        return _whole_power(x, y.numerator)
    if x < 0:
        return NEGATIVE_ROOT
    if x == 0:
        return ZERO_TO_NEGATIVE if y < 0 else Fraction(0)
    root = rational_root(x, y.denominator)
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
