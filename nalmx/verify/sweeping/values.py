"""Float64 values of expressions over arrays, and how doubtful a claim is there.

Arrays are NumPy's, or the values of a compiled loop's body (`codegen.values`): both give what is
written here. What is undefined is tracked apart from the values: IEEE arithmetic forgets it in
places (1/inf is 0, and a comparison with NaN is false).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

from ...clock import look
from ...expression import Expression
from ...expression.numpy_functions import numpy_function
from ...expression.operations import OPERATIONS
from ...expression.straight_line import StraightLine, numbers_of, straight
from ..verdict import Claim

ROUNDING = 2.0**-40
Array = Any


@dataclass(frozen=True, slots=True)
class Arrays:
    """A library of arrays: its functions, and how it makes an array of one number."""

    functions: Any
    scalar: Callable[[float | bool], Array]


@dataclass(frozen=True, slots=True)
class _Masked:
    """Values, and a mask of where they are undefined; None where they are defined throughout."""

    value: Array
    undefined: Array | None = None


_NOTHING = _Masked(None)


class Doubt:
    """How far |left − right| of a claim exceeds what it may be; infinite where a side is not defined.

    Sides that differ by rounding alone are not doubtful.
    """

    def __init__(self, claim: Claim) -> None:
        self.program = straight(claim.left, claim.right)
        self.numbers = [number(step.content) for step in numbers_of(self.program)]
        self.where_defined = claim.where_defined
        self.kind, self.tolerance = claim.tolerance.kind, to_float(claim.tolerance.size)

    def over(self, inputs: Mapping[str, Array], count: int, arrays: Arrays) -> Array:
        """The doubt at some points, (count,)."""
        numbers = [arrays.scalar(value) for value in self.numbers]
        score = self.score(inputs, numbers, arrays.scalar(self.tolerance), arrays)
        # NaN stands for a side that is not finite: infinite less infinite.
        score = arrays.functions.where(score == score, score, arrays.scalar(math.inf))
        return arrays.functions.broadcast_to(score, (count,))

    def score(
        self,
        inputs: Mapping[str, Array],
        numbers: Sequence[Array],
        tolerance: Array,
        arrays: Arrays,
    ) -> Array:
        """The same, with its numbers and its tolerance as arrays; NaN, too, where a side is not finite."""
        xp = arrays.functions
        left, right = _masked(self.program, inputs, numbers, arrays)
        size = abs(right.value)
        limit = ROUNDING * size
        if self.kind != "exact":
            limit = (tolerance * size if self.kind == "rel" else tolerance) + limit
        excess = abs(left.value - right.value) - limit
        masks = [mask for mask in (left.undefined, right.undefined) if mask is not None]
        if self.where_defined and len(masks) == 2:
            neither = masks[0] & masks[1]
            excess = xp.where(masks[0] | masks[1], arrays.scalar(math.inf), excess)
            return xp.where(neither, arrays.scalar(-math.inf), excess)
        if not masks:
            return excess
        return xp.where(reduce(operator.or_, masks), arrays.scalar(math.inf), excess)


def values(
    expression: Expression, inputs: Mapping[str, Array], count: int, arrays: Arrays
) -> tuple[Array, Array]:
    """Float64 values (count,) of an expression, and where it is undefined."""
    program = straight(expression)
    numbers = [arrays.scalar(number(step.content)) for step in numbers_of(program)]
    (masked,) = _masked(program, inputs, numbers, arrays)
    undefined = arrays.scalar(False) if masked.undefined is None else masked.undefined
    broadcast = arrays.functions.broadcast_to
    return broadcast(masked.value, (count,)), broadcast(undefined, (count,))


def to_float(value: Fraction) -> float:
    """The nearest float64; infinite where there is none."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def number(content: object) -> float:
    """The float64 nearest to a rational, or to the constant `pi` or `E`."""
    if isinstance(content, Fraction):
        return to_float(content)
    return math.pi if content == "pi" else math.e


