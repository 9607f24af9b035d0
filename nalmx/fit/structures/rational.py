"""Rational laws: P(x) - y·Q(x) = 0 has a solution where columns of monomials have a null vector.

Degrees go from low to high, so that P and Q have no factor in common. Columns are scaled to one size;
what is tiny in the null vector is left out and the rest found again. Whether it is a law, the rows say:
a smooth function has a rational one that is right to many digits and no law.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np

from ...clock import look
from ...expression import Apply, Expression, Number
from ..form import Form, constant
from ..rows import Array
from .problem import Powers, Problem, times
from .surrogate import Whole, count_terms, exponents, monomials

_NULL = 3e-11
_MAY_BE = 1e-12
_TINY = 1e-7
_MOST_TERMS = 12
_SPARE = 40
_HIGHEST = 8


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """Rows in units in which their columns are about 1."""

    table: Array
    target: Array
    units: Array
    unit: float

    @classmethod
    def of(cls, problem: Problem, columns: Scaled | None = None) -> Scaled:
        """Of a problem; its columns as they were scaled for another with the same ones."""
        unit = float(np.abs(problem.target).mean()) or 1.0
        if columns is not None:
            return cls(columns.table, problem.target / unit, columns.units, unit)
        units = np.abs(problem.table).mean(0)
        units = np.where(units > 0, units, 1.0)
        return cls(problem.table / units, problem.target / unit, units, unit)


Degrees = tuple[int, int]


@cache
def degrees(width: int, least: int, most: int, highest: int = _HIGHEST) -> tuple[Degrees, ...]:
    """Degrees of P and Q whose monomials are more than `least` and at most `most`, fewest first."""
    sized = sorted(
        (count_terms(width, d) + count_terms(width, e), d, e)
        for d in range(highest + 1)
        for e in range(highest + 1)
        if d + e > 0
    )
    return tuple((d, e) for size, d, e in sized if least < size <= most)


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """Monomials of some columns on some rows, made orthonormal degree by degree."""

    columns: Scaled
    few: slice
    basis: Array
    width: int

    @classmethod
    def of(cls, columns: Scaled, degree: int) -> Span:
        """Up to a degree; the basis stays well conditioned where the columns hardly vary."""
        table = columns.table
        terms = count_terms(table.shape[1], degree)
        few = slice(None, None, max(len(table) // (2 * terms + _SPARE), 1))
        found = monomials(table[few], exponents(table.shape[1], degree))
        return cls(columns, few, np.linalg.qr(found)[0], table.shape[1])

    def screen(self, target: Array) -> Callable[[int, int], bool]:
        """Whether some P and Q of given degrees may have P = y·Q on these rows.

        For orthonormal p_i and q_j, |P - yQ|² is least where P is the projection of yQ, and then a square
        form in Q: that of y² less that of the projection. Its least eigenvalue is 0 where there is such a
        Q. Squares leave half of the digits: what passes is looked at again without them.
        """
        target = target[self.few]
        times = target[:, None] * self.basis
        square, across = times.T @ times, self.basis.T @ times

        def may(d: int, e: int) -> bool:
            above, below = count_terms(self.width, d), count_terms(self.width, e)
            form = square[:below, :below] - across[:above, :below].T @ across[:above, :below]
            largest = float(square[range(below), range(below)].max())
            if not np.linalg.eigvalsh(form)[0] <= _MAY_BE * largest:
                return False
            left = times[:, :below] - self.basis[:, :above] @ across[:above, :below]
            left -= self.basis[:, :above] @ (self.basis[:, :above].T @ left)
            sizes = np.linalg.svd(left, compute_uv=False)
            return bool(sizes[-1] <= _NULL * math.sqrt(largest))

        return may


def rational(problem: Problem, least: int, most: int, span: Span | None = None) -> Iterator[Form]:
    """The rational form of least degree, of more than `least` and at most `most` monomials."""
    if not problem.width:
        return
    most = min(most, problem.count // 2)
    tried = degrees(problem.width, least, most)
    if not tried:
        return
    look()
    span = span or span_of(problem, least, most)
    scaled = Scaled.of(problem, span.columns)
    may = span.screen(scaled.target)
    # Where the largest degrees of all have no solution together, no smaller ones have one.
    if not may(max(d for d, _ in tried), max(e for _, e in tried)):
        return
    found: list[Degrees] = []
    for d, e in tried:
        if any(d >= p and e >= q for p, q in found) or not may(d, e):
            continue
        look()
        form = null_form(problem, scaled, exponents(problem.width, d), exponents(problem.width, e))
        found.append((d, e))
        if form is not None:
            yield form


def polynomial(problem: Problem, degree: int) -> Iterator[Form]:
    """The target as a polynomial of this degree."""
    terms = count_terms(problem.width, degree)
    if terms + _SPARE > problem.count:
        return
    scaled = Scaled.of(problem)
    powers = exponents(problem.width, degree)
    few = slice(None, None, max(problem.count // (terms + _SPARE), 1))
    basis, aim = monomials(scaled.table[few], powers), scaled.target[few]
    square = basis.T @ basis
    square[np.diag_indices(terms)] *= 1 + 1e-13
    try:
        left = aim - basis @ np.linalg.solve(square, basis.T @ aim)
    except np.linalg.LinAlgError:
        return
    if float((left**2).mean()) <= _MAY_BE * float((aim**2).mean()):
        form = null_form(problem, scaled, powers, exponents(problem.width, 0))
        if form is not None:
            yield form


def span_of(problem: Problem, least: int, most: int) -> Span:
    """The span that `rational` needs with these limits; it depends on the columns alone."""
    tried = degrees(problem.width, least, min(most, problem.count // 2))
    highest = max((max(pair) for pair in tried), default=0)
    return Span.of(Scaled.of(problem), highest)


def null_form(problem: Problem, scaled: Scaled, above: Whole, below: Whole) -> Form | None:
    """P/Q of these monomials, where P - y·Q vanishes on all rows."""
    terms = len(above) + len(below)
    table = np.hstack(
        [monomials(scaled.table, above), -scaled.target[:, None] * monomials(scaled.table, below)]
    )
    kept = np.arange(terms)
    vector = _null(table)
    for _ in range(4):
        if vector is None:
            return None
        large = np.abs(vector) > _TINY * np.abs(vector).max()
        if large.all():
            break
        kept = kept[large]
        vector = _null(table[:, kept])
    sides = {bool(place) for place in kept >= len(above)}
    if vector is None or len(kept) > _MOST_TERMS or len(sides) < 2:
        return None
    vector = vector / np.sqrt((table[:, kept] ** 2).sum(0))
    return written(problem, scaled, above, below, kept, vector)


def _null(table: Array) -> Array | None:
    """The null vector of the columns made equally long; None where there is none."""
    sizes = np.sqrt((table**2).sum(0))
    if not np.isfinite(sizes).all() or not sizes.all():
        return None
    values, directions = np.linalg.svd(table / sizes, full_matrices=False)[1:]
    if len(values) < 2 or not values[-1] < _NULL * values[0]:
        return None
    vector: Array = directions[-1]
    return vector


def written(
    problem: Problem,
    scaled: Scaled,
    above: Whole,
    below: Whole,
    kept: Whole,
    vector: Array,
) -> Form:
    """The quotient, in which the largest coefficient below is 1."""
    numerator = [(above[i], vector[n]) for n, i in enumerate(kept) if i < len(above)]
    denominator = [
        (below[i - len(above)], vector[n] / scaled.unit)
        for n, i in enumerate(kept)
        if i >= len(above)
    ]

    def in_units(terms: list[tuple[Whole, float]]) -> list[tuple[Whole, float]]:
        return [(powers, value / float(np.prod(scaled.units**powers))) for powers, value in terms]

    numerator, denominator = in_units(numerator), in_units(denominator)
    chief = max(range(len(denominator)), key=lambda n: -int(denominator[n][0].sum()))
    unit = denominator[chief][1]
    values: list[float] = []

    basis, rows = problem.products
    lowered = [_combined(rows, powers) for powers, _ in numerator]
    lower = [_combined(rows, powers) for powers, _ in denominator]
    common, lowered = _without_common(lowered)
    below_common, lower = _without_common(lower)
    outside = _minus(common, below_common)
    if problem.factor:
        outside = _plus(outside, problem.factor)
    if len(lower) == 1:  # a sum of terms with powers of any sign
        keep = outside if problem.factor else (Fraction(0),) * len(basis)
        lowered = [_minus(_plus(term, outside), keep) for term in lowered]
        outside = keep

    def total(terms: list[Powers], weights: list[float], whole: int | None) -> Expression:
        parts: list[Expression] = []
        for place, (powers, value) in enumerate(zip(terms, weights, strict=True)):
            factor: Expression = Number(Fraction(1))
            if place != whole:
                factor = constant(len(values))
                values.append(value / unit)
            parts.append(times(factor, basis, powers))
        return parts[0] if len(parts) == 1 else Apply("add", tuple(parts))

    top = total(lowered, [value for _, value in numerator], None)
    bottom = total(lower, [value for _, value in denominator], chief)
    is_one = len(lower) == 1
    expression = times(top if is_one else Apply("div", (top, bottom)), basis, outside)
    lone = [place for place, powers in enumerate(lowered) if not any(powers)]
    return Form(
        problem.wrap(expression),
        tuple(values),
        is_from_exact=True,
        offset=lone[0] if is_one and lone else None,
    )


def _combined(rows: tuple[Powers, ...], powers: Whole) -> Powers:
    """A monomial of atoms as one of what they are products of."""
    return tuple(
        sum((int(p) * row[i] for p, row in zip(powers, rows, strict=True)), Fraction(0))
        for i in range(len(rows[0]))
    )


def _without_common(terms: list[Powers]) -> tuple[Powers, list[Powers]]:
    """The least power of each factor among all terms, and the terms without them."""
    common = tuple(min(column) for column in zip(*terms, strict=True))
    return common, [_minus(term, common) for term in terms]


def _minus(one: Powers, other: Powers) -> Powers:
    return tuple(a - b for a, b in zip(one, other, strict=True))


def _plus(one: Powers, other: Powers) -> Powers:
    return tuple(a + b for a, b in zip(one, other, strict=True))
