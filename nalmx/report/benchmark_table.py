"""The cells of a published experiment as a table, ours beside the published numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Column, Table
from rich.text import Text

from ..bench import CellSummary, Estimate
from ..bench.published import PUBLISHED_INPUTS
from .verdicts import STYLES

_BESIDE, _BELOW = " ", "\n"
_GAP = {_BESIDE: 2, _BELOW: 1}
_ENOUGH_FOR_A_FORMULA = 20
_OUTSIDE = "bold red"


class _Signs(NamedTuple):
    inside: str
    outside: str
    to: str
    nothing: str


_UNICODE = _Signs("✓", "✗ outside", "–", "–")
_ASCII = _Signs("ok", "x outside", "-", "-")


def benchmark_table(rows: Sequence[CellSummary], *, ascii_only: bool = False) -> Table:
    """A row for every cell, on one line; on several where the terminal is narrow.

    Published means stand in parentheses. A cell outside its published interval is red.
    """
    signs = _ASCII if ascii_only else _UNICODE
    return _table(rows, signs, _BESIDE, narrow=_table(rows, signs, _BELOW))


def agreement(rows: Sequence[CellSummary]) -> str:
    """How many of the published cells are reproduced, and which are not, in one sentence."""
    compared = [row for row in rows if row.within_published is not None]
    if not compared:
        return "no cell has a published counterpart"
    outside = [row for row in compared if not row.within_published]
    inside = f"{len(compared) - len(outside)} of {len(compared)} published"
    text = (
        f"{inside} cell lies within its 95 % interval"
        if len(compared) == 1
        else f"{inside} cells lie within their 95 % interval"
    )
    if not outside:
        return text
    return f"{text}; outside: {'; '.join(_disagreement(row) for row in outside)}"


class _FittingTable(Table):
    """A table without lines that gives way to a narrow one where it does not fit."""

    def __init__(self, gap: int, narrow: Table | None) -> None:
        super().__init__(box=None, header_style="bold", pad_edge=False, padding=(0, gap, 0, 0))
        self._gap, self._narrow = gap, narrow

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self._narrow is not None and self._least_width() > options.max_width:
            yield self._narrow
        else:
            yield from super().__rich_console__(console, options)

    def _least_width(self) -> int:
        *numbers, formula = (_width(column) for column in self.columns)
        return sum(numbers) + len(numbers) * self._gap + min(formula, _ENOUGH_FOR_A_FORMULA)


def _table(
    rows: Sequence[CellSummary], signs: _Signs, between: str, narrow: Table | None = None
) -> Table:
    table = _FittingTable(_GAP[between], narrow)
    inputs = any(row.inputs != PUBLISHED_INPUTS for row in rows)
    is_narrow = between == _BELOW
    for name in ("op" if is_narrow else "operation", "module", "range"):
        table.add_column(name, no_wrap=True)
    if inputs:
        table.add_column("in" if is_narrow else "inputs", justify="right", no_wrap=True)
    table.add_column("success", justify="right", no_wrap=True)
    table.add_column("published", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column(f"solved{between}at", justify="right", no_wrap=True)
    table.add_column(f"sparsity{between}error", justify="right", no_wrap=True)
    table.add_column("formula", overflow="fold")
    for row in rows:
        texts = [row.operation, row.module, row.interpolation]
        texts += [str(row.inputs)] if inputs else []
        texts += [cell.replace(" ", between) for cell in _numbers(row, signs)]
        table.add_row(
            *map(Text, texts),
            _formula(row, signs),
            style=_OUTSIDE if row.within_published is False else None,
        )
    return table


def _numbers(row: CellSummary, signs: _Signs) -> list[str]:
    """Success, published success, their agreement, solved at and sparsity error."""
    known = row.published
    solved, sparsity = (None, None) if known is None else (known.solved_at, known.sparsity_error)
    marks = {None: "", True: signs.inside, False: signs.outside}
    return [
        _rate(row.success_rate, signs),
        "" if known is None else _rate(known.success_rate, signs),
        marks[row.within_published],
        _mean(row.solved_at, solved, ".0f", signs),
        _mean(row.sparsity_error, sparsity, ".2g", signs),
    ]


def _rate(rate: Estimate, signs: _Signs) -> str:
    """`68% [48–83]`, in percent throughout."""
    if rate.lower is None or rate.upper is None:
        return f"{rate.mean:.0%}"
    return f"{rate.mean:.0%} [{rate.lower * 100:.0f}{signs.to}{rate.upper * 100:.0f}]"


def _mean(ours: Estimate | None, published: float | None, digits: str, signs: _Signs) -> str:
    """`45429 (45000)`, the published mean in parentheses."""
    text = signs.nothing if ours is None else format(ours.mean, digits)
    return text if published is None else f"{text} ({published:{digits}})"


def _formula(row: CellSummary, signs: _Signs) -> Text:
    if row.formula is None:
        return Text(signs.nothing)
    if row.formula_verdict is None:
        return Text(row.formula)
    verdict = (row.formula_verdict, STYLES.get(row.formula_verdict, ""))
    return Text.assemble(row.formula, " ", verdict)


def _disagreement(row: CellSummary) -> str:
    known = row.published
    published = "" if known is None else f", published {known.success_rate.mean:.0%}"
    return (
        f"{row.operation} {row.module} {row.interpolation} ({row.success_rate.mean:.0%}{published})"
    )


def _width(column: Column) -> int:
    return max(cell_len(str(cell)) for cell in (column.header, *column.cells))
