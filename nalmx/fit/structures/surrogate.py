"""A smooth stand-in for a law: a polynomial through the rows, for its slopes and nothing else.

No surrogate is ever taken for a law, however small its error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from ...clock import look
from ..rows import Array

Whole = np.ndarray[Any, np.dtype[np.intp]]

_MOST_TERMS = 300
_HIGHEST = 10
_CHECKED = 5
"""Every fifth row checks the degree."""


@cache
def exponents(width: int, degree: int) -> Whole:
    """The powers of all monomials of a total degree or less, (terms, width), by degree."""
    rows = []
    for total in range(degree + 1):
        for chosen in combinations_with_replacement(range(width), total):
            rows.append([chosen.count(i) for i in range(width)])
    return np.array(rows, dtype=np.intp).reshape(len(rows), width)


def count_terms(width: int, degree: int) -> int:
    """How many monomials there are."""
    return math.comb(width + degree, degree)


def monomials(table: Array, powers: Whole) -> Array:
    """The values of monomials on rows, (rows, terms)."""
    result = np.ones((len(table), len(powers)))
    for column in range(table.shape[1]):
        highest = int(powers[:, column].max(initial=0))
        ladder = np.ones((highest + 1, len(table)))
        for step in range(1, highest + 1):
            ladder[step] = ladder[step - 1] * table[:, column]
        result *= ladder[powers[:, column]].T
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Surrogate:
    """`slopes` (rows, columns) of the target, and its relative error on rows that it has not seen.

    `has_floor` where higher degrees were no better: what is left may be noise.
    """

    slopes: Array
    error: float
    has_floor: bool


def surrogate(table: Array, target: Array) -> Surrogate | None:
    """The polynomial of the degree that predicts rows best; None with too few rows for degree 2."""
    count, width = table.shape
    lower, upper = table.min(0), table.max(0)
    unit = np.where(upper > lower, (upper - lower) / 2, 1.0)
    scaled = (table - (lower + upper) / 2) / unit
    checking = np.arange(count) % _CHECKED == 0
    size = float(np.sqrt(((target - target.mean()) ** 2).mean()))
    best: tuple[float, int] | None = None
    worse = 0
    for degree in range(2, _HIGHEST + 1):
        terms = count_terms(width, degree)
        if terms > min(_MOST_TERMS, 0.6 * count):
            break
        look()
        basis = monomials(scaled, exponents(width, degree))
        fitted = np.linalg.lstsq(basis[~checking], target[~checking], rcond=None)[0]
        left = target[checking] - basis[checking] @ fitted
        error = float(np.sqrt((left**2).mean())) / size
        if best is None or error < best[0]:
            best, worse = (error, degree), 0
        else:
            worse += 1
        if worse == 2 or error < 1e-10:
            break
    if best is None or not math.isfinite(best[0]):
        return None
    error, degree = best
    powers = exponents(width, degree)
    fitted = np.linalg.lstsq(monomials(scaled, powers), target, rcond=None)[0]
    slopes = np.empty_like(table)
    for column in range(width):
        lowered = powers.copy()
        factor = lowered[:, column].astype(float)
        lowered[:, column] = np.maximum(lowered[:, column] - 1, 0)
        slopes[:, column] = monomials(scaled, lowered) @ (fitted * factor) / unit[column]
    return Surrogate(slopes, error, worse == 2 and error > 1e-8)
