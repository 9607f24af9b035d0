"""Whether a law holds on the rows of a large table that its fit has not seen.

A fit sees some thousand rows. On the others the law may leave twice what it leaves on those, at most: normal
errors of a million rows reach 4.9 standard deviations, those of four thousand 3.5.
"""

from __future__ import annotations

import numpy as np

from .candidate import Candidate, Part
from .judge import EXACT_AT_MOST, Judge
from .rows import Array
from .values import EPSILON, evaluate, with_rounding

_BLOCK = 100_000
_WIDER = 2.0
_LARGER = 1.2


def why_not_everywhere(judge: Judge, found: Candidate) -> str:
    """The first row that a law of the rows seen does not hold on; or nothing."""
    known, count = scaled_rest(found, judge.everything), judge.rows.count
    if len(known) == count:
        return ""
    limit = largest_rest(judge, found)
    total = 0.0
    for start in range(0, count, _BLOCK):
        scaled = scaled_rest(found, judge.part(np.arange(start, min(start + _BLOCK, count))))
        far = ~(scaled <= limit)
        if far.any():
            row = start + int(np.argmax(far)) + 1
            return f"it does not hold on row {row:,}, which its fit had not seen"
        total += float((scaled**2).sum())
    if not found.is_exact and total > _LARGER**2 * count * float((known**2).mean()):
        return "it leaves more on the rows that its fit had not seen"
    return ""


def largest_rest(judge: Judge, found: Candidate) -> float:
    """What a law of the rows seen may leave on one that it has not seen."""
    if found.is_exact:
        return EXACT_AT_MOST
    return _WIDER * float(scaled_rest(found, judge.everything).max())


def scaled_rest(found: Candidate, part: Part) -> Array:
    """What is left on rows, in units of rounding, or of what it is to be expected in proportion to."""
    size = np.abs(part.target)
    with np.errstate(all="ignore"):
        if found.is_exact:
            value, error = with_rounding(found.expression, part.columns)
            unit = EPSILON * (np.broadcast_to(error, size.shape) + size + 1e-290)
            exact: Array = np.abs(part.target - value) / unit
            return exact
        left = part.weights * np.abs(part.target - evaluate(found.expression, part.columns))
        noisy: Array = left / size if found.in_proportion else left
        return noisy
