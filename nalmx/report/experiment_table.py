"""The rows of an experiment as a table, whatever their columns are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .tables import PlainTable


def experiment_table(rows: Sequence[Mapping[str, Any]]) -> PlainTable:
    """A column for every name that a row has, in the order in which they come."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = PlainTable()
    for name in names:
        table.add_column(name.replace("_", " "))
    for row in rows:
        table.add_row(*(_shown(row.get(name)) for name in names))
    return table


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
