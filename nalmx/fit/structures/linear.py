"""Linear laws: y = c + Σ w_i·x_i, with the columns that are needed; what an addition unit represents."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from ...expression import Apply, Expression, Number
from ...expression.build import product
from ..form import Form, constant
from ..rows import Array
from .problem import Problem

_ROUNDING = 1e-11
_BITS_OF_A_TERM = 15.0
_LARGEST_MULTIPLE = 6


def linear(problem: Problem) -> Iterator[Form]:
    """The linear form of least squares without the columns that chance explains."""
    if problem.count < problem.width + 2 or not problem.width:
        return
    centre, unit = np.median(problem.table, 0), problem.table.std(0)
    table = np.column_stack([(problem.table - centre) / unit, np.ones(problem.count)])
    kept = _needed(table, problem.target)
    weights = np.linalg.lstsq(table[:, kept], problem.target, rcond=None)[0]
    scaled = np.zeros(table.shape[1])
    scaled[kept] = weights
    slopes = scaled[:-1] / unit
    used = [i for i in range(problem.width) if scaled[i]]
    if not used:
        return
    offset = float(scaled[-1] - slopes @ centre)
    terms: list[Expression] = [
        Apply("mul", (constant(n), problem.atoms[i])) for n, i in enumerate(used)
    ]
    terms.append(constant(len(used)))
    values = (*(float(slopes[i]) for i in used), offset)
    yield Form(problem.whole(Apply("add", tuple(terms))), values, is_linear=True)
    yield from _in_proportion(problem, used, slopes[used])


def _in_proportion(problem: Problem, used: list[int], slopes: Array) -> Iterator[Form]:
    """A multiple of the sum in which the columns stand as whole multiples of each other, nearly."""
    unit = float(np.abs(slopes).min())
    multiples = np.round(slopes / unit)
    if np.abs(multiples).max() <= _LARGEST_MULTIPLE:
        sizes = [Number(Fraction(int(n))) for n in multiples]
        parts = [product([n, problem.atoms[i]]) for n, i in zip(sizes, used, strict=True)]
        total = Apply("add", tuple(parts)) if len(parts) > 1 else parts[0]
        whole = problem.whole(Apply("mul", (constant(0), total)))
        yield Form(whole, (unit,), is_linear=True)


def _needed(table: Array, target: Array) -> list[int]:
    """The columns without which least squares would be worse by more than chance; the last one stays.

    One after the other is left out, that of the least standard score, while it saves fewer bits than it
    takes to say that term.
    """
    kept = list(range(table.shape[1]))
    limit = math.sqrt(2 * math.log(2) * (_BITS_OF_A_TERM + math.log2(len(kept))))
    size = math.sqrt(float((target**2).mean()))
    while len(kept) > 1:
        inverse = np.linalg.pinv(table[:, kept])
        weights = inverse @ target
        left = target - table[:, kept] @ weights
        noise = math.sqrt(float((left**2).sum()) / max(len(target) - len(kept), 1))
        noise = max(noise, _ROUNDING * size)
        widths = noise * np.sqrt((inverse**2).sum(1))
        scores = np.abs(weights) / np.maximum(widths, 1e-300)
        scores[-1] = np.inf
        least = int(np.argmin(scores))
        if scores[least] > limit:
            break
        weak = [i for i, score in enumerate(scores) if score <= min(limit, 1.0)]
        gone = {kept[i] for i in (weak if len(weak) > 3 else [least])}
        kept = [i for i in kept if i not in gone]
    return kept
