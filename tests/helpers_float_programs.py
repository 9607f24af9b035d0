"""A float program run by NumPy, operation by operation: what its error bounds are held to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

from nalmx.expression import Apply, Constant, Expression, Number, Truth, Variable
from nalmx.expression.ball import enclose, precision
from nalmx.expression.definitions import compiled, definition_of
from nalmx.expression.float_program import FloatProgram
from nalmx.expression.nodes import post_order
from nalmx.expression.numpy_functions import numpy_function
from nalmx.expression.operations import OPERATIONS, Operation

Array = np.ndarray[Any, np.dtype[Any]]


def replay(
    program: FloatProgram,
    point: Mapping[str, Array],
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> Array:
    """The program run with NumPy, operation by operation, on arrays of inputs.

    Sums and products go from left to right, products are rounded before they are added. `functions`
    replaces NumPy's exp, log, sin, cos, tan, tanh or pow, whose last digits differ between libraries.
    """
    kind = np.dtype(program.precision.name).type
    rules = {**_rules(kind), **(functions or {})}
    held = {id(literal) for literal in program.literals}
    values: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for node in post_order(program.expression):
            if id(node) in held:
                values[id(node)] = kind(_nearest(node))
                continue
            match node:
                case Number(value):
                    values[id(node)] = kind(float(value))
                case Constant():
                    values[id(node)] = kind(_nearest(node))
                case Truth(truth):
                    values[id(node)] = np.bool_(truth)
                case Variable(name):
                    values[id(node)] = point[name].astype(kind)
                case Apply(operation, arguments):
                    given = [values[id(argument)] for argument in arguments]
                    values[id(node)] = rules[operation](*given)
    return np.asarray(values[id(program.expression)])


def _nearest(literal: Expression) -> float:
    with precision(120):
        return float(enclose(literal, {}).mid())  # type: ignore[union-attr]


def _rules(kind: Callable[[float], Any]) -> dict[str, Callable[..., Any]]:
    """NumPy's function for each operation."""

    def pieces(*arguments: Any) -> Any:
        *pairs, last, _ = arguments
        for value, condition in zip(pairs[-2::-2], pairs[::-2], strict=True):
            last = np.where(condition, value, last)
        return last

    def rule_of(record: Operation) -> Callable[..., Any]:
        if record.numpy is None:
            return written(record.name)
        function = numpy_function(record.numpy)
        return (lambda *xs: reduce(function, xs)) if record.most is None else function

    def written(operation: str) -> Callable[..., Any]:
        definition = definition_of(operation)
        assert definition is not None
        rule = compiled(definition, lambda leaf: kind(_nearest(leaf)), apply)
        return lambda *arguments: rule(arguments)

    def apply(operation: str, arguments: tuple[Any, ...]) -> Any:
        return rules[operation](*arguments)

    rules: dict[str, Callable[..., Any]] = {"piecewise": pieces}
    rules |= {name: rule_of(record) for name, record in OPERATIONS.items() if name not in rules}
    return rules
