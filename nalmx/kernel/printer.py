"""SymPy expressions as source text of a kernel.

Only the nodes listed here are printed, and only names made by this package: text that a user gave
never reaches a kernel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import sympy

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
    Clamp: "clamp",
}
_RELATIONS = {
    sympy.StrictLessThan: "<",
    sympy.LessThan: "<=",
    sympy.StrictGreaterThan: ">",
    sympy.GreaterThan: ">=",
}
_LARGEST_POWER = 8


def source(node: sympy.Basic) -> str:
    """An expression as Python text in which every number has the kernel's type F."""
    if node.is_Symbol:
        return str(node.name)
    if node.is_number and not node.is_Boolean:
        if not math.isfinite(float(node)):
            raise NotImplementedError(f"no kernel for the number {node}")
        return f"F({float(node)!r})"
    if node.is_Add:
        return "(" + " + ".join(source(term) for term in node.args) + ")"
    if node.is_Mul:
        return _product(node)
    if node.is_Pow:
        return _power(node)
    if isinstance(node, sympy.Min | sympy.Max):
        return _nested("least" if isinstance(node, sympy.Min) else "most", node.args)
    if isinstance(node, sympy.Heaviside):
        return f"(F(1.0) if {source(node.args[0])} >= F(0.0) else F(0.0))"
    if isinstance(node, Negative):
        return f"(F(1.0) if {source(node.args[0])} < F(0.0) else F(0.0))"
    if isinstance(node, Within):
        value, lower, upper = (source(argument) for argument in node.args)
        return f"(F(1.0) if ({value} >= {lower}) & ({value} <= {upper}) else F(0.0))"
    if isinstance(node, sympy.Piecewise):
        return _branches(node)
    if type(node) in _RELATIONS:
        left, right = (source(argument) for argument in node.args)
        return f"({left} {_RELATIONS[type(node)]} {right})"
    if node.func in _CALLS:
        return f"{_CALLS[node.func]}({', '.join(source(argument) for argument in node.args)})"
    raise NotImplementedError(f"no kernel for {type(node).__name__}")


def assignments(
    expressions: Sequence[tuple[str, sympy.Expr]], prefix: str, indent: str
) -> list[str]:
    """Lines that assign expressions to names, with common parts computed once.

    A name that ends in `]` is a place in an array; `NAME +=` accumulates.
    """
    shared, reduced = sympy.cse(
        [expression for _, expression in expressions], sympy.numbered_symbols(prefix, real=True)
    )
    lines = [f"{indent}{symbol} = {source(value)}" for symbol, value in shared]
    for (name, _), value in zip(expressions, reduced, strict=True):
        target = name if name.endswith("=") else f"{name} ="
        lines.append(f"{indent}{target} {source(value)}")
    return lines


def _product(node: sympy.Mul) -> str:
    above, below = [], []
    for factor in node.args:
        if factor.is_Pow and factor.exp.is_Integer and factor.exp < 0:
            below.append(source(sympy.Pow(factor.base, -factor.exp)))
        else:
            above.append(source(factor))
    text = " * ".join(above) or "F(1.0)"
    return f"({text} / ({' * '.join(below)}))" if below else f"({text})"


def _power(node: sympy.Pow) -> str:
    base, exponent = source(node.base), node.exp
    if exponent == sympy.Rational(1, 2):
        return f"sqrt({base})"
    if not exponent.is_Integer or abs(exponent) > _LARGEST_POWER:
        raise NotImplementedError(f"no kernel for the power {exponent}")
    repeated = " * ".join([base] * abs(int(exponent)))
    return f"({repeated})" if exponent > 0 else f"(F(1.0) / ({repeated}))"


def _nested(name: str, arguments: Sequence[sympy.Expr]) -> str:
    first, *rest = sorted(arguments, key=sympy.default_sort_key)
    text = source(first)
    for argument in rest:
        text = f"{name}({text}, {source(argument)})"
    return text


def _branches(node: sympy.Piecewise) -> str:
    *branches, (last, condition) = node.args
    if condition != sympy.true:
        raise NotImplementedError("no kernel for a Piecewise without a last case")
    text = source(last)
    for value, condition in reversed(branches):
        text = f"({source(value)} if {source(condition)} else {text})"
    return text
