"""Linear laws: y = c + Σ w_i·x_i, with the columns that are needed; what an addition unit represents."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ...expression import Apply, Expression
from ..form import Form, constant
from ..rows import Array
from .problem import Problem

_ROUNDING = 1e-11


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


def _needed(table: Array, target: Array) -> list[int]:
    """The columns without which least squares would be worse by more than chance; the last one stays.

    One after the other is left out, that of the least standard score, while it is below what the best of
    so many columns reaches by chance.
    """
    kept = list(range(table.shape[1]))
    limit = math.sqrt(math.log(len(target)) + 2 * math.log(len(kept)))
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
