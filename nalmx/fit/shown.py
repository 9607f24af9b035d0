"""What rows under noise show of a formula, in bits: how much of it smooth functions near it have by chance.

A smooth function is a sum of polynomials, of which noise leaves few to be seen, and those to some digits:
near a line these are a mean and a slope, which many short formulas have, too. A law has to be told in clearly
fewer bits than its rows show. What it has not shows something where smooth functions have it: a polynomial of
degree d is then taken to be (r/2)^(d - 1) of the slope, where r, at most 1, is half of an input's extent over
its middle. So small, beside the slope, is the curvature of x² or log x on a narrow range.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import combinations_with_replacement, islice
from typing import NamedTuple

import numpy as np

from ..expression import variables
from .candidate import Candidate
from .description import BITS_OF_A_NODE, size_of
from .judge import Judge
from .rows import Array
from .values import EPSILON, evaluate

CLEARLY = 3.0
"""Bits by which a law is shorter than what the rows show."""
_HIGHEST, _MOST_TERMS = 8, 120
_SMOOTH = 2.0
_DEPENDENT = 1e-9
_SEEN, _MORE = 10.0, 3
"""How much larger than rounding a polynomial is that is seen, and how many more than constants there are."""


def why_not_shown(judge: Judge, law: Candidate) -> str:
    """That a law with noise, or with constants inside that rows without it determine, is not told from
    smooth functions near it; or nothing."""
    if law.is_exact:
        free = sum(not constant.is_exact for constant in law.constants)
        if not free or law.form.is_linear or judge.is_factor(law.form):
            return ""
        terms = int((_terms(judge, law).size > _SEEN).sum())
        if terms >= free + _MORE:
            return ""
        return f"a polynomial of {terms} terms is right to rounding as well"
    shown, said = bits_shown(judge, law), bits_said(law)
    if shown >= said + CLEARLY:
        return ""
    return f"its rows do not tell it from other curves: it takes {said:.0f} bits, and they show {shown:.0f}"


def bits_said(law: Candidate) -> float:
    """The bits of a formula, constants that are no exact numbers to the digits that are known of them."""
    nodes, _ = size_of(law.expression)
    _, numbers = size_of(law.form.expression)
    free = [one for one in law.constants if not one.is_exact]
    digits = (abs(one.estimate) * 1.96 / max(one.half_width, 1e-300) for one in free)
    return BITS_OF_A_NODE * nodes + numbers + sum(math.log2(1 + size) for size in digits)


def bits_shown(judge: Judge, law: Candidate) -> float:
    """Bits of the polynomials that are seen of a formula, or would be seen if they were there."""
    terms = _terms(judge, law)
    middles = [abs(float(column.max() + column.min())) / 2 for column in terms.columns]
    halves = [float(np.ptp(column)) / 2 for column in terms.columns]
    reach = np.array(
        [half / max(middle, half) for middle, half in zip(middles, halves, strict=True)]
    )
    slopes = terms.size[1 : 1 + len(reach)] / reach[: len(terms.size) - 1]
    bits = 0.0
    for size, share, is_new in zip(terms.size, terms.shares, terms.are_new, strict=True):
        degree, expected = sum(share), 0.0
        if is_new and degree > 1:
            powers = np.array(share)
            usual = float(np.prod(slopes ** (powers / degree)))
            expected = usual * _SMOOTH * float(np.prod((reach / _SMOOTH) ** powers))
        bits += 0.5 * math.log2(1 + max(size, expected) ** 2)
    return bits


class _Terms(NamedTuple):
    """The polynomials that a formula is the sum of on its rows: the degrees of each, which are more than
    those before them, and how large each is beside noise or rounding."""

    columns: list[Array]
    shares: list[tuple[int, ...]]
    are_new: Array
    size: Array


def _terms(judge: Judge, law: Candidate) -> _Terms:
    part = judge.everything
    weights = part.weights / np.abs(part.target) if law.in_proportion else part.weights
    values = weights * evaluate(law.expression, part.columns)
    left = weights * part.target - values
    noise = math.sqrt(float((left**2).mean())) + EPSILON * float(np.abs(values).max())
    if judge.stated is not None and not law.in_proportion:
        noise = max(noise, judge.stated)
    columns = [part.columns[name] for name in variables(law.expression)]
    columns = [column for column in columns if np.ptp(column) > 0]
    shares = list(islice(_shares(len(columns)), min(_MOST_TERMS, len(values))))
    basis, are_new = _orthonormal(columns, shares, weights)
    return _Terms(
        columns, shares, are_new, np.where(are_new, np.abs(basis.T @ values) / noise, 0.0)
    )


def _shares(width: int) -> Iterator[tuple[int, ...]]:
    """Degrees of products of polynomials, one of each column, those of low degree first."""
    for degree in range(_HIGHEST + 1):
        for chosen in combinations_with_replacement(range(width), degree):
            counts = Counter(chosen)
            yield tuple(counts[place] for place in range(width))


def _orthonormal(
    columns: list[Array], shares: list[tuple[int, ...]], weights: Array
) -> tuple[Array, Array]:
    """Products of Legendre polynomials, each without those before it, and which are more than those."""
    middle = [(column.max() + column.min()) / 2 for column in columns]
    scaled = [2 * (c - m) / np.ptp(c) for c, m in zip(columns, middle, strict=True)]
    powers = [np.polynomial.legendre.legvander(column, _HIGHEST) for column in scaled]
    table = np.empty((len(weights), len(shares)))
    for place, share in enumerate(shares):
        table[:, place] = weights
        for column, degree in enumerate(share):
            if degree:
                table[:, place] *= powers[column][:, degree]
    basis, upper = np.linalg.qr(table)
    seen = np.abs(np.diag(upper)) > _DEPENDENT * np.sqrt((table**2).sum(0))
    return basis, seen
