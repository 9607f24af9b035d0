"""A float program run at one point: in exact rationals, each operation rounded to nearest.

A function of a library gives any float within the units in the last place that are granted to it, so
a value is known by the least and the largest float that it can be. Where an operation has no finite
value there is none from then on; what an infinity becomes in a divisor or a function is left open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import isqrt
from typing import TypeAlias

import flint

from ...expression import Apply, Constant, Number, Truth, Undefined, Variable
from ...expression.ball import ball, enclose_constant, enclose_operation, precision
from ...expression.float_program import FloatProgram, Precision
from ...expression.nodes import post_order
from ...expression.operations import COMPARISONS, OPERATIONS
from ..bounding.bounds import as_fraction
from .ends import Ends, Lost, applied

_BITS = 256
_EXACT = ("add", "mul", "div", "neg", "abs", "min", "max", "floor", "ceil", "sign")
_KEEP_INFINITIES = ("add", "mul", "neg", "abs", "sqrt")


@dataclass(frozen=True, slots=True)
class Floats:
    """The floats from `low` to `high`."""

    low: Fraction
    high: Fraction


Value: TypeAlias = "Floats | bool | Undefined | None"


def run(program: FloatProgram, point: Mapping[str, Fraction]) -> Value:
    """What a program computes at a point; `Undefined` where that is no finite number, None if left open.

    Real inputs are rounded first, as the numbers of the program are.
    """
    values: dict[int, Value] = {}
    with precision(_BITS):
        for node in post_order(program.expression):
            match node:
                case Truth(value):
                    values[id(node)] = value
                case Number(value):
                    values[id(node)] = _rounded(program.precision, value, value)
                case Variable(name):
                    values[id(node)] = _rounded(program.precision, point[name], point[name])
                case Constant():
                    values[id(node)] = _rounded(program.precision, *_ends(enclose_constant(node)))
                case Apply(operation, arguments):
                    given = [values[id(argument)] for argument in arguments]
                    values[id(node)] = _operation(program, operation, given)
        return values[id(program.expression)]


def _operation(program: FloatProgram, operation: str, given: list[Value]) -> Value:
    kind = program.precision
    if operation == "piecewise":
        return _piece(given)
    lost = next((value for value in given if isinstance(value, Undefined)), None)
    if lost is not None:
        above = operation == "div" and not isinstance(given[1], Undefined)
        return lost if operation in _KEEP_INFINITIES or above else None
    truths = [value for value in given if isinstance(value, bool)]
    numbers = [value for value in given if isinstance(value, Floats)]
    if len(truths) + len(numbers) < len(given):
        return None
    exact = OPERATIONS[operation].exact
    if truths:
        found = exact(*truths) if exact is not None else None
        return found if isinstance(found, bool) else None
    if operation in COMPARISONS:
        return _compared(operation, *numbers)
    if operation == "sqrt":
        return _root(kind, numbers[0])
    if operation not in _EXACT or exact is None:
        return _function(program, operation, numbers)
    if operation == "div" and numbers[1].low <= 0 <= numbers[1].high:
        return _DIVISION if numbers[1].low == numbers[1].high else None
    corners = product(*((value.low, value.high) for value in numbers))
    values = [Fraction(exact(*corner) or 0) for corner in corners]
    if operation == "abs" and numbers[0].low < 0 < numbers[0].high:
        values.append(Fraction(0))
    return _rounded(kind, min(values), max(values))


_DIVISION = Undefined("division by zero")


def _rounded(kind: Precision, low: Fraction, high: Fraction) -> Value:
    least, most = kind.nearest(low), kind.nearest(high)
    if least is not None and most is not None:
        return Floats(least, most)
    beyond = min(abs(low), abs(high)) > kind.largest and (low > 0) == (high > 0)
    return Undefined(f"overflow of {kind.name}") if beyond and least is most is None else None


def _root(kind: Precision, x: Floats) -> Value:
    if x.high < 0:
        return Undefined("the root of a negative number")
    if x.low < 0:
        return None
    return _rounded(kind, _near_root(kind, x.low), _near_root(kind, x.high))


def _near_root(kind: Precision, x: Fraction) -> Fraction:
    """A number that rounds as √x does: with bits enough, and one more where it is not exact."""
    shift = kind.bits + 2 + max(0, x.denominator.bit_length() - x.numerator.bit_length())
    scaled = x * 4**shift
    root = isqrt(int(scaled))
    rest = Fraction(1, 2) if root * root != scaled else 0
    return (root + rest) / Fraction(2) ** shift


def _function(program: FloatProgram, operation: str, given: list[Floats]) -> Value:
    """A function of a library, within the ulps that are granted, an ulp being that below the value."""
    kind = program.precision
    try:
        found = applied(operation, *(Ends(ball(x.low), ball(x.high)) for x in given))
    except Lost:
        if all(x.low == x.high for x in given):
            at = enclose_operation(operation, tuple(ball(x.low) for x in given))
            return at if isinstance(at, Undefined) else None
        return None
    low, high = -as_fraction(-found.low), as_fraction(found.high)
    own = program.ulps * kind.ulp_below(max(abs(low), abs(high)))
    return _rounded(kind, low - own, high + own)


def _piece(given: list[Value]) -> Value:
    for value, condition in zip(given[::2], given[1::2], strict=True):
        if condition is not False:
            return value if condition is True else None
    return Undefined("no condition holds")


def _compared(operation: str, x: Floats, y: Floats) -> bool | None:
    if x.low == x.high and y.low == y.high:
        exact: Callable[..., object] | None = OPERATIONS[operation].exact
        return None if exact is None else bool(exact(x.low, y.low))
    return None


def _ends(value: flint.arb | bool) -> tuple[Fraction, Fraction]:
    assert isinstance(value, flint.arb)
    return -as_fraction(-value), as_fraction(value)
