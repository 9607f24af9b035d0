"""Putting expressions into one another, and choosing one of two by a condition."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import sympy

from ..expression import Apply, Expression, Number, Truth, Variable
from ..expression.nodes import post_order, substitute
from ..expression.symbolic import to_sympy
from .layers import Expressions, is_total

_POLYNOMIAL = {"add", "mul", "neg"}


def composed(outputs: Expressions, x: Expressions) -> Expressions:
    """Outputs in terms of placeholders x1, x2, … with the placeholders replaced."""
    given = {f"x{place + 1}": value for place, value in enumerate(x)}
    return [substitute(output, given) for output in outputs]


def chosen(truths: Expressions, first: Expressions, second: Expressions) -> Expressions:
    """c·a + (1 − c)·b for each output, as a Piecewise where c is 1 under a condition, else 0."""
    conditions, opposites = truths[: len(truths) // 2], truths[len(truths) // 2 :]
    if len(conditions) == 1:
        conditions, opposites = conditions * len(first), opposites * len(first)
    outputs: Expressions = []
    for c, opposite, a, b in zip(conditions, opposites, first, second, strict=True):
        condition = _condition_of(c)
        if condition is None or not (is_total(a) and is_total(b)):
            outputs.append(Apply("add", (Apply("mul", (c, a)), Apply("mul", (opposite, b)))))
        elif isinstance(condition, Truth):
            outputs.append(a if condition.value else b)
        else:
            outputs.append(Apply("piecewise", (a, condition, b, Truth(True))))
    return outputs


def _condition_of(c: Expression) -> Expression | None:
    """The condition under which an expression is 1, if it is 0 elsewhere by its very form."""
    one, zero = Number(Fraction(1)), Number(Fraction(0))
    if c in (one, zero):
        return Truth(c == one)
    if isinstance(c, Apply) and c.operation == "piecewise" and len(c.arguments) == 4:
        value, condition, other, rest = c.arguments
        if value == one and other == zero and rest == Truth(True):
            return condition
    return None


def _is_polynomial(expression: Expression) -> bool:
    """Whether an expression is made of + and * alone."""
    nodes = post_order(expression)
    return all(n.operation in _POLYNOMIAL for n in nodes if isinstance(n, Apply))


def compared(both: Sequence[Expressions]) -> tuple[str, str] | None:
    """The two inputs that a condition compares, where it compares nothing else."""
    conditions = [_condition_of(truths[0]) for truths in both]
    found: set[tuple[str, str]] = set()
    for condition in conditions:
        if isinstance(condition, Truth) or condition is None:
            continue
        left, right = (
            condition.arguments
            if isinstance(condition, Apply) and len(condition.arguments) == 2
            else (None, None)
        )
        if not (isinstance(left, Variable) and isinstance(right, Variable)):
            return None
        found.add((min(left.name, right.name), max(left.name, right.name)))
    return found.pop() if len(found) == 1 else None


def same_at_ties(a: Expression, b: Expression, operands: tuple[str, str]) -> bool:
    """Whether two polynomials are the same where the two operands are equal."""
    if not (_is_polynomial(a) and _is_polynomial(b)):
        return False
    one, other = (sympy.Symbol(name, real=True) for name in operands)
    return bool(sympy.expand((to_sympy(a) - to_sympy(b)).subs(one, other)) == 0)
