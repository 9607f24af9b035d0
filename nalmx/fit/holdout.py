"""Which rows give the constants, and which check them: some in the middle, some at the edge of the data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .rows import Array, Rows

Holdout = Literal["extrapolate", "random"]
Places = np.ndarray[Any, np.dtype[np.intp]]

MOST_FITTED = 2_000
MOST_HELD = 1_000
_FEW = 8


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Places of rows: `fitted`, `held` (like those fitted), `beyond` (at the edge)."""

    fitted: Places
    held: Places
    beyond: Places


def split(rows: Rows, how: Holdout, generator: np.random.Generator) -> Split:
    """About a tenth at the edge, a tenth of the others held; with few rows, fewer.

    A row lies at the edge where one of its inputs or its target is furthest from the median, in units of
    the distance that three quarters of the rows keep.
    """
    count = rows.count
    tenth = count // 10 if count >= 20 else (count - _FEW + 5) // 4 if count >= _FEW else 0
    order = np.arange(count)
    beyond = order[:0]
    if how == "extrapolate" and tenth:
        beyond = np.argsort(distances([*rows.inputs.T, rows.target]), kind="stable")[
            count - tenth :
        ]
    inner = generator.permutation(np.setdiff1d(order, beyond))
    held_count = min(tenth if count >= 20 or how == "random" else tenth // 2, MOST_HELD)
    held, fitted = inner[:held_count], inner[held_count:][:MOST_FITTED]
    return Split(np.sort(fitted), np.sort(held), np.sort(generator.permutation(beyond)[:MOST_HELD]))


def distances(columns: Iterable[Array]) -> Any:
    """How far each row is out: the largest distance of its values from the median, in units as above."""
    largest: Any = 0.0
    for column in columns:
        away = np.abs(column - np.median(column))
        unit = np.quantile(away, 0.75)
        if unit > 0:
            largest = np.maximum(largest, away / unit)
    return largest
