"""Fits of many tables, each kept as a run of its own, so that the same command continues.

OUTPUT/NAME/ is the run of a table; one of the same rows and settings is not fitted again.
OUTPUT/results.json and results.csv hold what was found in the tables of the last call.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import RunError
from ..exit_codes import HOLDS, REFUTED
from ..expression import Expression
from ..fit.tables import Chosen
from ..run_directory import files_of, place_files
from ..storage import same_json, write_bytes, write_json
from ..verify import Effort, Level
from ..workers import Watch, Workers, here
from .fit_directory import FitSettings, question
from .fits import claimed, fit_table, open_fit, with_truth

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Fitting:
    """A table with how it is to be fitted, and what is claimed of its law."""

    table: Chosen
    settings: FitSettings
    truth: Expression | None = None
    ranges: tuple[str, ...] = ()
    effort: Effort | None = None


@dataclass(frozen=True, slots=True)
class TableFit:
    """What was found in a table: the record of its fit, and whether that holds, as an exit code."""

    record: dict[str, Any]
    code: int

    def row(self) -> dict[str, Any]:
        """A line of the table of all."""
        return {
            "table": self.record["source"],
            "rows": self.record["rows"],
            "law": self.record["formula"] if self.record["law"] else None,
            "verdict": self.record["verdict"],
        }


class Halted(Exception):
    """The fits were stopped on request, after everything that was finished was kept."""


def fit_tables(
    fittings: Sequence[Fitting],
    output: Path,
    require: Level = "tested",
    *,
    workers: Workers = here,
    on_progress: Callable[[int, int, str], None] = lambda done, of, text: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> list[TableFit]:
    """Fit every table that is not fitted yet, and write what was found in all.

    Raises `Halted` once `stop_requested()` is true.
    """
    directories = [output / name for name in _names([one.table.source for one in fittings])]
    found: list[TableFit | None] = [
        _kept(one, directory, require) for one, directory in zip(fittings, directories, strict=True)
    ]
    pending = [place for place, one in enumerate(found) if one is None]
    count = len(found) - len(pending)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(
            f"{output} cannot be written: {error.strerror or error}; give another --output"
        ) from None

    def told(number: int, doing: str) -> None:
        name = directories[pending[number]].name
        on_progress(count, len(found), f"{count}/{len(found)} tables, {name}: {doing}")

    missing = [(fittings[place], require) for place in pending]
    for number, done in workers(_fitted, missing, told, stop_requested):
        if done is None:
            break
        directory = directories[pending[number]]
        place_files(directory, done[0])
        found[pending[number]] = _at(directory, done[1])
        count += 1
    results = [one for one in found if one is not None]
    if len(results) < len(found):
        raise Halted(f"{len(results)} of {len(found)} tables are fitted")
    _write(results, output)
    return results


def exit_code(results: Sequence[TableFit]) -> int:
    """1 where one is refuted, else the worst."""
    codes = {one.code for one in results}
    return REFUTED if REFUTED in codes else max(codes, default=HOLDS)


def _fitted(asked: tuple[Fitting, Level], watch: Watch) -> tuple[dict[str, bytes], TableFit] | None:
    """The files of a fit, and what was found; None if it was interrupted."""
    one, require = asked

    def tell(best: object, tried: int) -> None:
        if watch.stop_requested():
            raise KeyboardInterrupt
        watch.tell(f"tried {tried:,} forms")

    watch.tell("begun")
    outcome = fit_table(one.table, one.settings, one.truth, one.ranges, tell)
    if outcome.fit.ended == "interrupted":
        return None
    outcome = with_truth(outcome, effort=one.effort)
    with tempfile.TemporaryDirectory(prefix="nalmx-") as folder:
        files = files_of(outcome.save(Path(folder) / "run"))
    return files, TableFit(outcome.to_json(), outcome.exit_code(require))


def _kept(one: Fitting, directory: Path, require: Level) -> TableFit | None:
    """What was found in a table before; a run of other rows or settings is a `RunError`."""
    truth, domain = claimed(one.table.rows, one.truth, one.ranges)
    if not directory.exists():
        return None
    saved = open_fit(directory)
    asked = question(one.table, one.settings, truth, domain)
    if not same_json(question(saved.table, saved.settings, saved.truth, saved.domain), asked):
        raise RunError(
            f"{directory} is the fit of other rows, or with other settings; give another --output"
        )
    outcome = with_truth(saved, effort=one.effort)
    return _at(directory, TableFit(outcome.to_json(), outcome.exit_code(require)))


def _at(directory: Path, found: TableFit) -> TableFit:
    return TableFit({**found.record, "run": str(directory)}, found.code)


def _names(sources: Sequence[str]) -> list[str]:
    """A name for the run of each file: its own, with its folders where two are alike."""
    stems = Counter(_stem(Path(source).name) for source in sources)
    names = []
    for source in sources:
        stem, folders = _stem(Path(source).name), Path(source).parent.parts
        names.append(stem if stems[stem] == 1 else "-".join([*folders, stem]).strip("-/."))
    twice = [name for name, number in Counter(names).items() if number > 1]
    if twice:
        raise RunError(f"two tables would be kept as {twice[0]}; give each file once")
    return names


def _stem(name: str) -> str:
    return name.partition(".")[0] or name


def _write(results: Sequence[TableFit], output: Path) -> None:
    text = io.StringIO(newline="")
    rows = [one.row() for one in results]
    writer = csv.DictWriter(text, list(rows[0]), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_bytes(output / "results.csv", text.getvalue().encode())
    fits = [one.record for one in results]
    write_json(output / "results.json", {"schema": SCHEMA, "kind": "fits", "fits": fits})
