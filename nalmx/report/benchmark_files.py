"""The cells of a benchmark as files: results.json, results.csv, figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..bench import write_csv
from ..errors import RunError
from ..storage import read_bytes, write_bytes
from .benchmark_table import agreement

if TYPE_CHECKING:
    from ..bench.cells import FinishedCell

SCHEMA = 1


def benchmark_record(cells: Sequence[FinishedCell], settings: Mapping[str, Any]) -> dict[str, Any]:
    """What results.json holds: settings, agreement with what is published, a row for each cell."""
    rows = [cell.summary for cell in cells]
    compared = [row.within_published for row in rows if row.within_published is not None]
    return {
        "schema": SCHEMA,
        "settings": dict(settings),
        "agreement": {
            "compared": len(compared),
            "within_published": sum(compared),
            "text": agreement(rows),
        },
        "training_seconds": round(sum(cell.training_seconds for cell in cells), 3),
        "checking_seconds": round(sum(cell.checking_seconds for cell in cells), 3),
        "rows": [_row(cell) for cell in cells],
    }


def write_benchmark(cells: Sequence[FinishedCell], record: dict[str, Any], output: Path) -> None:
    """Write results.json, results.csv and figures/; the same record is not written twice."""
    data = (json.dumps(record, indent=2, allow_nan=False) + "\n").encode()
    results, figures = output / "results.json", output / "figures"
    written = [output / "results.csv", figures]
    if results.is_file() and read_bytes(results) == data and all(p.exists() for p in written):
        return

    from .benchmark_figure import benchmark_figure

    rows = [cell.summary for cell in cells]
    # Written last, results.json says that the others fit it.
    results.unlink(missing_ok=True)
    try:
        figures.mkdir(exist_ok=True)
    except OSError as error:
        raise RunError(f"{figures} cannot be written: {error.strerror or error}") from None
    benchmark_figure(rows, figures / "single-module")
    write_csv(rows, output / "results.csv")
    write_bytes(results, data)


def _row(cell: FinishedCell) -> dict[str, Any]:
    known = cell.summary.published
    return {
        **cell.summary.to_json(),
        "published": None if known is None else asdict(known),
        "within_published": cell.summary.within_published,
        "training_seconds": cell.training_seconds,
        "checking_seconds": cell.checking_seconds,
    }
