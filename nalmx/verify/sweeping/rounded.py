"""Both sides of a claim at float32 inputs: with a bound on all rounding, or in float32 arithmetic itself.

In float64 every value comes with a bound on its distance from the exact value, by running error
analysis: an operation adds half a unit in the last place of its result to what it passes on. `_GROWN`
covers the rounding of the bounds themselves, `_TINY` underflow. Where the value may be undefined or
has overflowed, the bound is infinite or NaN, and every operation keeps it so; no such point is sure.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, Literal

from ...codegen.loops import EveryFloatLoop
from ...codegen.values import FUNCTIONS, Body, Value
from ...errors import SettingError
from ...expression.straight_line import Step, StraightLine, numbers_of, whole_power

Arithmetic = Literal["reals", "float32"]
_HALF_UNIT, _GROWN, _TINY = 2.0**-53, 1.0 + 2.0**-48, 2.0**-1000
_LEAVES = {"number", "constant", "input"}
_UNARY: dict[str, Callable[[Any], Any]] = {"neg": operator.neg, "abs": abs}
_BINARY = {"add": operator.add, "mul": operator.mul, "div": operator.truediv}
_FUNCTIONS = {"sqrt": "sqrt", "min": "minimum", "max": "maximum", "power": "float_power"}


def check_rigorous(program: StraightLine) -> None:
    """Refuse operations whose rounding in float64 has no bound here."""
    for step in program.steps:
        if step.operation not in {*_LEAVES, *_UNARY, *_BINARY, *_FUNCTIONS}:
            raise SettingError(
                f"an exhaustive check cannot bound the rounding of {step.operation!r}; it knows "
                "+ - * / sqrt, whole powers up to 64, Abs, min and max"
            )


def every_float_form(
    left: StraightLine,
    right: StraightLine,
    arithmetic: Arithmetic,
    relative: bool,
    names: Sequence[str],
    tables: int = 0,
) -> EveryFloatLoop:
    """The loop of a claim. Numbers come in as arrays, so that claims of one shape share its code.

    With `reals`, `left` and `right` are one program with two results. With `float32` every step of the
    left side is rounded to float32.
    """
    body = Body()
    single = {name: body.input(f"x{n}", "float32") for n, name in enumerate(names)}
    x = {name: _Bounded(body.apply("float64", value), None) for name, value in single.items()}
    numbers = [_number(body, place, step) for place, step in enumerate(numbers_of(right))]
    if arithmetic == "reals":
        a, b = results(right, numbers, x, _WithBounds)
    else:
        narrow = [body.input(f"narrow{n}", "float32") for n in range(len(numbers_of(left)))]
        (value,) = results(left, narrow, single, FUNCTIONS)
        a = _Bounded(body.apply("float64", value), None)
        (b,) = results(right, numbers, x, _WithBounds)
    gap = abs(a.value - b.value)
    off = _total([*a.errors, *b.errors, gap])
    if relative:
        size = abs(b.value)
        least = reduce(operator.sub, b.errors, size)
        off = FUNCTIONS.where(least > 0.0, off / least * _GROWN + _TINY, math.inf)
        gap = gap / size
    sure = (off <= body.input("tolerance")) & (off < math.inf)
    body.results["sure"] = sure
    body.results["gap"] = FUNCTIONS.where(gap < math.inf, gap, 0.0)
    body.results["off"] = FUNCTIONS.where(sure, off, 0.0)
    return EveryFloatLoop(body, tables)


def results(
    program: StraightLine, numbers: Iterable[Any], inputs: Mapping[str, Any], functions: Any
) -> Iterator[Any]:
    """The results of a program, by the operations of numbers and inputs, and by these functions."""
    left = iter(numbers)
    known: list[Any] = []
    for step in program.steps:
        parts = [known[place] for place in step.arguments]
        match step.operation:
            case "number" | "constant":
                known.append(next(left))
            case "input":
                known.append(inputs[str(step.content)])
            case "power":
                known.append(functions.float_power(*parts, step.content))
            case "sqrt" | "min" | "max" as name:
                function = getattr(functions, _FUNCTIONS[name])
                known.append(function(*parts) if name == "sqrt" else reduce(function, parts))
            case "neg" | "abs" as name:
                known.append(_UNARY[name](*parts))
            case name:
                known.append(reduce(_BINARY[name], parts))
    return (known[place] for place in program.results)


def exactly_float(step: Step) -> bool:
    """Whether a number is a float64."""
    if not isinstance(step.content, Fraction):
        return False
    try:
        return Fraction(float(step.content)) == step.content
    except OverflowError:
        return False


def _number(body: Body, place: int, step: Step) -> _Bounded:
    error = None if exactly_float(step) else body.input(f"errors{place}")
    return _Bounded(body.input(f"exact{place}"), error)


def _total(errors: list[Value]) -> Value:
    return reduce(operator.add, errors) * _GROWN + _TINY


@dataclass(frozen=True, slots=True)
class _Bounded:
    """A value and a bound on its distance from the exact one; None where it is exact."""

    value: Value
    error: Value | None

    @property
    def errors(self) -> list[Value]:
        """The bound, unless the value is exact."""
        return [] if self.error is None else [self.error]

    def __neg__(self) -> _Bounded:
        return _Bounded(-self.value, self.error)

    def __abs__(self) -> _Bounded:
        return _Bounded(abs(self.value), self.error)

    def __add__(self, other: _Bounded) -> _Bounded:
        return _rounded(self.value + other.value, [*self.errors, *other.errors])

    def __mul__(self, other: _Bounded) -> _Bounded:
        passed = [] if other.error is None else [abs(self.value) * other.error]
        if self.error is not None:
            passed.append(reduce(operator.add, other.errors, abs(other.value)) * self.error)
        return _rounded(self.value * other.value, passed)

    def __truediv__(self, other: _Bounded) -> _Bounded:
        value = self.value / other.value
        if other.error is None:
            return _rounded(value, [error / abs(other.value) for error in self.errors])
        # The divisor is at least `least`. Where it is less than its own bound away from 0, nothing is
        # known.
        least = abs(other.value) - other.error
        least = FUNCTIONS.where(least > other.error, least, 0.0)
        passed = reduce(operator.add, [*self.errors, abs(value) * other.error])
        return _rounded(value, [FUNCTIONS.where(least > 0.0, passed / least, math.inf)])


class _WithBounds:
    """Functions of values with bounds."""

    @staticmethod
    def sqrt(x: _Bounded) -> _Bounded:
        value = FUNCTIONS.sqrt(x.value)
        far = [FUNCTIONS.where(x.value >= error, error / value, math.inf) for error in x.errors]
        return _rounded(value, far)

    @staticmethod
    def minimum(a: _Bounded, b: _Bounded) -> _Bounded:
        return _chosen(a.value < b.value, a, b)

    @staticmethod
    def maximum(a: _Bounded, b: _Bounded) -> _Bounded:
        return _chosen(a.value > b.value, a, b)

    @staticmethod
    def float_power(x: _Bounded, exponent: int) -> _Bounded:
        one = _Bounded(x.value.body.number(1.0), None)
        if exponent == 0 and x.error is not None:
            # Where the base is undefined, its bound is not finite, and 0 times it is NaN.
            return _Bounded(one.value, 0.0 * x.error)
        power: _Bounded = whole_power(x, exponent, one)
        return power


def _chosen(first: Value, a: _Bounded, b: _Bounded) -> _Bounded:
    """One of two, with the larger bound."""
    value = FUNCTIONS.where(first, a.value, b.value)
    if a.error is None or b.error is None:
        return _Bounded(value, a.error or b.error)
    return _Bounded(value, FUNCTIONS.maximum(a.error, b.error))


def _rounded(value: Value, passed: list[Value]) -> _Bounded:
    """A result: what its arguments pass on and half a unit of its own."""
    return _Bounded(value, _total([*passed, abs(value) * _HALF_UNIT]))
