"""Between our expression trees and SymPy's.

SymPy simplifies while it builds, so a SymPy form may be defined at more points than the tree it
came from. It serves for display and for further work by the user, never for a verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import sympy

from ..errors import ExpressionError
from . import build
from .abbreviations import abbreviation
from .definitions import compiled, definition_of
from .names import check_name
from .nodes import Apply, Constant, Expression, Leaf, Number, Truth, Variable, fold, substitute
from .operations import OPERATIONS
from .parser import parse
from .symbols import Clamp, Negative, Sigmoid, Times, Total


def _written(operation: str) -> Callable[..., sympy.Basic]:
    """What SymPy has no name for, by its definition."""

    def rule(*arguments: sympy.Basic) -> sympy.Basic:
        definition = definition_of(operation)
        assert definition is not None
        return compiled(definition, _leaf, _applied)(arguments)

    return rule


def _applied(operation: str, arguments: tuple[sympy.Basic, ...]) -> sympy.Basic:
    return _TO_SYMPY[operation](*arguments)


def _leaf(node: Leaf) -> sympy.Basic:
    if isinstance(node, Number):
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if isinstance(node, Truth):
        return sympy.true if node.value else sympy.false
    if isinstance(node, Constant):
        return sympy.pi if node.name == "pi" else sympy.E
    return sympy.Symbol(node.name, real=True)


_SYMPY = {name: getattr(sympy, record.sympy) for name, record in OPERATIONS.items() if record.sympy}
_TO_SYMPY: dict[str, Callable[..., sympy.Basic]] = {
    **_SYMPY,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "piecewise": lambda *a: sympy.Piecewise(*zip(a[::2], a[1::2], strict=True)),
}
_TO_SYMPY |= {name: _written(name) for name in OPERATIONS if name not in _TO_SYMPY}
_FROM_SYMPY = {kind: name for name, kind in _SYMPY.items()}


def to_sympy(expression: Expression) -> sympy.Basic:
    """The SymPy form over real symbols of the same names."""
    return fold(expression, _leaf, _applied)


def from_sympy(expression: sympy.Basic) -> Expression:
    """Our tree of a SymPy form; a float is the exact number that it is, unknown functions are refused."""
    if isinstance(expression, sympy.Float) and expression.is_finite:
        return Number(_exactly(expression))
    if isinstance(expression, sympy.Rational):
        return Number(Fraction(int(expression.p), int(expression.q)))
    if isinstance(expression, sympy.Symbol):
        return Variable(check_name(expression.name))
    if expression is sympy.pi:
        return Constant("pi")
    if expression is sympy.E:
        return Constant("E")
    if expression in (sympy.true, sympy.false):
        return Truth(bool(expression))
    if isinstance(expression, sympy.Add):
        return build.total(from_sympy(term) for term in expression.as_ordered_terms())
    if isinstance(expression, sympy.Mul):
        return _from_product(expression)
    if isinstance(expression, sympy.Pow):
        return _from_power(expression)
    if isinstance(expression, sympy.Piecewise):
        pairs = (part for piece in expression.args for part in piece.args)
        return Apply("piecewise", tuple(from_sympy(part) for part in pairs))
    if isinstance(expression, Total | Times | Clamp | Sigmoid | Negative):
        return _from_own(expression)
    operation = _FROM_SYMPY.get(type(expression))
    kind = type(expression).__name__
    meant = abbreviation(kind, len(getattr(expression, "args", ())))
    if operation is None and meant is not None:
        given = map(from_sympy, expression.args)
        return substitute(parse(meant.meaning), dict(zip(meant.parameters, given, strict=True)))
    if operation is None:
        raise ExpressionError(
            f"a SymPy {kind} such as {str(expression)[:60]!r} has no exact form here"
        )
    return Apply(operation, tuple(from_sympy(argument) for argument in expression.args))


def _exactly(number: sympy.Float) -> Fraction:
    sign, mantissa, exponent, _ = number._mpf_
    size = int(mantissa) * Fraction(2) ** int(exponent)
    return -size if sign else size


def _from_own(expression: sympy.Basic) -> Expression:
    """The tree of a symbol that SymPy does not look into, in the order in which it was written."""
    if isinstance(expression, Total | Times):
        build_one = build.total if isinstance(expression, Total) else build.product
        neutral = 0 if isinstance(expression, Total) else 1
        parts = [from_sympy(part) for part in expression.args if part != neutral]
        return build_one(parts) if parts else build.rational(neutral)
    first, *rest = (from_sympy(argument) for argument in expression.args)
    if isinstance(expression, Clamp):
        return Apply("min", (Apply("max", (first, rest[0])), rest[1]))
    one = build.rational(1)
    if isinstance(expression, Sigmoid):
        power = Apply("exp", (build.negative(first),))
        return build.quotient(one, build.total([one, power]))
    zero = build.rational(0)
    return Apply("piecewise", (one, Apply("lt", (first, zero)), zero, Truth(True)))


def _from_product(expression: sympy.Mul) -> Expression:
    coefficient, rest = expression.as_coeff_Mul()
    if coefficient == -1:
        return build.negative(from_sympy(rest))
    top, bottom = sympy.fraction(expression)
    if bottom != 1:
        return build.quotient(from_sympy(top), from_sympy(bottom))
    return build.product(from_sympy(factor) for factor in expression.as_ordered_factors())


def _from_power(expression: sympy.Pow) -> Expression:
    base, exponent = expression.args
    if exponent == sympy.Rational(1, 2):
        return Apply("sqrt", (from_sympy(base),))
    if exponent.is_Integer and exponent < 0:
        denominator = from_sympy(sympy.Pow(base, -exponent))
        return build.quotient(build.rational(1), denominator)
    return build.power(from_sympy(base), from_sympy(exponent))
