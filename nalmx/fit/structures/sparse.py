"""Rational laws under noise: y = S(P(x)/Q(x)) by least squares of y, with the terms that are needed.

The null vector of P - S⁻¹(y)·Q gives a start; steps by Gauss and Newton then fit y itself. One after the
other the term of least standard score is left out, until each is more than noise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...clock import look
from ..form import Form
from ..rows import Array
from .outer import SQUARE, Outer, under
from .problem import Problem
from .rational import Scaled, written
from .surrogate import Whole, count_terms, exponents, monomials

_Terms = tuple[tuple[int, ...], ...]

_DEGREES = ((1, 0), (2, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 1), (3, 0), (2, 2))
_MOST_TERMS = 45
_MOST_KEPT = 8
_STEPS = 12
_SCORE = 3.5


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Coefficients (all terms, in the order of the table), their scores, and what is left."""

    values: Array
    scores: Array
    square: float


def sparse(problem: Problem) -> Iterator[Form]:
    """Forms with few terms, of the target itself and of its square."""
    if not problem.width:
        return
    for outer in (None, SQUARE):
        inner = problem if outer is None else under(problem, outer)
        if inner is None:
            continue
        told = set()
        for d, e in _DEGREES:
            terms = count_terms(problem.width, d) + count_terms(problem.width, e)
            if terms > min(_MOST_TERMS, problem.count // 6):
                continue
            look()
            above, below = exponents(problem.width, d), exponents(problem.width, e)
            found = _eliminated(problem, inner, outer, above, below)
            if found is not None and found[1] not in told:
                told.add(found[1])
                yield found[0]


def _eliminated(
    problem: Problem, inner: Problem, outer: Outer | None, above: Whole, below: Whole
) -> tuple[Form, _Terms] | None:
    """The form of the terms that are needed; their places tell it from others."""
    scaled = Scaled.of(inner)
    table = np.hstack([monomials(scaled.table, above), monomials(scaled.table, below)])
    tops = len(above)
    unit = math.sqrt(scaled.unit) if outer is not None else scaled.unit
    target, weights = problem.target / unit, problem.weights * unit
    kept = list(range(table.shape[1]))
    values = _start(table, tops, scaled.target)
    if values is None:
        return None
    while True:
        look()
        found = _refined(
            table[:, kept], sum(k < tops for k in kept), values, target, weights, outer
        )
        if found is None:
            return None
        least = int(np.argmin(found.scores))
        if found.scores[least] > _SCORE:
            break
        kept.pop(least)
        values = np.delete(found.values, least)
        sides = {k < tops for k in kept}
        if len(sides) < 2:
            return None
    if len(kept) > _MOST_KEPT:
        return None
    vector = found.values.copy()
    places = np.array(kept)
    form = written(inner, scaled, above, below, places, vector)
    terms = [*above, *below]
    told = tuple((k < tops, *(int(power) for power in terms[k])) for k in kept)
    return Form(form.expression, form.values), told


def _start(table: Array, tops: int, target: Array) -> Array | None:
    """The null vector, as far as there is one; a polynomial comes by least squares."""
    if table.shape[1] == tops + 1:
        fitted = np.linalg.lstsq(table[:, :tops], target, rcond=None)[0]
        return np.append(fitted, 1.0)
    columns = np.hstack([table[:, :tops], -target[:, None] * table[:, tops:]])
    sizes = np.sqrt((columns**2).sum(0))
    if not np.isfinite(sizes).all() or not sizes.all():
        return None
    vector: Array = np.linalg.svd(columns / sizes, full_matrices=False)[2][-1] / sizes
    return vector


def _refined(
    table: Array, tops: int, values: Array, target: Array, weights: Array, outer: Outer | None
) -> _Fit | None:
    """Least squares of the target near these coefficients; the largest one below stays 1."""
    chief = tops + int(np.argmax(np.abs(values[tops:]) * np.abs(table[:, tops:]).mean(0)))
    values = values / values[chief]
    free = [n for n in range(len(values)) if n != chief]
    best: _Fit | None = None
    with np.errstate(all="ignore"):
        for _ in range(_STEPS):
            top, bottom = table[:, :tops] @ values[:tops], table[:, tops:] @ values[tops:]
            quotient = top / bottom
            slope = np.ones(len(target))
            value = quotient
            if outer is not None:
                value = np.sqrt(np.maximum(quotient, 1e-12))
                slope = np.where(quotient > 1e-12, 0.5 / value, 0.0)
            left = weights * (target - value)
            square = float((left**2).sum())
            if not math.isfinite(square) or (best is not None and square >= best.square):
                break
            slopes = np.hstack([table[:, :tops], -quotient[:, None] * table[:, tops:]])
            slopes = (weights * slope / bottom)[:, None] * slopes[:, free]
            if not np.isfinite(slopes).all():
                break
            sizes = np.sqrt((slopes**2).sum(0))
            if not sizes.all():
                break
            inverse = np.linalg.pinv(slopes / sizes, rcond=1e-12)
            noise = math.sqrt(square / max(len(target) - len(free), 1)) + 1e-300
            widths = noise * np.sqrt((inverse**2).sum(1)) / sizes
            scores = np.full(len(values), np.inf)
            scores[free] = np.abs(values[free]) / widths
            gain = 1.0 if best is None else 1 - square / best.square
            best = _Fit(values.copy(), scores, square)
            if gain < 1e-4:
                break
            values = values.copy()
            values[free] += inverse @ left / sizes
    return best
