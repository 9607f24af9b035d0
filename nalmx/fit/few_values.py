"""What columns of few values leave open of a formula."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..expression import Expression, variables
from .rows import Array
from .values import evaluate

_ALIKE = 1e-9


def different_rows(expression: Expression, columns: Mapping[str, Array]) -> int:
    """How many rows differ in the inputs that a formula uses."""
    used = np.stack([columns[name] for name in variables(expression)], 1)
    return len(np.unique(used, axis=0))


def bent_between_two(expression: Expression, columns: Mapping[str, Array]) -> str:
    """An input of only two values in which a formula is no line, though rows say nothing of it in between."""
    for name in variables(expression):
        if not has_two_values(columns[name]):
            continue
        low, high = columns[name].min(), columns[name].max()
        one, other, middle = (
            evaluate(expression, {**columns, name: value})
            for value in (low, high, (low + high) / 2)
        )
        size = np.maximum(np.abs(one), np.abs(other))
        if not (np.abs(middle - (one + other) / 2) <= _ALIKE * size).all():
            return name
    return ""


def has_two_values(column: Array) -> bool:
    """Whether a column has two values and no others."""
    low, high = column.min(), column.max()
    return bool(low < high and ((column == low) | (column == high)).all())
