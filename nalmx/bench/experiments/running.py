"""Run the cells of an experiment, each kept in a file, so that the same command continues.

OUTPUT/cells/NAME.json holds the settings of a cell and its row. One whose settings are those asked for
is finished. OUTPUT/results.json and results.csv hold the rows of the last call.
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ...errors import RunError
from ...storage import read_json, same_json, write_bytes, write_json
from ...workers import Watch, Workers, here
from ..cells import CELLS, Stopped, open_output
from . import Entry
from .experiment import Cell, Experiment, Row

SCHEMA = 1
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.+-]+")


@dataclass(frozen=True, slots=True)
class Results:
    """The rows of an experiment, and the seconds of processor time that each of them took."""

    entry: Entry
    experiment: Experiment
    cells: Sequence[Cell]
    rows: Sequence[Row]
    seconds: Sequence[float]

    @property
    def common(self) -> dict[str, str]:
        return self.experiment.common(self.cells)

    def shown(self) -> list[dict[str, Any]]:
        """Each row as the table has it: the settings that differ, and what was found."""
        hidden = self.experiment.hidden
        return [
            {**{name: value for name, value in cell.items() if name not in hidden}, **row}
            for cell, row in zip(self.cells, self.rows, strict=True)
        ]

    def to_json(self) -> dict[str, Any]:
        rows = [
            {"settings": dict(cell), **row, "seconds": seconds}
            for cell, row, seconds in zip(self.cells, self.rows, self.seconds, strict=True)
        ]
        return {"schema": SCHEMA, "experiment": self.entry.name, "rows": rows}


def run_experiment(
    entry: Entry,
    output: Path,
    *,
    quick: bool = False,
    seeds: int = 1,
    workers: Workers = here,
    on_progress: Callable[[float, int, str], None] = lambda done, cells, text: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> Results:
    """Finish every cell of an experiment, for `seeds` seeds where it is seeded, and write its results.

    Raises `Stopped` once `stop_requested()` is true; the finished cells are kept.
    """
    experiment = entry.experiment()
    open_output(output)
    cells = experiment.cells(quick)
    if entry.seeded:
        cells = [{**cell, "seed": seed} for cell in cells for seed in range(seeds)]
    paths = [output / CELLS / f"{_name(cell)}.json" for cell in cells]
    known = [_finished(path, entry, cell) for path, cell in zip(paths, cells, strict=True)]
    pending = [place for place, found in enumerate(known) if found is None]
    shares = dict.fromkeys(pending, 0.0)

    def told(number: int, what: tuple[float, str]) -> None:
        place, (share, doing) = pending[number], what
        finished = len(cells) - len(shares)
        if stop_requested():
            raise Stopped(finished, len(cells))
        shares[place] = share
        text = f"{finished}/{len(cells)} cells, {_name(cells[place])}: {doing}"
        on_progress(finished + sum(shares.values()), len(cells), text)

    work, missing = partial(_done, entry), [cells[place] for place in pending]
    for number, found in workers(work, missing, told, stop_requested):
        place = pending[number]
        _keep(paths[place], entry, cells[place], *found)
        known[place] = found
        del shares[place]
    if shares:
        raise Stopped(len(cells) - len(shares), len(cells))
    done = [found for found in known if found is not None]
    results = Results(entry, experiment, cells, *zip(*done, strict=True))
    _write(results, output)
    return results


def _done(entry: Entry, cell: Cell, watch: Watch) -> tuple[Row, float]:
    """The row of a cell, and the seconds of processor time that it took."""

    def tell(share: float, doing: str) -> None:
        watch.tell((share, doing))

    tell(0.0, "begun")
    began = time.process_time()
    row = entry.experiment().run(cell, tell)
    return row, round(time.process_time() - began, 3)


def _name(cell: Cell) -> str:
    """A file name of the settings. Example: `mul_nau-nmu_25_50000`."""
    return _NOT_IN_NAMES.sub("-", "_".join(str(value) for value in cell.values())).strip("-")


def _finished(path: Path, entry: Entry, cell: Cell) -> tuple[Row, float] | None:
    if not path.exists():
        return None
    saved = read_json(path)
    if not isinstance(saved, dict) or saved.get("schema") != SCHEMA:
        raise RunError(f"{path} is no cell of an experiment; give another --output")
    if saved.get("experiment") != entry.name or not same_json(saved.get("settings"), dict(cell)):
        return None
    row, seconds = saved.get("row"), saved.get("seconds")
    if not isinstance(row, dict) or not isinstance(seconds, int | float):
        raise RunError(f"{path} is damaged; remove it to run that cell again")
    return row, float(seconds)


def _keep(path: Path, entry: Entry, cell: Cell, row: Row, seconds: float) -> None:
    record = {"schema": SCHEMA, "experiment": entry.name, "settings": dict(cell)}
    write_json(path, {**record, "row": dict(row), "seconds": seconds})


def _write(results: Results, output: Path) -> None:
    rows = results.shown()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_bytes(output / "results.csv", text.getvalue().encode())
    write_json(output / "results.json", results.to_json())
