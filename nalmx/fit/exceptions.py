"""Rows that may be wrong: few, and far from where a formula, or a smooth curve, has nearly all of the others.

They are only suspected. What is sought again without them has to be a law of the rest, and those on which it
holds are none (`rows_off`). Each that stays costs the bits to say which row it is and what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..clock import look
from .candidate import Candidate
from .everywhere import largest_rest, scaled_rest
from .holdout import Places, distances
from .judge import Judge
from .rows import Array, Rows
from .structures.surrogate import count_terms, exponents, monomials
from .values import EPSILON, evaluate

_FEWEST, _ONE_IN = 30, 50
"""The rows from which on one may be wrong, and of how many one may be."""
_FAR, _CLEARLY, _FAR_OUT = 12.0, 2.5, 30.0
_BY_CHANCE = 0.05
"""Errors come anywhere: how rarely they may lie as near together, or as near an end, as those found."""
_ASKED = 5
_HIGHEST, _MOST_TERMS, _MOST_ROWS = 6, 100, 4_000


def most_exceptions(count: int) -> int:
    """How many rows of a table may be wrong."""
    return max(count // _ONE_IN, 1) if count >= _FEWEST else 0


def suspects(judge: Judge, candidates: Sequence[Candidate]) -> Iterator[Places]:
    """Places of few rows to be left out, each set once."""
    told: set[tuple[int, ...]] = set()
    for places in _suspected(judge, candidates):
        key = tuple(places.tolist())
        if 0 < len(key) <= most_exceptions(judge.rows.count) and key not in told:
            told.add(key)
            yield places


def rows_off(judge: Judge, law: Candidate, places: Places, given: Judge) -> Places:
    """The suspects, places of rows given, on which a law of the others does not hold."""
    return places[~(scaled_rest(law, given.part(places)) <= largest_rest(judge, law))]


def lie_together(given: Rows, law: Candidate, places: Places) -> bool:
    """Whether several rows that do not fit lie together, or at an end: the law of the others leaves them out.

    In the order of the rows, of an input, or of what the law gives, k of n rows stand within a part s of the
    order by chance with a probability of about k·s^(k-1), and at one of its ends with 2·s^k.
    """
    values = evaluate(law.expression, given.columns)
    orders = [np.arange(given.count), *given.inputs.T, np.broadcast_to(values, given.count)]
    rarest, k = 1.0, len(places)
    if k == 1:
        return False
    for order in orders:
        # Equal values stand in any order; the one that brings the places together counts.
        below = np.array([(order < order[place]).sum() for place in places])
        above = np.array([(order > order[place]).sum() for place in places])
        low, high = int(below.min()), int(above.min())
        within = max(given.count - low - high - 1, 1) / given.count
        at_end = (given.count - max(low, high)) / given.count
        rarest = min(rarest, k * within ** (k - 1), 2 * at_end**k)
    return rarest * len(orders) < _BY_CHANCE


def _suspected(judge: Judge, candidates: Sequence[Candidate]) -> Iterator[Places]:
    rows = judge.rows
    for found in sorted(candidates, key=lambda found: found.typical)[:_ASKED]:
        left = rows.target - evaluate(found.expression, rows.columns)
        places = _far(left, rows.target)
        if len(places):
            yield places
            break
    if rows.count <= _MOST_ROWS:
        sets = [np.nonzero(distances(rows.inputs.T) > _FAR_OUT)[0], _off_curves(rows)]
        few = [places for places in sets if len(places) <= most_exceptions(rows.count)]
        yield np.unique(np.concatenate([*few, np.array([], dtype=np.intp)]))


def _far(left: Array, target: Array) -> Places:
    """The rows of which most is left, as many as stand out most clearly from the next."""
    size = np.where(np.isfinite(left), np.abs(left), np.inf)
    usual = float(np.median(size)) + 8 * EPSILON * float(np.median(np.abs(target)))
    most = most_exceptions(len(left))
    order = np.argsort(-size, kind="stable")
    sizes = np.maximum(size[order[: most + 1]], usual)
    gaps = np.nan_to_num(sizes[:-1] / sizes[1:], nan=1.0)
    count = int(np.argmax(gaps)) + 1 if most else 0
    if not count or gaps[count - 1] < _CLEARLY or sizes[count - 1] <= _FAR * usual:
        return order[:0]
    return np.sort(order[:count])


def _off_curves(rows: Rows) -> Places:
    """Rows off a smooth curve of logarithms where nearly all have one, and of the values elsewhere."""
    table, target = rows.inputs[:, np.ptp(rows.inputs, axis=0) > 0], rows.target
    if (table > 0).all() and target.all():
        negative = target < 0
        other = np.nonzero(negative if negative.mean() < 0.5 else ~negative)[0]
        if len(other) <= most_exceptions(rows.count):
            return np.union1d(other, _off_curve(np.log(table), np.log(np.abs(target))))
    return _off_curve(table, target)


def _off_curve(table: Array, target: Array) -> Places:
    """Rows far from the polynomial through all others, of the degree that leaves least of most rows."""
    best: tuple[float, Array] | None = None
    middle = np.median(table, 0)
    size = np.quantile(np.abs(table - middle), 0.9, axis=0)
    table = (table - middle) / np.where(size > 0, size, 1.0)
    for degree in range(1, _HIGHEST + 1):
        terms = count_terms(table.shape[1], degree)
        if terms > min(_MOST_TERMS, len(target) // 4):
            break
        look(terms)
        basis, upper = np.linalg.qr(monomials(table, exponents(table.shape[1], degree)))
        if np.abs(np.diag(upper)).min() < 1e-9 * np.abs(upper).max():
            break
        left = target - basis @ (basis.T @ target)
        alone = left / np.maximum(1 - (basis**2).sum(1), 1e-9)
        usual = float(np.median(np.abs(alone)))
        if best is None or usual < best[0]:
            best = usual, alone
    return np.array([], dtype=np.intp) if best is None else _far(best[1], target)
