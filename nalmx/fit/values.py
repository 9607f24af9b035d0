"""Values of expressions on columns of floats, and how far rounding may have moved them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache, reduce
from typing import Any

import numpy as np

from ..clock import deadline
from ..expression.nodes import Apply, Constant, Expression, Leaf, Number, Truth, fold, post_order
from ..expression.numpy_functions import numpy_function
from ..expression.operations import OPERATIONS
from .rows import Array

EPSILON = 2.0**-52
_CONSTANTS = {"pi": np.pi, "E": np.e}
_STEP = 1e-7


def evaluate(expression: Expression, columns: Mapping[str, Any]) -> Any:
    """The values on all rows; nan where it is undefined or leaves the floats."""
    steps, last = _steps(expression)
    end = deadline()
    held: list[Any] = [None] * (last + 1)
    with np.errstate(all="ignore"):
        for place, node, function, given, done in steps:
            if function is None:
                held[place] = _leaf(node, columns)
                continue
            end.look()
            held[place] = function(*[held[argument] for argument in given])
            for argument in done:
                held[argument] = None
    return held[last]


_Step = tuple[int, Any, Callable[..., Any] | None, tuple[int, ...], tuple[int, ...]]


@lru_cache(maxsize=64)
def _steps(expression: Expression) -> tuple[tuple[_Step, ...], int]:
    """An expression as steps that fill places, each with the places that nobody needs after it."""
    nodes = list(post_order(expression))
    places = {id(node): place for place, node in enumerate(nodes)}
    steps: list[_Step] = []
    needed: set[int] = set()
    for node in reversed(nodes):
        place = places[id(node)]
        if not isinstance(node, Apply):
            steps.append((place, node, None, (), ()))
            continue
        given = tuple(places[id(argument)] for argument in node.arguments)
        done = tuple(set(given) - needed)
        needed.update(given)
        steps.append((place, None, rule(node.operation), given, done))
    return tuple(reversed(steps)), len(nodes) - 1


def with_rounding(expression: Expression, columns: Mapping[str, Any]) -> tuple[Array, Array]:
    """The values, and to first order how far they may be off, in units of 2^-52.

    Every leaf and every operation is rounded once: an error e of an argument becomes |df/dx|·e, which a
    small step along e measures, and a rounding of the size of the value is added.
    """

    def leaf(node: Leaf) -> tuple[Any, Any]:
        value = _leaf(node, columns)
        exact = isinstance(node, Number) and node.value.denominator == 1
        return value, np.zeros_like(value) if exact else np.abs(value)

    def apply(operation: str, given: tuple[tuple[Any, Any], ...]) -> tuple[Any, Any]:
        function = rule(operation)
        values = [value for value, _ in given]
        result = function(*values)
        error = np.abs(result)
        for place, (value, own) in enumerate(given):
            moved = [*values]
            moved[place] = value + _STEP * own
            error = error + np.abs(function(*moved) - result) / _STEP
        return result, error

    with np.errstate(all="ignore"):
        return fold(expression, leaf, apply)


def _leaf(node: Leaf, columns: Mapping[str, Any]) -> Any:
    match node:
        case Number(value):
            return np.float64(value.numerator / value.denominator)
        case Constant(name):
            return np.float64(_CONSTANTS[name])
        case Truth(value):
            return np.bool_(value)
        case _:
            return columns[node.name]


@cache
def rule(operation: str) -> Callable[..., Any]:
    """NumPy's function for an operation of formulas that are found."""
    record = OPERATIONS[operation]
    assert record.numpy is not None, f"no formula that is found has {operation}"
    function = numpy_function(record.numpy)
    return (lambda *values: reduce(function, values)) if record.most is None else function
