"""Whether what a formula leaves looks like noise: no trend, no order, one size, and the shape of noise.

Each test is two-sided with a limit that noise passes in all but about one of a thousand fits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist

import mpmath
import numpy as np

from .rows import Array

_LIMIT = 4.0
_MANY = 30
_COLUMNS = 12
_RARE = 1e-3
_HIGHEST = 4  # degree of the polynomials of one column
_SKEWED = 1.5  # a sum of squares reaches far values more often than a normal number


def why_not_noise(columns: Mapping[str, Array], predicted: Array, left: Array) -> str:
    """Why residuals, weighted to be of one size and in the order of the rows, are no noise; or nothing."""
    count = len(left)
    level = math.sqrt(float((left**2).mean()))
    if level == 0 or count < 6:
        return ""
    limit = _LIMIT if count >= _MANY else 3.0
    if abs(score := float(left.mean()) / (level / math.sqrt(count))) > limit:
        return f"what it leaves has a mean, {abs(score):.1f} standard errors from 0"
    orders = {"the rows": np.arange(count, dtype=np.float64), "the formula": predicted}
    orders |= dict(list(columns.items())[:_COLUMNS])
    orders = {name: values for name, values in orders.items() if np.ptp(values) > 0}
    for name, values in orders.items():
        score = _serial(left[np.argsort(values, kind="stable")])
        if score > limit:
            return f"what it leaves runs along {name} ({score:.1f} standard errors)"
    if count >= _MANY:
        name, score = _most_correlated(columns, left)
        if score > _limit_of_any(len(columns)):
            return f"what it leaves goes with {name} ({score:.1f} standard errors)"
        if _by_chance(_linear(columns), left) < _RARE:
            return "what it leaves goes with several columns"
        for name, values in orders.items():
            score = _rank_correlation(np.abs(left), values)
            if abs(score) > limit:
                return f"the size of what it leaves goes with {name} ({abs(score):.1f} standard errors)"
        lack = _lack_of_fit(orders, left)
        if lack > limit:
            return f"a polynomial explains some of what it leaves ({lack:.1f} standard errors)"
        shape = _shape(left / level, count)
        if shape:
            return shape
    for name, values in orders.items():
        if _by_chance(_waves(values), left) < _RARE / len(orders):
            return f"a polynomial of {name} explains what it leaves"
    return ""


def _limit_of_any(count: int) -> float:
    """The standard errors that the largest of so many scores of noise reaches in one of 2,000 fits."""
    return max(_LIMIT, -NormalDist().inv_cdf(_RARE / (4 * count)))


def _serial(ordered: Array) -> float:
    """Correlation of neighbours, in standard errors."""
    centred = ordered - ordered.mean()
    total = float((centred**2).sum())
    return (
        float((centred[1:] * centred[:-1]).sum()) / total * math.sqrt(len(ordered))
        if total
        else 0.0
    )


def _most_correlated(columns: Mapping[str, Array], left: Array) -> tuple[str, float]:
    """The column that what is left is most correlated with, and how far, in standard errors."""
    varied = {name: values for name, values in columns.items() if np.ptp(values) > 0}
    if not varied:
        return "", 0.0
    table = np.stack(list(varied.values()), 1)
    table = table - table.mean(0)
    with np.errstate(all="ignore"):
        table /= np.sqrt((table**2).sum(0))
    scores = np.abs((left - left.mean()) @ table) / left.std()
    place = int(np.nanargmax(scores)) if np.isfinite(scores).any() else 0
    return list(varied)[place], float(scores[place])


def _ranks(values: Array) -> Array:
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks - (len(values) - 1) / 2


def _rank_correlation(one: Array, other: Array) -> float:
    a, b = _ranks(one), _ranks(other)
    return float((a * b).sum() / (a**2).sum() * math.sqrt(len(one)))


def _lack_of_fit(orders: Mapping[str, Array], left: Array) -> float:
    """How far a polynomial of degree 2 in all columns explains more than chance, in standard errors."""
    ranked = [_ranks(values) / len(left) for values in orders.values()]
    ranked = ranked[:_COLUMNS]
    terms = [np.ones(len(left)), *ranked, *(a**3 for a in ranked)]
    terms += [a * b for i, a in enumerate(ranked) for b in ranked[: i + 1]]
    terms = terms[: max(len(left) // 5, 1)]
    table = np.stack(terms, 1)
    basis = _basis(table)
    kinds, rows = basis.shape[1], len(left)
    explained = float(((basis.T @ left) ** 2).sum() / (left**2).sum())
    mean, variance = kinds / rows, 2 * kinds * (rows - kinds) / (rows**2 * (rows + 2))
    score: float = (explained - mean) / math.sqrt(variance)
    return score / _SKEWED


def _linear(columns: Mapping[str, Array]) -> Array:
    """The first columns, about their means, as an orthonormal basis."""
    table = np.stack(list(columns.values())[:_COLUMNS], 1)
    table = (table - table.mean(0)) / np.maximum(table.std(0), 1e-300)
    return _basis(table)


def _basis(table: Array) -> Array:
    basis, size, _ = np.linalg.svd(table, full_matrices=False)
    return basis[:, size > 1e-9 * size[0]]


def _waves(values: Array) -> Array:
    """A constant and powers of some values, as many as their number bears, scaled to [-1, 1]."""
    middle, half = (values.max() + values.min()) / 2, np.ptp(values) / 2
    powers = np.polynomial.legendre.legvander(
        (values - middle) / half, min(_HIGHEST, len(values) // 3)
    )
    return _basis(powers)


def _by_chance(basis: Array, left: Array) -> float:
    """How likely an orthonormal basis explains so much of normal noise: a part with law Beta(k/2, (n − k)/2).

    It tells noise from what is smooth also where there are few rows, of which neighbours say little.
    """
    rows, kinds = basis.shape
    unexplained = 1 - float(((basis.T @ left) ** 2).sum() / (left**2).sum())
    if unexplained >= 1 - kinds / rows:
        return 1.0
    found: float = mpmath.betainc(
        (rows - kinds) / 2, kinds / 2, 0, max(unexplained, 0.0), regularized=True
    )
    return float(found)


def _shape(scaled: Array, count: int) -> str:
    skew = float((scaled**3).mean()) * math.sqrt(count / 6)
    tails = (float((scaled**4).mean()) - 3) * math.sqrt(count / 24)
    if abs(skew) > 5 or abs(tails) > 5:
        return (
            "what it leaves has not the shape of noise "
            f"(skewness {skew:.1f}, tails {tails:.1f} standard errors)"
        )
    return ""
