"""The degree of what is homogeneous: f(t·x) = tᵏ·f(x) for all t > 0, by the way that f is written.

Where every part has a degree, multiplying all inputs by t > 0 changes no sign and nothing that must hold for
a part to be defined.
"""

from __future__ import annotations

from fractions import Fraction

from ...expression import Apply, Expression, Number, Variable
from ...expression.nodes import post_order
from ...expression.operations import COMPARISONS

_ROOTS = {"sqrt": Fraction(1, 2), "cbrt": Fraction(1, 3)}
_OF_ONE_DEGREE = {"add", "min", "max", "mod", *COMPARISONS}


def is_homogeneous(root: Expression) -> bool:
    """Whether every part of an expression has a degree."""
    found: dict[int, Fraction] = {}
    for node in post_order(root):
        degree = _degree(node, found)
        if degree is None:
            return False
        found[id(node)] = degree
    return True


def _degree(node: Expression, found: dict[int, Fraction]) -> Fraction | None:
    if isinstance(node, Variable):
        return Fraction(1)
    if not isinstance(node, Apply):
        return Fraction(0)
    own = [found[id(argument)] for argument in node.arguments]
    if node.operation in _OF_ONE_DEGREE:
        # 0 has every degree.
        told = {d for d, a in zip(own, node.arguments, strict=True) if not _is_zero(a)}
        degree = told.pop() if len(told) == 1 else None
        return Fraction(0) if degree is not None and node.operation in COMPARISONS else degree
    if node.operation in ("mul", "neg", "abs"):
        return sum(own, Fraction(0))
    if node.operation == "div":
        return own[0] - own[1]
    if node.operation in _ROOTS:
        return own[0] * _ROOTS[node.operation]
    if node.operation == "pow" and isinstance(node.arguments[1], Number):
        return own[0] * node.arguments[1].value
    return None if any(own) else Fraction(0)


def _is_zero(node: Expression) -> bool:
    return isinstance(node, Number) and not node.value
