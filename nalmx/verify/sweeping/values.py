"""Float64 values of expressions over arrays, NumPy's or torch's, and how doubtful a claim is there.

What is undefined is tracked apart from the values: IEEE arithmetic forgets it in places (1/inf is
0, and a comparison with NaN is false). This is the reference for the loops of `loop_source`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

from ...expression import Expression
from ...expression.definitions import compiled, definition_of
from ...expression.nodes import Constant, Leaf, Number, Truth, fold
from ...expression.operations import COMPARISONS, OPERATIONS, Operation, Requirement
from ..verdict import Claim

ROUNDING = 2.0**-40
Array = Any


@dataclass(frozen=True, slots=True)
class Arrays:
    """A library of arrays: its functions, and how it makes an array of one number."""

    functions: Any
    scalar: Callable[[float | bool], Array]


def doubt(claim: Claim, inputs: Mapping[str, Array], count: int, arrays: Arrays) -> Array:
    """How far |left − right| exceeds what it may be, (count,); infinite where not defined.

    Sides that differ by rounding alone are not doubtful.
    """
    xp = arrays.functions
    left, left_undefined = values(claim.left, inputs, count, arrays)
    right, right_undefined = values(claim.right, inputs, count, arrays)
    size = to_float(claim.tolerance.size)
    limit = size * abs(right) if claim.tolerance.kind == "rel" else size
    excess = abs(left - right) - (limit + ROUNDING * abs(right))
    # NaN stands for a side that is not finite: infinite less infinite.
    known = ~left_undefined & ~right_undefined & (excess == excess)
    return xp.where(known, excess, arrays.scalar(math.inf))


def values(
    expression: Expression, inputs: Mapping[str, Array], count: int, arrays: Arrays
) -> tuple[Array, Array]:
    """Float64 values (count,) of an expression, and where it is undefined."""
    xp = arrays.functions

    def leaf(node: Leaf) -> _Masked:
        if isinstance(node, Number):
            return _Masked(arrays.scalar(number(node.value)))
        if isinstance(node, Truth):
            return _Masked(arrays.scalar(node.value))
        if isinstance(node, Constant):
            return _Masked(arrays.scalar(number(node.name)))
        return _Masked(inputs[node.name])

    def apply(operation: str, arguments: tuple[_Masked, ...]) -> _Masked:
        if operation == "piecewise":
            return _piecewise(arrays, arguments)
        parts = [argument.value for argument in arguments]
        masks = [argument.undefined for argument in arguments if argument.undefined is not None]
        if operation in _UNDEFINED:
            masks.append(_UNDEFINED[operation](xp, *parts))
        undefined = reduce(xp.logical_or, masks) if masks else None
        return _Masked(_RULES[operation](xp, *parts), undefined)

    masked = fold(expression, leaf, apply)
    undefined = arrays.scalar(False) if masked.undefined is None else masked.undefined
    value = (
        xp.where(masked.value, arrays.scalar(1.0), arrays.scalar(0.0))
        if _is_truth(masked.value)
        else masked.value
    )
    return xp.broadcast_to(value, (count,)), xp.broadcast_to(undefined, (count,))


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


@dataclass(frozen=True, slots=True)
class _Masked:
    """Values, and a mask of where they are undefined; None where they are defined throughout."""

    value: Array
    undefined: Array | None = None


def _is_truth(value: Array) -> bool:
    return str(value.dtype).endswith("bool")


def _piecewise(arrays: Arrays, arguments: tuple[_Masked, ...]) -> _Masked:
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


def _reduce(name: str) -> Callable[..., Array]:
    return lambda xp, *parts: reduce(getattr(xp, name), parts)


def _one(record: Operation) -> Callable[..., Array]:
    """A function of one number, by its definition where a library has none (torch no cube root)."""
    name = record.numpy or ""

    def rule(xp: Any, x: Array) -> Array:
        if hasattr(xp, name):
            return getattr(xp, name)(x)
        definition = definition_of(record.name)
        assert definition is not None

        def apply(operation: str, arguments: tuple[Array, ...]) -> Array:
            return _RULES[operation](xp, *arguments)

        return compiled(definition, _constant, apply)((x,))

    return rule


def _constant(node: Number | Truth | Constant) -> Array:
    return number(node.name if isinstance(node, Constant) else Fraction(node.value))


def _violated(need: Requirement) -> Callable[..., Array]:
    fails = {"gt": operator.le, "ge": operator.lt, "le": operator.gt, "ne": operator.eq}
    return lambda xp, *parts: fails[need.relation](parts[need.place], need.bound)


def _otherwise(record: Operation) -> Callable[..., Array]:
    """Where an operation is not defined."""
    tests = [_violated(need) for need in record.requires]
    return lambda xp, *parts: reduce(operator.or_, (test(xp, *parts) for test in tests))


def _power_undefined(xp: Any, x: Array, y: Array) -> Array:
    return ((x < 0) & (y != xp.floor(y))) | ((x == 0) & (y < 0))


def _not_a_number(_: Any, x: Array, y: Array) -> Array:
    return (x != x) | (y != y)


_UNDEFINED: dict[str, Callable[..., Array]] = {
    **{name: _otherwise(record) for name, record in OPERATIONS.items() if record.requires},
    "pow": _power_undefined,
    **dict.fromkeys(COMPARISONS, _not_a_number),
}

_RULES: dict[str, Callable[..., Array]] = {
    "add": _reduce("add"),
    "mul": _reduce("multiply"),
    "min": _reduce("minimum"),
    "max": _reduce("maximum"),
    "and": _reduce("logical_and"),
    "or": _reduce("logical_or"),
    "not": lambda xp, x: ~x,
    "neg": lambda xp, x: -x,
    "div": lambda xp, x, y: x / y,
    "pow": lambda xp, x, y: xp.float_power(x, y),
    "abs": lambda xp, x: abs(x),
    **{
        name: _one(record)
        for name, record in OPERATIONS.items()
        if record.is_function or name in ("floor", "ceil")
    },
    "sign": lambda xp, x: xp.where(x == x, xp.sign(x), x),
    "mod": lambda xp, x, y: x - y * xp.floor(x / y),
    "lt": lambda xp, x, y: x < y,
    "le": lambda xp, x, y: x <= y,
    "gt": lambda xp, x, y: x > y,
    "ge": lambda xp, x, y: x >= y,
    "eq": lambda xp, x, y: x == y,
    "ne": lambda xp, x, y: x != y,
}
