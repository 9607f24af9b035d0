"""Polynomials of one sign: by completing squares, and by the orders of variables that are not negative.

    Σ cₖ·vᵏ ≥ 0           where all cₖ·vᵏ ≥ 0
    A·v² + B·v + C ≥ 0    where A ≥ 0, C ≥ 0 and 4·A·C − B² ≥ 0: a square and a rest, or C where A = B = 0
    A + C·s ≥ 0           where A ≥ 0 and A² ≥ C²·s², or C·s ≥ 0 and C²·s² ≥ A², for a root or a sine s
    f(x, y, …) ≥ 0        for x, y, … ≥ 0 where f(t₁, t₁ + t₂, …) has no negative coefficient, for every order

The first three ask for signs of polynomials with a variable less. A variable whose exponents are all even is
replaced by the root of another one that is not negative. The last is the method of successive differences
(Yang, 2005, Solving harder problems with lesser mathematics).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, permutations

import flint

from ...clock import look
from . import signs as sign_sets
from .field import Field
from .quotients import TERMS_AN_OPERATION, Polynomial, degree, factors
from .signs import EVERY, NONNEGATIVE, NONPOSITIVE, POSITIVE, ZERO, Signs, opposite

_MOST_TERMS, _MOST_DEGREE = 60, 16
_MOST_BITS = (
    22  # of a number: those of networks are longer, and products of them take long to factor
)
_MOST_ORDERED = 4
_MOST_TRIED, _DEEPEST = 200, 10  # polynomials, on one region


class Squares:
    """Signs of polynomials: those of variables by their places, and of irreducible ones that are simpler."""

    def __init__(
        self,
        field: Field,
        of_variable: Callable[[int], Signs],
        of_atom: Callable[[Polynomial], Signs],
    ) -> None:
        self._field = field
        self._of_variable = of_variable
        self._of_atom = of_atom
        self._left, self._depth = _MOST_TRIED, 0

    def signs(self, polynomial: Polynomial) -> Signs:
        """The signs that a polynomial can have."""
        self._left -= 1
        if self._left < 0 or len(polynomial) > _MOST_TERMS or degree(polynomial) > _MOST_DEGREE:
            return EVERY
        if not self._depth and _bits(polynomial) > _MOST_BITS:
            return EVERY
        look(1 + len(polynomial) ** 2 // TERMS_AN_OPERATION)
        places = [place for place, n in enumerate(polynomial.degrees()) if n]
        self._depth += 1
        found = (self._in_one(polynomial, place) for place in places if self._depth <= _DEEPEST)
        signs = next((s for s in found if s != EVERY), EVERY)
        self._depth -= 1
        return self._in_orders(polynomial, places) if signs == EVERY else signs

    def _in_one(self, polynomial: Polynomial, place: int) -> Signs:
        """As a polynomial in one of its variables."""
        parts = _coefficients(polynomial, place)
        variable = self._of_variable(place)
        if all(k % 2 == 0 for k in parts):
            parts = {k // 2: part for k, part in parts.items()}
            variable = frozenset(s * s for s in variable)
        signs = {k: self._of_product(part) for k, part in parts.items()}
        terms = [
            sign_sets.product(signs[k], sign_sets.power(variable, k) if k else POSITIVE)
            for k in sorted(signs)
        ]
        by_terms = frozenset().union(*terms)
        if by_terms <= NONNEGATIVE or by_terms <= NONPOSITIVE:
            return by_terms - ZERO if any(0 not in term for term in terms) else by_terms
        if parts.keys() == {0, 1, 2}:
            return self._by_square(parts, signs)
        square = self._field.square_at(place) if parts.keys() == {0, 1} else None
        if square is None:
            return EVERY
        rest = self._of_product(self._field.rewrite(parts[0] ** 2 - parts[1] ** 2 * square))
        return _of_sum(terms[0], terms[1], rest)

    def _by_square(self, parts: Mapping[int, Polynomial], signs: Mapping[int, Signs]) -> Signs:
        for turned in (False, True):
            first, last = (opposite(signs[k]) if turned else signs[k] for k in (2, 0))
            if first <= NONNEGATIVE and (first == POSITIVE or last <= NONNEGATIVE):
                rest = self._of_product(
                    self._field.rewrite(4 * parts[2] * parts[0] - parts[1] ** 2)
                )
                if rest <= NONNEGATIVE:
                    found = POSITIVE if rest == POSITIVE else NONNEGATIVE
                    return opposite(found) if turned else found
        return EVERY

    def _of_product(self, polynomial: Polynomial) -> Signs:
        """By the signs of the factors."""
        if self._left < 0:
            return EVERY
        content, parts = factors(polynomial)
        found = frozenset({sign_sets.sign_of(content)})
        for part, k in parts:
            found = sign_sets.product(found, sign_sets.power(self._of_atom(part), k))
        return found

    def _in_orders(self, polynomial: Polynomial, places: list[int]) -> Signs:
        """As a polynomial in the absolute values of its variables, in each order of them."""
        for sign in (1, -1):
            if 1 < len(places) <= _MOST_ORDERED and self._is_least_in_orders(
                sign * polynomial, places
            ):
                return NONNEGATIVE if sign > 0 else NONPOSITIVE
        return EVERY

    def _is_least_in_orders(self, polynomial: Polynomial, places: list[int]) -> bool:
        """Whether it is nowhere negative, the terms whose sign is open taken to be negative."""
        rows = [([int(m[p]) for p in places], self._least(m, c)) for m, c in polynomial.terms()]
        for k in range(len(places)):
            if all(own[k] % 2 == 0 for own, _ in rows):
                rows = [([*own[:k], own[k] // 2, *own[k + 1 :]], c) for own, c in rows]
        degrees = [sum(own) for own, _ in rows]
        if len(set(degrees)) > 1:  # of one degree with one more variable, of which 1 is a value
            rows = [([*own, max(degrees) - sum(own)], c) for own, c in rows]
        context = flint.fmpq_mpoly_ctx.get([f"t{k}" for k in range(len(rows[0][0]))])
        given = context.constant(0)
        for own, c in rows:
            given += context.from_dict({tuple(own): c})
        if len(rows[0][0]) > _MOST_ORDERED:
            return False
        for order in permutations(accumulate(context.gens())):
            look(1 + len(polynomial) ** 2 // TERMS_AN_OPERATION)
            if any(c < 0 for c in given.compose(*order).coeffs()):
                return False
        return True

    def _least(self, monomial: Sequence[int], coefficient: flint.fmpq) -> flint.fmpq:
        """The coefficient of a term in the absolute values of its variables; −|c| where its sign is open."""
        signs = [self._of_variable(place) for place, n in enumerate(monomial) if n % 2]
        turns = sum(s <= NONPOSITIVE for s in signs)
        if all(s <= NONNEGATIVE or s <= NONPOSITIVE for s in signs):
            return -coefficient if turns % 2 else coefficient
        return -abs(coefficient)


def _of_sum(one: Signs, other: Signs, rest: Signs) -> Signs:
    """The signs of a + b, of which those of a, b and a² − b² are known."""
    for sign in (1, -1):
        for term, larger in ((one, rest), (other, opposite(rest))):
            if (term if sign > 0 else opposite(term)) <= NONNEGATIVE and larger <= NONNEGATIVE:
                found = POSITIVE if larger == POSITIVE else NONNEGATIVE
                return found if sign > 0 else opposite(found)
    return EVERY


def _bits(polynomial: Polynomial) -> int:
    """The most bits of a numerator or a denominator."""
    parts = (part for c in polynomial.coeffs() for part in (c.p, c.q))
    return max((int(part).bit_length() for part in parts), default=0)


def _coefficients(polynomial: Polynomial, place: int) -> dict[int, Polynomial]:
    """The coefficients of a polynomial in one of its variables, by their exponents."""
    found: dict[int, dict[tuple[int, ...], flint.fmpq]] = {}
    for monomial, coefficient in polynomial.terms():
        rest = (*monomial[:place], 0, *monomial[place + 1 :])
        found.setdefault(int(monomial[place]), {})[rest] = coefficient
    return {k: polynomial.context().from_dict(terms) for k, terms in found.items()}
