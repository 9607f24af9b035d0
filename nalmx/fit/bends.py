"""Whether rows tell an input from a curve that touches it: a line is near every smooth function.

A law under noise with constants that are no exact numbers, but for a factor of the whole, says more than that
only where its inputs range widely enough. In place of v, v ± (v − m)²/(2·max(|m|, h)) is tried, where m is
the middle of the rows and h half of their extent: what log v or v² is beside v, up to the second order.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..expression import variables
from .candidate import Candidate
from .form import polish
from .judge import Judge
from .rows import Array

_AS_WELL = 9.0
"""Squares of the size of noise that tell two forms apart: three standard errors."""


def why_bent(judge: Judge, law: Candidate) -> str:
    """The input of a law under noise that a curve could stand for as well; or nothing."""
    free = any(not one.is_exact for one in law.constants)
    if law.is_exact or not free or judge.is_factor(law.form):
        return ""
    part = judge.everything
    degrees = max(len(part.target) - len(law.form.values), 1)
    limit = _left(judge, law, part.columns) * (1 + _AS_WELL / degrees)
    for name in variables(law.expression):
        for sign in (1, -1):
            bent = {**part.columns, name: _curve(part.columns[name], sign)}
            if _left(judge, law, bent) <= limit:
                return (
                    f"its rows do not tell {name} from a curve that touches it, as its logarithm or its "
                    "square does"
                )
    return ""


def _curve(values: Array, sign: int) -> Array:
    middle, half = (values.max() + values.min()) / 2, np.ptp(values) / 2
    curve: Array = values + sign * (values - middle) ** 2 / (2 * max(abs(middle), half))
    return curve


def _left(judge: Judge, law: Candidate, columns: Mapping[str, Array]) -> float:
    """What a law leaves on rows with these inputs at best, as a sum of weighted squares."""
    part = judge.everything
    weights = part.weights / np.abs(part.target) if law.in_proportion else part.weights
    form = polish(law.form, columns, part.target, weights)
    if form is None:
        return float("inf")
    with np.errstate(all="ignore"):
        left = weights * (part.target - form.at(form.values, columns))
    return float((left**2).sum()) if np.isfinite(left).all() else float("inf")
