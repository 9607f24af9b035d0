"""SymPy expressions as values of a body.

Only the nodes listed here have one: nothing else reaches what is generated.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import sympy

from ..codegen.values import FUNCTIONS, Body, Value
from ..expression.symbols import Clamp, Negative, Sigmoid, Within

_CALLS = {
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.tanh: "tanh",
    sympy.sign: "sign",
    sympy.Abs: "abs",
    sympy.ceiling: "ceil",
    Sigmoid: "sigmoid",
}
_RELATIONS = {
    sympy.StrictLessThan: operator.lt,
    sympy.LessThan: operator.le,
    sympy.StrictGreaterThan: operator.gt,
    sympy.GreaterThan: operator.ge,
}
_LARGEST_POWER = 8
Known = Mapping[sympy.Symbol, Value]


def assign(targets: Sequence[tuple[str, sympy.Expr]], body: Body, known: Known) -> Body:
    """The body with expressions as its results by their names; common parts are computed once."""
    shared, reduced = sympy.cse(
        [expression for _, expression in targets], sympy.numbered_symbols("c", real=True)
    )
    values = dict(known)
    for symbol, expression in shared:
        values[symbol] = traced(expression, body, values)
    for (name, _), expression in zip(targets, reduced, strict=True):
        body.results[name] = traced(expression, body, values)
    return body


def traced(node: sympy.Basic, body: Body, known: Known) -> Value:
    """The value of an expression."""
    if node.is_Symbol:
        return known[node]
    if node.is_number and not node.is_Boolean:
        if not math.isfinite(float(node)):
            raise NotImplementedError(f"no kernel for the number {node}")
        return body.number(float(node))
    if isinstance(node, sympy.Piecewise):
        return _branches(node, body, known)
    if node.is_Mul:
        return _product(node, body, known)
    if node.is_Pow:
        return _power(traced(node.base, body, known), node.exp, body)
    arguments = node.args
    if isinstance(node, sympy.Min | sympy.Max):
        arguments = sorted(arguments, key=sympy.default_sort_key)
    parts = [traced(argument, body, known) for argument in arguments]
    if node.is_Add:
        return reduce(operator.add, parts)
    if isinstance(node, sympy.Min):
        return reduce(lambda a, b: FUNCTIONS.where(b < a, b, a), parts)
    if isinstance(node, sympy.Max):
        return reduce(lambda a, b: FUNCTIONS.where(b > a, b, a), parts)
    if isinstance(node, sympy.Heaviside):
        return FUNCTIONS.where(parts[0] >= 0.0, 1.0, 0.0)
    if isinstance(node, Negative):
        return FUNCTIONS.where(parts[0] < 0.0, 1.0, 0.0)
    if isinstance(node, Within):
        value, lower, upper = parts
        return FUNCTIONS.where((value >= lower) & (value <= upper), 1.0, 0.0)
    if isinstance(node, Clamp):
        return clamped(*parts)
    if type(node) in _RELATIONS:
        compared: Value = _RELATIONS[type(node)](*parts)
        return compared
    if node.func in _CALLS:
        called: Value = getattr(FUNCTIONS, _CALLS[node.func])(*parts)
        return called
    raise NotImplementedError(f"no kernel for {type(node).__name__}")


def clamped(x: Value, lower: Any, upper: Any) -> Value:
    """The nearest number to x between two others; what is not a number stays so."""
    x = FUNCTIONS.where(x < lower, lower, x)
    return FUNCTIONS.where(x > upper, upper, x)


def _product(node: sympy.Mul, body: Body, known: Known) -> Value:
    above: list[Value] = []
    below: list[Value] = []
    for factor in node.args:
        if factor.is_Pow and factor.exp.is_Integer and factor.exp < 0:
            below.append(traced(sympy.Pow(factor.base, -factor.exp), body, known))
        else:
            above.append(traced(factor, body, known))
    value = reduce(operator.mul, above) if above else body.number(1.0)
    return value / reduce(operator.mul, below) if below else value


def _power(base: Value, exponent: sympy.Expr, body: Body) -> Value:
    if exponent == sympy.Rational(1, 2):
        return FUNCTIONS.sqrt(base)
    if not exponent.is_Integer or abs(exponent) > _LARGEST_POWER:
        raise NotImplementedError(f"no kernel for the power {exponent}")
    repeated = reduce(operator.mul, [base] * abs(int(exponent)))
    return repeated if exponent > 0 else body.number(1.0) / repeated


def _branches(node: sympy.Piecewise, body: Body, known: Known) -> Value:
    *branches, (last, condition) = node.args
    if condition != sympy.true:
        raise NotImplementedError("no kernel for a Piecewise without a last case")
    value = traced(last, body, known)
    for own, condition in reversed(branches):
        first = traced(condition, body, known)
        value = FUNCTIONS.where(first, traced(own, body, known), value)
    return value
