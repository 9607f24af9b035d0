"""The cells of a published experiment as a table, ours beside the published numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from ..bench import CellSummary, Estimate
from ..bench.published import PUBLISHED_INPUTS, PUBLISHED_SEEDS
from ..models import PUBLISHED_ITERATIONS
from .tables import PlainTable
from .verdicts import STYLES

_BESIDE, _BELOW = " ", "\n"
_GAP = {_BESIDE: 2, _BELOW: 1}
_OUTSIDE = "bold red"


class _Signs(NamedTuple):
    inside: str
    outside: str
    to: str
    nothing: str


_UNICODE = _Signs("✓", "✗ outside", "–", "–")
_ASCII = _Signs("ok", "x outside", "-", "-")


def benchmark_table(rows: Sequence[CellSummary], *, ascii_only: bool = False) -> PlainTable:
    """A row for every cell, on one line; on several where the terminal is narrow, or as a list.

    Published means stand in parentheses. A cell outside its published interval is red.
    """
    signs = _ASCII if ascii_only else _UNICODE
    return _table(rows, signs, _BESIDE, narrow=_table(rows, signs, _BELOW))


def agreement(rows: Sequence[CellSummary]) -> str:
    """How many of the published cells are reproduced, and which are not, in one sentence."""
    compared = [row for row in rows if row.within_published is not None]
    if not compared:
        return _uncompared(rows)
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


def _uncompared(rows: Sequence[CellSummary]) -> str:
    """Why nothing is compared with what is published."""
    usual = (PUBLISHED_INPUTS, PUBLISHED_SEEDS, PUBLISHED_ITERATIONS)
    if rows and all((row.inputs, row.seeds, row.iterations) != usual for row in rows):
        inputs, seeds, iterations = usual
        return (
            f"a comparison with the published results needs {inputs} inputs, {seeds} seeds and "
            f"{iterations:,} iterations"
        )
    return "no cell has a published counterpart"


def _table(
    rows: Sequence[CellSummary], signs: _Signs, between: str, narrow: PlainTable | None = None
) -> PlainTable:
    table = PlainTable(gap=_GAP[between], narrow=narrow)
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
        texts = [row.operation, row.shown_module, row.interpolation]
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
    return f"{row.operation} {row.shown_module} {row.interpolation} ({row.success_rate.mean:.0%}{published})"
