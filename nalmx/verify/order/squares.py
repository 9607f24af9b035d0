"""Quadratic polynomials that are sums of squares: by exact elimination of their matrix."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

from ...clock import limited
from ...expression import Expression, variables
from ...ranges import Range
from ..algebra.field import Units
from ..algebra.normal_form import NormalForms
from ..algebra.quotients import OutsideMethod, as_fraction, degree

_TO_EXPAND = 20_000  # operations


def is_sum_of_squares(function: Expression, ranges: dict[str, Range]) -> bool:
    """Whether a function is a polynomial of degree 2, and such a polynomial is nowhere negative.

    With m = (1, x₁, …, xₙ) it is mᵀQm for one symmetric matrix Q, and nowhere negative just where Q is
    positive semidefinite.
    """
    with limited(_TO_EXPAND), suppress(OutsideMethod):
        forms = NormalForms((function,), ranges, (), Units(), opaque=True)
        form = forms.value(function)
        if not form.bottom.is_constant() or degree(form.top) > 2:
            return False
        polynomial = form.top / form.bottom.leading_coefficient()
        if any(polynomial.degrees()[: forms.field.ring.slots]) if len(polynomial) else False:
            return False
        size = 1 + len(variables(function))
        places = {name: k + 1 for k, name in enumerate(variables(function))}
        matrix = [[Fraction(0)] * size for _ in range(size)]
        slots = forms.field.ring.slots
        for monomial, coefficient in polynomial.terms():
            held = [
                places[name]
                for name, n in zip(forms.field.ring.names, monomial[slots:], strict=True)
                for _ in range(int(n))
            ]
            i, j = (*held, 0, 0)[:2]
            value = as_fraction(coefficient)
            matrix[i][j] += value / 2
            matrix[j][i] += value / 2
        return _is_semidefinite(matrix)
    return False


def _is_semidefinite(rows: list[list[Fraction]]) -> bool:
    """Whether a symmetric matrix is positive semidefinite: by pivots, of which none is negative."""
    while rows:
        (pivot, *first), *rest = rows
        if pivot < 0 or (not pivot and any(first)):
            return False
        rows = [
            [x - (row[0] * y / pivot if pivot else 0) for x, y in zip(row[1:], first, strict=True)]
            for row in rest
        ]
    return True