def _masked(
    program: StraightLine, inputs: Mapping[str, Array], numbers: Sequence[Array], arrays: Arrays
) -> list[_Masked]:
    """The results of a program, as numbers: a truth value is 1 or 0."""
    xp = arrays.functions
    left = iter(numbers)
    known: list[_Masked] = []
    last = {place: n for n, step in enumerate(program.steps) for place in step.arguments}
    for n, step in enumerate(program.steps):
        if step.arguments:
            look()
        arguments = [known[place] for place in step.arguments]
        for place in step.arguments:
            if last[place] == n and place not in program.results:
                # So that what is needed stays in the processor's cache.
                known[place] = _NOTHING
        parts = [argument.value for argument in arguments]
        masks = [argument.undefined for argument in arguments if argument.undefined is not None]
        match step.operation:
            case "number" | "constant":
                known.append(_Masked(next(left)))
            case "input":
                known.append(_Masked(inputs[str(step.content)]))
            case "truth":
                known.append(_Masked(arrays.scalar(bool(step.content))))
            case "piecewise":
                known.append(_piecewise(arrays, arguments))
            case "power":
                exponent = int(str(step.content))
                masks += [parts[0] == 0.0] if exponent < 0 else []
                value = xp.float_power(parts[0], exponent)
                known.append(_Masked(value, reduce(operator.or_, masks) if masks else None))
            case operation:
                masks += _undefined(operation, xp, parts)
                value = _value(operation, xp, parts)
                known.append(_Masked(value, reduce(operator.or_, masks) if masks else None))
    return [_as_number(known[place], arrays) for place in program.results]


def _as_number(masked: _Masked, arrays: Arrays) -> _Masked:
    if not str(masked.value.dtype).endswith("bool"):
        return masked
    value = arrays.functions.where(masked.value, arrays.scalar(1.0), arrays.scalar(0.0))
    return _Masked(value, masked.undefined)


def _piecewise(arrays: Arrays, arguments: Sequence[_Masked]) -> _Masked:
    """The first value whose condition is true; undefined where none is, or one before it is."""
    xp = arrays.functions
    value, undefined = arrays.scalar(0.0), arrays.scalar(True)
    pieces = list(zip(arguments[::2], arguments[1::2], strict=True))
    for piece, condition in reversed(pieces):
        own = arrays.scalar(False) if piece.undefined is None else piece.undefined
        value = xp.where(condition.value, piece.value, value)
        undefined = xp.where(condition.value, own, undefined)
        if condition.undefined is not None:
            undefined = undefined | condition.undefined
    return _Masked(value, undefined)


def _undefined(operation: str, xp: Any, parts: Sequence[Array]) -> list[Array]:
    """Where an operation has no value although its arguments have one."""
    record = OPERATIONS[operation]
    if record.is_comparison:
        return [(parts[0] != parts[0]) | (parts[1] != parts[1])]
    if operation == "pow":
        x, y = parts
        return [((x < 0.0) & (y != xp.floor(y))) | ((x == 0.0) & (y < 0.0))]
    return [
        _OTHERWISE[needed.relation](parts[needed.place], float(needed.bound))
        for needed in record.requires
    ]


_OTHERWISE: dict[str, Callable[[Array, float], Array]] = {
    "gt": operator.le,
    "ge": operator.lt,
    "le": operator.gt,
    "lt": operator.ge,
    "ne": operator.eq,
}


def _value(operation: str, xp: Any, parts: Sequence[Array]) -> Array:
    record = OPERATIONS[operation]
    if record.is_comparison:
        return getattr(operator, operation)(*parts)
    if operation == "pow":
        return xp.float_power(*parts)
    if operation == "mod":
        x, y = parts
        return x - y * xp.floor(x / y)
    name = record.numpy or ""
    function = getattr(xp, name, None) or numpy_function(name)
    return function(*parts) if record.most == 1 else reduce(function, parts)
