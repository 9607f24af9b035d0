"""Ways to write a condition of which each is at least as strong: without a root, or with one less."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import isqrt

from ...expression import Apply, Expression, Number, Variable, variables
from ...expression.build import all_of, negative, power, rational, total
from ...expression.build import product as times
from ...expression.nodes import post_order, substitute
from ...ranges import Interval, Range
from ..domain import Domain
from ..verdict import TRUE, Claim
from .degrees import is_homogeneous

_HALF = rational(Fraction(1, 2))


def squared(claim: Claim) -> Claim | None:
    """A claim that is at least as strong: inputs under roots are squares of others.

    x in [a, b] with a ≥ 0 becomes x² with x in an interval around [√a, √b]. None where no root has an input
    that is not negative.
    """
    rooted = {
        name
        for node in post_order(claim.left)
        if isinstance(node, Apply) and _is_root(node)
        for name in variables(node.arguments[0])
        if claim.domain.ranges[name].lower >= 0
    }
    if not rooted:
        return None
    squares: dict[str, Expression] = {
        name: Apply("pow", (Variable(name), rational(2))) for name in rooted
    }
    ranges = {
        name: _roots(extent) if name in rooted else extent
        for name, extent in claim.domain.ranges.items()
    }
    return Claim(substitute(claim.left, squares), claim.right, Domain(ranges))


def _is_root(node: Apply) -> bool:
    if node.operation == "sqrt":
        return True
    power = node.arguments[1] if node.operation == "pow" else None
    return isinstance(power, Number) and power.value.denominator == 2


def _roots(extent: Range) -> Range:
    return Range.union(
        Interval(_root(i.lower, up=False), _root(i.upper, up=True)) for i in extent.intervals
    )


def _root(value: Fraction, *, up: bool) -> Fraction:
    """The square root, rounded to a rational; itself where it is rational."""
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    if top**2 == value.numerator and bottom**2 == value.denominator:
        return Fraction(top, bottom)
    scale = 2**20
    root = isqrt(value.numerator * scale**2 // value.denominator)
    return Fraction(root + up, scale)


def without_root(claim: Claim) -> Claim | None:
    """A condition on A + c·√u, without the root: None where there is not just one.

    A + c√u ≥ 0 where c > 0 and c²u ≥ A², and where c < 0, A ≥ 0, u ≥ 0 and A² ≥ c²u; and so for >.
    """
    condition = claim.left
    if not isinstance(condition, Apply) or condition.operation not in ("lt", "le", "gt", "ge"):
        return None
    one, other = condition.arguments
    turned = condition.operation in ("lt", "le")
    relation = "gt" if condition.operation in ("lt", "gt") else "ge"
    rest: list[Expression] = []
    factors: dict[Expression, Fraction] = {}
    for sign, term in (*_terms(one, -1 if turned else 1), *_terms(other, 1 if turned else -1)):
        root = _root_in(term)
        if root is None:
            rest.append(term if sign > 0 else negative(term))
        else:
            factors[root[1]] = factors.get(root[1], Fraction(0)) + sign * root[0]
    if len(factors) != 1:
        return None
    ((inside, factor),) = factors.items()
    left = total(rest) if rest else rational(0)
    squares = power(left, rational(2)), times([rational(factor**2), inside])
    if factor > 0:
        made: Expression = Apply(relation, squares[::-1])
    elif factor < 0:
        signs = (Apply("ge", (part, rational(0))) for part in (left, inside))
        made = all_of([*signs, Apply(relation, squares)])
    else:
        return None
    return Claim(made, TRUE, claim.domain)


def _terms(expression: Expression, sign: int) -> Iterator[tuple[int, Expression]]:
    """The terms of a sum, each with its sign."""
    if isinstance(expression, Apply) and expression.operation == "neg":
        yield from _terms(expression.arguments[0], -sign)
    elif isinstance(expression, Apply) and expression.operation == "add":
        for argument in expression.arguments:
            yield from _terms(argument, sign)
    elif expression is not rational(0):
        yield sign, expression


def _root_in(term: Expression) -> tuple[Fraction, Expression] | None:
    """The c and u of a term c·√u."""
    if not isinstance(term, Apply):
        return None
    if term.operation == "sqrt" or (term.operation == "pow" and term.arguments[1] is _HALF):
        return Fraction(1), term.arguments[0]
    if term.operation == "div" and isinstance(term.arguments[1], Number):
        found, divisor = _root_in(term.arguments[0]), term.arguments[1].value
        return None if found is None or not divisor else (found[0] / divisor, found[1])
    if term.operation == "mul" and len(term.arguments) == 2:
        number, other = term.arguments
        found = _root_in(other) if isinstance(number, Number) else None
        return None if found is None else (number.value * found[0], found[1])  # type: ignore[union-attr]
    return None


def in_ratios(claim: Claim) -> Claim | None:
    """The same condition with one input 1, where multiplying all inputs by t > 0 changes nothing."""
    ranges = dict(claim.domain.ranges)
    positive = [name for name, extent in ranges.items() if extent.lower > 0]
    if len(ranges) < 2 or not positive or claim.domain.integers or not is_homogeneous(claim.left):
        return None
    unit = ranges.pop(positive[-1])
    for name, extent in ranges.items():
        ends = [end / by for end in (extent.lower, extent.upper) for by in (unit.lower, unit.upper)]
        ranges[name] = Range((Interval(min(ends), max(ends)),))
    return Claim(substitute(claim.left, {positive[-1]: rational(1)}), claim.right, Domain(ranges))


WAYS: dict[str, Callable[[Claim], Claim | None]] = {
    "as it is": lambda claim: claim,
    "with squares": squared,
    "without a root": without_root,
    "in ratios": in_ratios,
}
