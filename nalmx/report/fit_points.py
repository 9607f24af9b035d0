"""What a picture of a fit shows: rows, the formula over them, what it leaves, and which rows gave it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..fit.holdout import split
from ..fit.values import evaluate

if TYPE_CHECKING:
    from ..fit.rows import Array
    from ..runs.fits import FitOutcome

_CURVE = 400
_LOGARITHMIC = 30.0  # the ratio of largest to least from which an axis is logarithmic


@dataclass(frozen=True, slots=True)
class FitPoints:
    """Rows over the input of the formula, or over its value where it has several inputs.

    `curve` is the formula, `fitted` the ends of the rows that it was fitted to or held out among them,
    `left` what it leaves of each target, as a part of it where rows and targets are `wide`. `below` is
    what stands on the axis.
    """

    across: Array
    target: Array
    left: Array
    curve: tuple[Array, Array]
    fitted: tuple[float, float]
    wide: bool
    below: str

    @classmethod
    def of(cls, outcome: FitOutcome) -> FitPoints:
        rows, best = outcome.table.rows, outcome.fit.best
        columns = dict(zip(rows.names, rows.inputs.T, strict=True))
        values = (
            rows.target * 0
            if best is None
            else evaluate(best.expression, columns) + rows.target * 0
        )
        own = outcome.fit.inputs_used
        single = own[0] if len(own) == 1 else None
        across = columns[single] if single else values
        parts = split(rows, outcome.settings.holdout, np.random.default_rng(outcome.settings.seed))
        inner = across[np.concatenate([parts.fitted, parts.held])]
        wide = is_wide(across) and is_wide(rows.target)
        ends = np.array([across.min(), across.max()])
        curve = (ends, ends)
        if best is not None and single is not None:
            points = _between(across)
            curve = (points, evaluate(best.expression, {single: points}) + 0 * points)
        return cls(
            across,
            rows.target,
            (rows.target - values) / (rows.target if wide else 1),
            curve,
            (float(inner.min()), float(inner.max())),
            wide,
            outcome.table.renamed.get(single, single) if single else "the formula's value",
        )


def is_wide(values: Array) -> bool:
    """Whether an axis of these values is logarithmic."""
    return bool(values.min() > 0 and values.max() / values.min() >= _LOGARITHMIC)


def _between(values: Array) -> Array:
    """Points from the least to the largest value, as densely as they will be drawn."""
    if is_wide(values):
        return np.geomspace(values.min(), values.max(), _CURVE)
    return np.linspace(values.min(), values.max(), _CURVE)
