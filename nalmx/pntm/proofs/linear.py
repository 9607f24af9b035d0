"""Linear inequalities between whole numbers: what follows from what, shown by multipliers.

A form (c, a1, …, an) stands for c + a1·v1 + … + an·vn, and a constraint says that it is ≥ 0. That
constraints have no solution is shown by multipliers λ ≥ 0 with Σ λ · form = −1, whatever the values
(Farkas). They are looked for by the simplex method in exact arithmetic, and become part of a proof,
whose checker multiplies them out: an error in the search cannot make a false conclusion.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

from ...clock import look
from .proof import Contradiction, Form


def constant(value: int, size: int) -> Form:
    """The form with this value; forms have `size` entries."""
    return (value, *[0] * (size - 1))


def plus(*forms: Form) -> Form:
    """The sum of forms."""
    return tuple(map(sum, zip(*forms, strict=True)))


def times(factor: int, form: Form) -> Form:
    """A multiple of a form."""
    return tuple(factor * entry for entry in form)


def minus(left: Form, right: Form, less: int = 0) -> Form:
    """left − right − less."""
    first, *rest = (a - b for a, b in zip(left, right, strict=True))
    return (first - less, *rest)


def value(form: Form, values: Sequence[int]) -> int:
    """A form at values of the variables."""
    return form[0] + sum(a * v for a, v in zip(form[1:], values, strict=True))


def substituted(form: Form, updates: dict[int, Form]) -> Form:
    """A form in which variables (by their place in forms, from 1) are replaced by forms."""
    rest = tuple(0 if at in updates else entry for at, entry in enumerate(form))
    return plus(rest, *(times(form[at], new) for at, new in updates.items() if form[at]))


def tightened(form: Form) -> Form:
    """The same constraint on whole numbers, with coefficients that have no common divisor."""
    divisor = gcd(*form[1:])
    if divisor <= 1:
        return form
    return (form[0] // divisor, *(entry // divisor for entry in form[1:]))


def contradiction(constraints: Iterable[Form]) -> Contradiction | None:
    """Some of the constraints, with multipliers that show that they have no solution, if any do."""
    look()
    return _contradiction(frozenset(map(tightened, constraints)))


def negated(form: Form) -> Form:
    """That form ≥ 0 does not hold, of whole numbers."""
    return minus(constant(0, len(form)), form, 1)


@lru_cache(maxsize=200_000)
def _contradiction(constraints: frozenset[Form]) -> Contradiction | None:
    listed = sorted(constraints)
    for form in listed:
        if form[0] < 0 and not any(form[1:]):
            return ((1, form),)
    multipliers = _multipliers(listed)
    if multipliers is None:
        return None
    scale = lcm(*(multiplier.denominator for multiplier in multipliers))
    found = zip((int(scale * multiplier) for multiplier in multipliers), listed, strict=True)
    return tuple((multiplier, form) for multiplier, form in found if multiplier)


def _multipliers(constraints: Sequence[Form]) -> list[Fraction] | None:
    """λ ≥ 0 with Σ λ · form = −1, by phase one of the simplex method; None where there are none.

    The tableau is of whole numbers with one common denominator (Edmonds 1967); the entering and the
    leaving variable are the first possible ones (Bland 1977), so that it ends.
    """
    rows = [[*column, 0] for column in list(zip(*constraints, strict=True))[1:] if any(column)]
    rows.append([*(-form[0] for form in constraints), 1])
    goal = [sum(column) for column in zip(*rows, strict=True)]
    tableau = [*rows, goal]
    basis = [-1] * len(rows)
    scale = 1
    while True:
        enter = next((j for j, gain in enumerate(tableau[-1][:-1]) if gain > 0), None)
        if enter is None:
            break
        ratios = [
            (Fraction(row[-1], row[enter]), basis[i], i)
            for i, row in enumerate(tableau[:-1])
            if row[enter] > 0
        ]
        if not ratios:
            break
        leave = min(ratios)[2]
        pivot, pivot_row = tableau[leave][enter], tableau[leave]
        for i, row in enumerate(tableau):
            if i != leave:
                factor = row[enter]
                tableau[i] = [
                    (pivot * entry - factor * other) // scale
                    for entry, other in zip(row, pivot_row, strict=True)
                ]
        basis[leave] = enter
        scale = pivot
    if tableau[-1][-1] != 0:
        return None
    found = [Fraction(0)] * len(constraints)
    for i, column in enumerate(basis):
        if column >= 0:
            found[column] = Fraction(tableau[i][-1], scale)
    return found
