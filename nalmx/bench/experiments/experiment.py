"""What an experiment is: cells that are run one after the other, a row of a table each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | None
Row: TypeAlias = Mapping[str, Value]
Cell: TypeAlias = Mapping[str, Value]
Tell: TypeAlias = Callable[[float, str], None]
"""Told from time to time how far a cell is, from 0 to 1, and what is being done; it may raise."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """Cells, and what is done with one.

    `cells(quick)` gives the settings of each, which determine its row; `quick` ones take the same path
    with small numbers. `run` gives the columns of the row that follow the settings; one called
    `published` holds what the authors report, as text. Settings in `hidden` are alike in all cells.
    """

    cells: Callable[[bool], Sequence[Cell]]
    run: Callable[[Cell, Tell], Row]
    hidden: tuple[str, ...] = ()
    note: str = ""

    def common(self, cells: Sequence[Cell]) -> dict[str, str]:
        """What the hidden settings are in these cells."""
        return {
            name: ", ".join(dict.fromkeys(str(cell[name]) for cell in cells))
            for name in self.hidden
        }
