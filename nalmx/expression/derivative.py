"""The derivative of an expression, written as an expression.

It is that of the function wherever every operation of the expression has one, which is wherever the
derivatives of all its orders up to the wanted one are defined. What has a kink or a step has none here.
"""

from __future__ import annotations

from fractions import Fraction

from ..clock import look
from . import build
from .definitions import derivatives_of
from .nodes import Apply, Expression, Number, Variable, post_order, substitute
from .operations import OPERATIONS

_ZERO, _ONE = build.rational(0), build.rational(1)


def derivative(root: Expression, name: str) -> Expression | None:
    """The derivative in one input; None where the expression has a kink or a step, or no rule is known."""
    found: dict[int, Expression] = {}
    made: list[Expression] = []  # keeps alive what the table knows by its identity
    for node in post_order(root):
        look()
        if isinstance(node, Variable) and node.name == name:
            own: Expression | None = _ONE
        elif not isinstance(node, Apply):
            own = _ZERO
        else:
            own = _of_operation(node, [found[id(a)] for a in node.arguments])
        if own is None:
            return None
        found[id(node)] = own
        made.append(own)
    return found[id(root)]


def is_smooth(root: Expression) -> bool:
    """Whether every operation has derivatives of all orders wherever it has the first."""
    return all(_is_smooth(node.operation) for node in post_order(root) if isinstance(node, Apply))


def _is_smooth(operation: str) -> bool:
    record = OPERATIONS[operation]
    has_rule = operation in ("add", "mul", "pow") or bool(record.derivative)
    return has_rule and not (record.jumps or record.kinks)


def _of_operation(node: Apply, slopes: list[Expression]) -> Expression | None:
    if not _is_smooth(node.operation):
        return None
    xs = node.arguments
    if all(slope is _ZERO for slope in slopes):
        return _ZERO
    if node.operation == "add":
        return _total(slopes)
    if node.operation == "mul":
        parts = [
            _product([slope, *(x for k, x in enumerate(xs) if k != place)])
            for place, slope in enumerate(slopes)
        ]
        return _total(parts)
    if node.operation == "neg":
        return _negative(slopes[0])
    if node.operation == "pow" and isinstance(xs[1], Number):
        return _product([xs[1], _power(xs[0], xs[1].value - 1), slopes[0]])
    given = dict(zip(("x", "y"), xs, strict=False)) | {"value": node}
    return _total(
        [
            _product([substitute(rule, given), slope])
            for rule, slope in zip(derivatives_of(node.operation), slopes, strict=True)
            if slope is not _ZERO
        ]
    )


def _total(terms: list[Expression]) -> Expression:
    kept = [term for term in terms if term is not _ZERO]
    return build.total(kept) if kept else _ZERO


def _product(factors: list[Expression]) -> Expression:
    if any(factor is _ZERO for factor in factors):
        return _ZERO
    number = Fraction(1)
    kept: list[Expression] = []
    for factor in factors:
        if isinstance(factor, Number):
            number *= factor.value
        else:
            kept.append(factor)
    if not kept or number != 1:
        kept.insert(0, Number(number))
    return build.product(kept)


def _negative(x: Expression) -> Expression:
    return x if x is _ZERO else build.negative(x)


def _power(x: Expression, n: Fraction) -> Expression:
    if n == 0:
        return _ONE
    return x if n == 1 else build.power(x, Number(n))
