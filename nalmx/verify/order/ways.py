"""Ways to write a condition of which each is at least as strong: in other inputs, or without roots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from ...expression import Apply, Expression, Number
from ...expression.build import all_of, negative, power, product, rational, total
from ..verdict import TRUE, Claim
from .changes import degree_of_root, in_half_angles, in_ratios, in_roots, in_sums

_HIGHEST_POWER = 6


@dataclass(frozen=True, slots=True)
class _Root:
    """factor · inside^(1/degree), defined where all of `radicands` are not negative."""

    factor: Fraction
    inside: Expression
    degree: int
    radicands: tuple[Expression, ...]


def without_roots(claim: Claim) -> Claim | None:
    """A condition on a sum with roots, without them: None where there are others than these.

    A + c·ⁿ√u ≥ 0 where, for an odd n, cⁿ·u ≥ (−A)ⁿ; for an even one, where c > 0 and cⁿ·u ≥ Aⁿ, and where
    c < 0, A ≥ 0 and Aⁿ ≥ cⁿ·u. Sums of square roots are squared first, so that one is left:
    √u + √v ≥ √w where u + v + 2·√(u·v) ≥ w. All the same for >.
    """
    condition = claim.left
    if not isinstance(condition, Apply) or condition.operation not in ("lt", "le", "gt", "ge"):
        return None
    one, other = condition.arguments
    turned = condition.operation in ("lt", "le")
    terms = [*_terms(one, -1 if turned else 1), *_terms(other, 1 if turned else -1)]
    made = _without(terms, "gt" if condition.operation in ("lt", "gt") else "ge")
    return None if made is None else Claim(all_of(made), TRUE, claim.domain)


def _without(terms: Sequence[tuple[int, Expression]], relation: str) -> list[Expression] | None:
    """Conditions without roots, under which a sum is ≥ 0 or > 0."""
    rest: list[Expression] = []
    roots: dict[tuple[Expression, int], _Root] = {}
    for sign, term in terms:
        found = _root_in(term)
        if found is None:
            rest.append(term if sign > 0 else negative(term))
            continue
        place = found.inside, found.degree
        factor = sign * found.factor + (roots[place].factor if place in roots else 0)
        roots[place] = _Root(factor, found.inside, found.degree, found.radicands)
    held = [root for root in roots.values() if root.factor]
    if len(held) == 1:
        return _without_one(total(rest) if rest else rational(0), held[0], relation)
    if len(held) not in (2, 3) or any(root.degree != 2 for root in held):
        return None
    if len(rest) == 1 and isinstance(rest[0], Number):
        square = rational(rest[0].value ** 2)
        held.append(_Root(Fraction(rest[0].value > 0) * 2 - 1, square, 2, ()))
    elif rest:
        return None
    return _squared(held, relation)


def _squared(roots: Sequence[_Root], relation: str) -> list[Expression] | None:
    """Conditions under which a sum of square roots is ≥ 0 or > 0, both sides squared."""
    sides = [[r for r in roots if (r.factor > 0) == above] for above in (True, False)]
    if sorted(map(len, sides)) not in ([1, 1], [1, 2]):
        return None
    terms = [
        (1 if root.factor > 0 else -1, product([rational(root.factor**2), root.inside]))
        for root in roots
    ]
    for sign, side in zip((1, -1), sides, strict=True):
        if len(side) == 2:
            both = Apply("sqrt", (product([root.inside for root in side]),))
            factor = 2 * abs(side[0].factor * side[1].factor)
            terms.append((sign, product([rational(factor), both])))
    defined = [Apply("ge", (part, rational(0))) for root in roots for part in root.radicands]
    if len(roots) == 2:
        signed = [term if sign > 0 else negative(term) for sign, term in terms]
        return [*defined, Apply(relation, (total(signed), rational(0)))]
    rest = _without(terms, relation)
    return None if rest is None else [*defined, *rest]


def _without_one(left: Expression, root: _Root, relation: str) -> list[Expression] | None:
    n = rational(root.degree)
    raised = power(left, n), product([rational(root.factor**root.degree), root.inside])
    defined = [Apply("ge", (part, rational(0))) for part in root.radicands]
    if root.degree % 2:
        return [*defined, Apply(relation, (total(raised), rational(0)))]
    if root.factor > 0:
        return [*defined, Apply(relation, raised[::-1])]
    return [*defined, Apply("ge", (left, rational(0))), Apply(relation, raised)]


def _terms(expression: Expression, sign: int) -> Iterator[tuple[int, Expression]]:
    """The terms of a sum, each with its sign."""
    if isinstance(expression, Apply) and expression.operation == "neg":
        yield from _terms(expression.arguments[0], -sign)
    elif isinstance(expression, Apply) and expression.operation == "add":
        for argument in expression.arguments:
            yield from _terms(argument, sign)
    elif expression is not rational(0):
        yield sign, expression


def _root_in(term: Expression) -> _Root | None:
    """A term that is a number times roots, as one root."""
    factor, bases = Fraction(1), []
    for base, exponent in _factors(term):
        if isinstance(base, Number) and exponent.denominator == 1 and (base.value or exponent > 0):
            factor *= base.value**exponent.numerator
        elif exponent > 0 and exponent.denominator > 1:
            bases.append((base, exponent))
        else:
            return None
    degree = lcm(*(exponent.denominator for _, exponent in bases))
    powers = [(base, int(exponent * degree)) for base, exponent in bases]
    if not bases or max(n for _, n in powers) > _HIGHEST_POWER or degree > _HIGHEST_POWER:
        return None
    inside = product([base if n == 1 else power(base, rational(n)) for base, n in powers])
    alone = isinstance(term, Apply) and term.operation == "cbrt"
    return _Root(factor, inside, degree, () if alone else tuple(base for base, _ in bases))


def _factors(term: Expression) -> Iterator[tuple[Expression, Fraction]]:
    """Bases and rational exponents whose product a term is where all bases under roots are ≥ 0."""
    if isinstance(term, Apply) and term.operation == "mul":
        for argument in term.arguments:
            yield from _factors(argument)
    elif (
        isinstance(term, Apply)
        and term.operation == "div"
        and isinstance(term.arguments[1], Number)
    ):
        yield from _factors(term.arguments[0])
        yield term.arguments[1], Fraction(-1)
    elif isinstance(term, Apply) and (degree := degree_of_root(term)) > 1:
        exponent = term.arguments[1] if term.operation == "pow" else None
        whole = exponent.value if isinstance(exponent, Number) else Fraction(1, degree)
        yield term.arguments[0], whole
    else:
        yield term, Fraction(1)


WAYS: dict[str, Callable[[Claim], Claim | None]] = {
    "as it is": lambda claim: claim,
    "with squares": in_roots,
    "without a root": without_roots,
    "in half angles": in_half_angles,
    "in sums": in_sums,
    "in ratios": in_ratios,
}
