"""A quotient of exponentials with each term divided by what dominates it.

A gate σ(u) is e^u/(1 + e^u): as a quotient, above and below the line grow together and an enclosure
of it is wide. With e the exponentials of one group of terms,

    (Σ C_e·e) / (Σ q_k·e_k) = Σ C_e / (Σ q_k·(e_k/e)),

which encloses a saturated gate by 1/(1 + e^−u) ≈ 1 and keeps in C_e what cancels.
"""

from __future__ import annotations

from ...expression import Expression
from ...expression.build import product, quotient, rational, total
from ...expression.nodes import Apply
from ..algebra.field import Field
from ..algebra.quotients import Polynomial, Quotient, as_fraction

_MOST_GROUPS = 64
Exponents = tuple[int, ...]


def balanced(field: Field, x: Quotient) -> Expression | None:
    """The quotient as such a sum; None where there are no exponentials below the line."""
    places = [p for p in range(field.ring.slots) if field.is_exponential(field.ring.slots - 1 - p)]
    above, below = _groups(field, x.top, places), _groups(field, x.bottom, places)
    if len(below) < 2 or len(above) * len(below) > _MOST_GROUPS:
        return None
    terms = []
    for own, coefficient in above.items():
        parts = [
            product([field.tree(other), *_ratio(field, places, exponents, own)])
            for exponents, other in below.items()
        ]
        terms.append(quotient(field.tree(coefficient), total(parts)))
    return total(terms)


def _groups(field: Field, polynomial: Polynomial, places: list[int]) -> dict[Exponents, Polynomial]:
    """The terms of a polynomial by their exponentials: what those are multiplied by."""
    groups: dict[Exponents, Polynomial] = {}
    for monomial, coefficient in polynomial.terms():
        exponents = tuple(int(monomial[place]) for place in places)
        rest = [0 if place in places else int(n) for place, n in enumerate(monomial)]
        term = field.ring.monomial(tuple(rest)) * field.ring.constant(as_fraction(coefficient))
        groups[exponents] = groups[exponents] + term if exponents in groups else term
    return groups


def _ratio(
    field: Field, places: list[int], exponents: Exponents, own: Exponents
) -> list[Expression]:
    """The factors of e_k / e."""
    factors: list[Expression] = []
    for place, n, m in zip(places, exponents, own, strict=True):
        if n != m:
            slot = field.slot_at(field.ring.slots - 1 - place)
            power = slot.expression
            if abs(n - m) != 1:
                power = Apply("pow", (power, rational(abs(n - m))))
            factors.append(power if n > m else quotient(rational(1), power))
    return factors
