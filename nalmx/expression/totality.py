"""Which expressions have a value whatever their inputs are."""

from __future__ import annotations

from .nodes import Apply, Constant, Expression, Number, post_order
from .operations import OPERATIONS


def is_total(root: Expression) -> bool:
    """Whether an expression certainly has a value everywhere."""
    return all(map(_has_values, post_order(root)))


def _has_values(node: Expression) -> bool:
    if not isinstance(node, Apply) or OPERATIONS[node.operation].is_total:
        return True
    last = node.arguments[-1]
    if node.operation in ("div", "mod"):
        return isinstance(last, Constant) or (isinstance(last, Number) and last.value != 0)
    if node.operation == "piecewise":
        return getattr(last, "value", None) is True
    base = node.arguments[0]
    positive = isinstance(base, Apply) and base.operation == "abs"
    return (
        node.operation == "pow"
        and isinstance(last, Number)
        and last.value > 0
        and (last.value.denominator == 1 or positive)
    )
