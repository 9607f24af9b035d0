"""Constructors that keep trees in one spelling: sums flat, minus signs outside products.

They rearrange signs and brackets and fold literal fractions (`1/3`); they never cancel,
expand or drop a term, so an expression is defined after them exactly where it was before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from ..rationals import fits
from .nodes import Apply, Expression, Number


def negative(x: Expression) -> Expression:
    """-x, with the sign of a literal number, or of the first factor, turned in place."""
    if isinstance(x, Number):
        return Number(-x.value)
    if isinstance(x, Apply) and x.operation == "neg":
        return x.arguments[0]
    if isinstance(x, Apply) and x.operation in ("mul", "div"):
        first, *rest = x.arguments
        if isinstance(first, Number) and first.value < 0:
            return Apply(x.operation, (Number(-first.value), *rest))
    return Apply("neg", (x,))


def total(terms: Iterable[Expression]) -> Expression:
    """A flat sum."""
    return _flat("add", terms)


def terms(expression: Expression, sign: int = 1) -> Iterator[tuple[int, Expression]]:
    """The terms of a sum, each with its sign."""
    if isinstance(expression, Apply) and expression.operation == "neg":
        yield from terms(expression.arguments[0], -sign)
    elif isinstance(expression, Apply) and expression.operation == "add":
        for argument in expression.arguments:
            yield from terms(argument, sign)
    elif expression is not rational(0):
        yield sign, expression


def product(factors: Iterable[Expression]) -> Expression:
    """A flat product with the sign of its first factor outside."""
    first, *rest = factors
    if rest and isinstance(first, Apply) and first.operation == "neg":
        return negative(_flat("mul", (first.arguments[0], *rest)))
    return _flat("mul", (first, *rest))


def quotient(x: Expression, y: Expression) -> Expression:
    """x / y with the sign of x outside; a quotient of two literal numbers is a number."""
    if isinstance(x, Number) and isinstance(y, Number) and y.value != 0:
        ratio = Number(x.value / y.value)
        if fits(ratio.value):
            return ratio
    if isinstance(x, Apply) and x.operation == "neg":
        return negative(Apply("div", (x.arguments[0], y)))
    return Apply("div", (x, y))


def in_order(operation: str, arguments: Iterable[Expression]) -> Expression:
    """A sum or product from left to right, in which the brackets around all but the first stay."""
    first, *rest = arguments
    begun = isinstance(first, Apply) and first.operation == operation
    start = first.arguments if begun and isinstance(first, Apply) else (first,)
    return Apply(operation, (*start, *rest)) if rest else first


def all_of(conditions: Iterable[Expression]) -> Expression:
    """A flat conjunction."""
    return _flat("and", conditions)


def any_of(conditions: Iterable[Expression]) -> Expression:
    """A flat disjunction."""
    return _flat("or", conditions)


def power(x: Expression, y: Expression) -> Expression:
    """x ** y."""
    return Apply("pow", (x, y))


def rational(value: int | Fraction) -> Number:
    """A literal number."""
    return Number(Fraction(value))


def _flat(operation: str, arguments: Iterable[Expression]) -> Expression:
    flat: list[Expression] = []
    for argument in arguments:
        if isinstance(argument, Apply) and argument.operation == operation:
            flat.extend(argument.arguments)
        else:
            flat.append(argument)
    return flat[0] if len(flat) == 1 else Apply(operation, tuple(flat))
