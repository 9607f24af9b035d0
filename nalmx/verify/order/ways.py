"""Ways to write a condition, each at least as strong: in other inputs, of slopes, without a root."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from ...expression import Apply, Expression, Number
from ...expression.build import all_of, negative, power, rational, terms, total
from ...expression.build import product as times
from ..verdict import TRUE, Claim
from .changes import in_half_angles, in_ratios, in_roots, in_sums
from .mean_values import by_slopes

_HALF = rational(Fraction(1, 2))


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
    for sign, term in (*terms(one, -1 if turned else 1), *terms(other, 1 if turned else -1)):
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


WAYS: dict[str, Callable[[Claim], Claim | None]] = {
    "as it is": lambda claim: claim,
    "by slopes": by_slopes,
    "with squares": in_roots,
    "without a root": without_root,
    "in half angles": in_half_angles,
    "in sums": in_sums,
    "in ratios": in_ratios,
}
