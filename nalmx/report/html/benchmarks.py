"""The output of a benchmark on a page: its cells as a table to sort, as they were recorded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...bench import CellSummary, Estimate
from ...bench.sequences import SequenceResult
from ...errors import NalmxError, RunError
from ...markup import Inner, Markup, element
from ...storage import read_json
from ..benchmark_table import agreement
from .parts import Chapter, command, section, table

_NOTE = (
    "As recorded in results.json: nothing here was computed again. nalmx verify run on a directory in "
    "cells/ establishes the verdicts of a cell."
)
_OF_ROWS = ("published", "within_published", "training_seconds", "checking_seconds")


def read_benchmark(directory: Path) -> dict[str, Any] | None:
    """The record of a benchmark; None where the directory holds none."""
    path = directory / "results.json"
    if not path.is_file() or (directory / "config.json").exists():
        return None
    record = read_json(path)
    known = isinstance(record, dict) and isinstance(record.get("rows"), list)
    known = known and isinstance(record.get("settings"), dict) and bool(record["rows"])
    if not known or record.get("schema") != 1:
        raise RunError(f"{path} is damaged: it is not the record of a benchmark; run it again")
    return dict(record)


def benchmark_part(directory: Path, record: dict[str, Any], repeat: Sequence[str]) -> Chapter:
    """The cells of a benchmark."""
    try:
        of_modules = "agreement" in record
        title, shown = _modules(record) if of_modules else _sequences(record)
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError, NalmxError):
        raise RunError(
            f"{directory / 'results.json'} is damaged: a row is not that of a cell; run it again"
        ) from None
    note = element("p", _NOTE, class_="recorded")
    return Chapter(
        title, [section("Cells", note, *shown), section("Repeat it", *map(command, repeat))]
    )


def _modules(record: dict[str, Any]) -> tuple[str, list[Markup]]:
    cells = [
        CellSummary.from_json({k: v for k, v in row.items() if k not in _OF_ROWS})
        for row in record["rows"]
    ]
    headings = ["operation", "module", "range", "inputs", "success", "95 %", "published", ""]
    headings += ["solved at", "sparsity error", "formula", "recorded verdict"]
    rows: list[tuple[Inner, ...]] = []
    for cell in cells:
        known, within = cell.published, cell.within_published
        rows.append(
            (
                cell.operation,
                cell.shown_module,
                cell.interpolation,
                cell.inputs,
                f"{cell.success_rate.mean:.0%}",
                _ends(cell.success_rate),
                "" if known is None else f"{known.success_rate.mean:.0%}",
                {None: "", True: "within", False: "outside"}[within],
                _mean(cell.solved_at, ",.0f"),
                _mean(cell.sparsity_error, ".2g"),
                element("code", cell.formula or "–"),
                cell.formula_verdict or "–",
            )
        )
    outside = [at for at, cell in enumerate(cells) if cell.within_published is False]
    shown = table(headings, rows, numbers=(3, 4, 5, 6, 8, 9), sortable=True, marked=outside)
    title = f"Single module benchmark: {len(cells):,} cells"
    return title, [element("p", f"Beside what is published: {agreement(cells)}."), shown]


def _sequences(record: dict[str, Any]) -> tuple[str, list[Markup]]:
    results = [SequenceResult.from_json(row) for row in record["rows"]]
    lengths = list(dict.fromkeys(a.length for result in results for a in result.accuracies))
    headings = ("task", "model", "seed", "perfect inside", *map(str, lengths), "seconds")
    rows: list[tuple[Inner, ...]] = []
    for result in results:
        rates = {a.length: f"{a.rate * 100:.4g}%" for a in result.accuracies}
        inside = "yes" if result.reached else "no"
        own = (result.cell.task, result.cell.model, result.cell.seed, inside)
        seconds = f"{result.training_seconds:.1f}"
        rows.append((*own, *(rates.get(n, "–") for n in lengths), seconds))
    said = "Whole answers right at each length of sequences, in percent."
    shown = table(headings, rows, numbers=range(4, len(headings)), sortable=True)
    return f"Sequence benchmark: {len(results):,} cells", [element("p", said), shown]


def _ends(rate: Estimate) -> str:
    if rate.lower is None or rate.upper is None:
        return "–"
    return f"{rate.lower * 100:.0f}–{rate.upper * 100:.0f}"


def _mean(interval: Estimate | None, digits: str) -> str:
    return "–" if interval is None else format(interval.mean, digits)
