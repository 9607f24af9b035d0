"""Tables of a terminal, which are told row by row where they do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.table import Column, Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_ENOUGH = 20  # for a column whose text may be broken


class PlainTable(Table):
    """A table without lines. Where it does not fit, another one stands for it, or its rows as lists.

    A column that is `no_wrap` is never cut: it needs its whole width.
    """

    def __init__(self, *, gap: int = 2, narrow: Table | None = None) -> None:
        super().__init__(box=None, header_style="bold", pad_edge=False, padding=(0, gap, 0, 0))
        self._gap, self._narrow = gap, narrow

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self._least_width() <= options.max_width:
            yield from super().__rich_console__(console, options)
        elif self._narrow is not None:
            yield self._narrow
        else:
            yield from self._rows()

    def _least_width(self) -> int:
        widths = [
            w if c.no_wrap else min(w, _ENOUGH) for c, w in ((c, _width(c)) for c in self.columns)
        ]
        return sum(widths) + self._gap * len([*pairwise(widths)])

    def _rows(self) -> Iterator[Text]:
        """The first cell of a row, and the others with their headings below it."""
        names = [" ".join(str(column.header).split()) for column in self.columns]
        for cells in zip(*(column.cells for column in self.columns), strict=True):
            first, *others = (c if isinstance(c, Text) else Text(str(c)) for c in cells)
            yield Text.assemble(first, style="bold")
            for name, cell in zip(names[1:], others, strict=True):
                if cell.plain.strip():
                    shown = Text(" ").join(cell.split())
                    yield Text.assemble("  ", f"{name}: " if name else "", shown)


def _width(column: Column) -> int:
    return max(
        cell_len(line)
        for cell in (column.header, *column.cells)
        for line in (str(cell).splitlines() or [""])
    )
