"""Formulas as people write them: without what says nothing, signs in front, one line between factors."""

from __future__ import annotations

from fractions import Fraction

from ..expression import Apply, Expression, Number
from ..expression.build import negative
from ..expression.nodes import fold


def tidy(expression: Expression) -> Expression:
    """The same values with ones, zeros and signs that say nothing left out."""
    return fold(expression, lambda leaf: leaf, _tidied)


def _is(node: Expression, value: int) -> bool:
    return isinstance(node, Number) and node.value == value


def _tidied(operation: str, arguments: tuple[Expression, ...]) -> Expression:
    match operation:
        case "mul":
            return _product(arguments)
        case "add":
            return _sum(arguments)
        case "div":
            top, bottom = arguments
            if _is(bottom, 1) or _is(top, 0):
                return top
            if isinstance(bottom, Number) and isinstance(top, Number):
                return Number(top.value / bottom.value)
            if isinstance(bottom, Apply) and bottom.operation == "neg":
                return _negated(_tidied("div", (top, bottom.arguments[0])))
            if isinstance(top, Number) and top.value < 0:
                return _negated(_tidied("div", (Number(-top.value), bottom)))
            if isinstance(top, Apply) and top.operation == "neg":
                return _negated(_tidied("div", (top.arguments[0], bottom)))
            if isinstance(top, Apply) and top.operation == "div":
                above, between = top.arguments
                return _tidied("div", (above, _product((between, bottom))))
        case "pow":
            base, exponent = arguments
            if _is(exponent, 1):
                return base
            if _is(exponent, 0):
                return Number(Fraction(1))
            if isinstance(base, Apply) and base.operation == "sqrt" and _is(exponent, 2):
                return base.arguments[0]
            if isinstance(exponent, Number) and exponent.value == Fraction(1, 2):
                return Apply("sqrt", (base,))
            if isinstance(exponent, Number) and exponent.value < 0:
                return _tidied(
                    "div", (Number(Fraction(1)), _tidied("pow", (base, Number(-exponent.value))))
                )
        case "neg":
            return Number(Fraction(0)) if _is(arguments[0], 0) else _negated(arguments[0])
    return Apply(operation, arguments)


def _product(factors: tuple[Expression, ...]) -> Expression:
    number, others, sign = Fraction(1), list[Expression](), 1
    below: list[Expression] = []
    stack = [*reversed(factors)]
    while stack:
        node = stack.pop()
        match node:
            case Number(value):
                number *= value
            case Apply("mul", inner):
                stack.extend(reversed(inner))
            case Apply("neg", (inner,)):
                sign = -sign
                stack.append(inner)
            case Apply("div", (top, bottom)):
                stack.append(top)
                below.append(bottom)
            case _:
                others.append(node)
    number *= sign
    if number == 0:
        return Number(number)
    if below:
        bottom = _product(tuple(below)) if len(below) > 1 else below[0]
        return _tidied("div", (_product((Number(number), *others)), bottom))
    if not others:
        return Number(number)
    if abs(number) != 1:
        others.insert(0, Number(abs(number)))
    result = others[0] if len(others) == 1 else Apply("mul", tuple(others))
    return result if number > 0 else _negated(result)


def _negated(node: Expression) -> Expression:
    """-node, where a difference in a product or quotient is turned round instead: -a/(1 - b) is a/(b - 1)."""
    if isinstance(node, Apply) and node.operation in ("mul", "div"):
        for place, argument in enumerate(node.arguments):
            if isinstance(argument, Apply) and argument.operation == "add":
                turned = [_opposite(term) for term in argument.arguments]
                if any(map(_is_negative, argument.arguments)):
                    arguments = list(node.arguments)
                    arguments[place] = _sum(tuple(turned))
                    return Apply(node.operation, tuple(arguments))
    return negative(node)


def _is_negative(term: Expression) -> bool:
    if isinstance(term, Number):
        return term.value < 0
    return isinstance(term, Apply) and term.operation == "neg"


def _opposite(term: Expression) -> Expression:
    if isinstance(term, Number):
        return Number(-term.value)
    if isinstance(term, Apply) and term.operation == "neg":
        return term.arguments[0]
    return negative(term)


def _sum(terms: tuple[Expression, ...]) -> Expression:
    number, others = Fraction(0), list[Expression]()
    for term in terms:
        inner = term.arguments if isinstance(term, Apply) and term.operation == "add" else (term,)
        for node in inner:
            if isinstance(node, Number):
                number += node.value
            else:
                others.append(node)
    # What is subtracted stands behind what is not.
    others.sort(key=lambda node: isinstance(node, Apply) and node.operation == "neg")
    if number and (number > 0 or others):
        others.insert(0 if number > 0 else len(others), Number(number))
    elif number or not others:
        return Number(number)
    return others[0] if len(others) == 1 else Apply("add", tuple(others))
