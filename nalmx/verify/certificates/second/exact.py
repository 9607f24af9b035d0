"""The second arithmetic's exact rationals: where intervals leave a value open (a jump at 1/3).

What has no rational value, or one that is too long to compute with, stays open.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

from mpmath import libmp

from ....expression.nodes import Expression, Leaf, Number, Truth, Variable, fold
from .backend import settled
from .intervals import GUARD, OPEN, UNDEFINED, Lacking

Exact: TypeAlias = Fraction | bool | Lacking
_MOST_BITS = 100_000


def exact_value(expression: Expression, point: Mapping[str, Fraction]) -> Exact:
    """The value at a point, a rational or a truth value; undefined or open where it has none."""

    def leaf(node: Leaf) -> Exact:
        if isinstance(node, Number | Truth):
            return node.value
        return point[node.name] if isinstance(node, Variable) else OPEN

    return fold(expression, leaf, _apply)


def _apply(operation: str, arguments: tuple[Exact, ...]) -> Exact:
    value = settled(operation, arguments)
    if value is None:
        value = _KNOWN.get((operation, arguments))
    if value is None:
        rule = _RULES.get(operation)
        value = OPEN if rule is None else rule(*arguments)
    return OPEN if isinstance(value, Fraction) and _bits(value) > _MOST_BITS else value


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _divide(x: Fraction, y: Fraction) -> Exact:
    return x / y if y else UNDEFINED


def _joined(
    step: Callable[[Fraction, Fraction], Fraction], first: Fraction, *xs: Fraction
) -> Exact:
    for x in xs:
        if _bits(first) > _MOST_BITS:
            return OPEN
        first = step(first, x)
    return first


def _power(x: Fraction, y: Fraction) -> Exact:
    if not x and y:
        return x if y > 0 else UNDEFINED
    if y.denominator == 1:
        return OPEN if abs(y.numerator) * _bits(x) > _MOST_BITS else x**y.numerator
    if x < 0:
        return UNDEFINED
    root = _root(x, y.denominator)
    return _power(root, Fraction(y.numerator)) if isinstance(root, Fraction) else root


def _root(x: Fraction, degree: int) -> Exact:
    """The root where it is rational."""
    if degree > _bits(x):
        return x if x == 1 else OPEN
    bits = _bits(x) + GUARD
    ends = (libmp.mpf_nthroot(libmp.from_int(n), degree, bits) for n in x.as_integer_ratio())
    root = Fraction(*(int(libmp.to_int(end, "n")) for end in ends))
    return root if root**degree == x else OPEN


def _cube_root(x: Fraction) -> Exact:
    root = _power(abs(x), Fraction(1, 3))
    return -root if isinstance(root, Fraction) and x < 0 else root


def _logarithm(base: int) -> Callable[[Fraction], Exact]:
    """The logarithm where it is a whole number."""

    def rule(x: Fraction) -> Exact:
        if x <= 0:
            return UNDEFINED
        power = max(x, 1 / x)
        places = round(math.log(power.numerator, base))
        return OPEN if base**places != power else Fraction(places if x >= 1 else -places)

    return rule


# Values of functions at the only rational points where they are rational.
_KNOWN: dict[tuple[str, tuple[Exact, ...]], Fraction] = {
    **{
        (name, (Fraction(0),)): Fraction(0)
        for name in ("sin", "tan", "tanh", "sinh", "asin", "atan", "asinh", "atanh", "erf")
    },
    **{(name, (Fraction(0),)): Fraction(1) for name in ("exp", "cos", "cosh")},
    **{(name, (Fraction(1),)): Fraction(0) for name in ("log", "acos", "acosh")},
}
_RULES: dict[str, Callable[..., Exact]] = {
    "add": lambda *xs: _joined(operator.add, *xs),
    "mul": lambda *xs: _joined(operator.mul, *xs),
    "min": lambda *xs: min(xs),
    "max": lambda *xs: max(xs),
    "neg": lambda x: -x,
    "abs": abs,
    "div": _divide,
    "mod": lambda x, y: x - y * (x // y) if y else UNDEFINED,
    "pow": _power,
    "sqrt": lambda x: _power(x, Fraction(1, 2)),
    "cbrt": _cube_root,
    "log": lambda x: OPEN if x > 0 else UNDEFINED,
    "log2": _logarithm(2),
    "log10": _logarithm(10),
    **{name: lambda x: OPEN if abs(x) <= 1 else UNDEFINED for name in ("asin", "acos")},
    "acosh": lambda x: OPEN if x >= 1 else UNDEFINED,
    "atanh": lambda x: OPEN if abs(x) < 1 else UNDEFINED,
    "sign": lambda x: Fraction((x > 0) - (x < 0)),
    "floor": lambda x: Fraction(math.floor(x)),
    "ceil": lambda x: Fraction(math.ceil(x)),
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
    "eq": lambda x, y: x == y,
    "ne": lambda x, y: x != y,
    "and": lambda *xs: all(xs),
    "or": lambda *xs: any(xs),
    "not": lambda x: not x,
}
