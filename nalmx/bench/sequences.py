"""Sequence tasks × models × seeds: what each trained model answers far beyond its training.

A cell is one trained model and its exact match at multiples of the training length, decoded token
by token. It is saved as OUTPUT/cells/NAME.json once it is whole, and is not run again. All models
of a task see the same test prompts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import NoTruthValue, RunError
from ..plugins import is_own
from ..pntm.tasks import OWN_TASKS, SequenceTask, exact_match, sequence_task
from ..storage import read_json, write_bytes, write_json
from ..workers import Watch, Workers, here
from .cells import CELLS, Stopped, open_output
from .fitters import FITTERS, FittedModel
from .sequence_grid import SequenceCell, SequenceGrid

SCHEMA = 1
# Prompts of the test are never those of a training, whose streams have other seeds.
_TEST_SEED = 20_260_218

__all__ = [
    "FITTERS",
    "Accuracy",
    "SequenceCell",
    "SequenceGrid",
    "SequenceResult",
    "SequenceStanding",
    "Stopped",
    "run_sequences",
    "write_results",
]


@dataclass(frozen=True, slots=True)
class Accuracy(NoTruthValue):
    """How many whole answers were right at a length."""

    _ask = "accuracy.right == accuracy.sequences"

    multiple: int
    length: int
    sequences: int
    right: int

    @property
    def rate(self) -> float:
        return self.right / self.sequences


@dataclass(frozen=True, slots=True)
class SequenceResult(NoTruthValue):
    """A finished cell. `reached`: the model was perfect inside the training lengths."""

    _ask = "result.reached"

    cell: SequenceCell
    method: str
    reached: bool
    training_seconds: float
    steps: int
    accuracies: tuple[Accuracy, ...]

    def to_json(self) -> dict[str, Any]:
        values = asdict(self)
        return {**values.pop("cell"), **values}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> SequenceResult:
        own = {field.name: saved[field.name] for field in fields(cls) if field.name != "cell"}
        accuracies = tuple(Accuracy(**accuracy) for accuracy in own.pop("accuracies"))
        cell = SequenceCell(saved["task"], saved["model"], saved["seed"])
        return cls(cell, accuracies=accuracies, **own)


@dataclass(frozen=True, slots=True)
class SequenceStanding:
    """What a caller is told while cells are run; `training` is what the fitter tells."""

    cell: SequenceCell
    doing: str
    finished: int
    cells: int
    training: Any = None


def run_sequences(
    grid: SequenceGrid,
    output: Path,
    device: str = "cpu",
    *,
    workers: Workers = here,
    on_progress: Callable[[SequenceStanding], None] = lambda standing: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> list[SequenceResult]:
    """Finish every cell of the grid, then write results.json and results.csv.

    Raises `Stopped` once `stop_requested()` is true; the cells finished before are kept.
    """
    open_output(output)
    cells = grid.cells()
    known = {cell: _saved(output, cell, grid) for cell in cells}
    pending = [cell for cell, result in known.items() if result is None]
    finished = len(known) - len(pending)

    def told(place: int, what: tuple[str, Any]) -> None:
        on_progress(SequenceStanding(pending[place], what[0], finished, len(cells), what[1]))

    work = partial(_finish, grid, device)
    for place, result in workers(work, pending, told, stop_requested):
        if result is None:
            break
        cell = pending[place]
        saved = {"schema": SCHEMA, "settings": grid.cell_settings(), "result": result.to_json()}
        write_json(_path(output, cell), saved)
        known[cell] = result
        finished += 1
    if finished < len(cells):
        raise Stopped(finished, len(cells))
    results = [result for result in known.values() if result is not None]
    write_results(results, grid, output)
    return results


def write_results(results: Sequence[SequenceResult], grid: SequenceGrid, output: Path) -> None:
    """Write results.csv, with a line for each cell and length, and results.json."""
    lines = [
        {
            **asdict(result.cell),
            "method": result.method,
            "reached": result.reached,
            "training_seconds": result.training_seconds,
            "steps": result.steps,
            **asdict(accuracy),
            "accuracy": accuracy.rate,
        }
        for result in results
        for accuracy in result.accuracies
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    write_bytes(output / "results.csv", text.getvalue().encode())
    rows = [result.to_json() for result in results]
    record = {"schema": SCHEMA, "settings": grid.to_json(), "rows": rows}
    write_json(output / "results.json", record)


def _finish(
    grid: SequenceGrid, device: str, cell: SequenceCell, watch: Watch
) -> SequenceResult | None:
    """Train and test the model of a cell; None if this was stopped."""
    from ..train import Interrupted

    if is_own(cell.task):
        OWN_TASKS.add(cell.task)
    task = sequence_task(cell.task)
    if watch.stop_requested():
        return None
    watch.tell(("training", None))
    try:
        fitted = FITTERS[cell.model](
            task,
            longest=grid.longest,
            seed=cell.seed,
            budget_seconds=grid.budget_seconds,
            device=device,
            on_progress=lambda progress: watch.tell(("training", progress)),
            stop_requested=watch.stop_requested,
        )
    except Interrupted:
        return None
    accuracies = []
    for multiple, count in zip(grid.multiples, grid.sequences, strict=True):
        if watch.stop_requested():
            return None
        watch.tell(("testing", None))
        accuracies.append(_accuracy(fitted, task, multiple, multiple * grid.longest, count))
    seconds = round(fitted.seconds, 3)
    return SequenceResult(
        cell, fitted.method, fitted.reached, seconds, fitted.steps, tuple(accuracies)
    )


def _accuracy(
    fitted: FittedModel, task: SequenceTask, multiple: int, length: int, count: int
) -> Accuracy:
    """Exact match at a length; an answer one token longer than every right one is wrong anyway."""
    random = np.random.default_rng([_TEST_SEED, length])
    examples = [task.example(random, max(length, task.shortest)) for _ in range(count)]
    limit = 1 + max(len(example.answer) for example in examples)
    decoded = fitted.decode([example.prompt for example in examples], limit)
    return Accuracy(multiple, length, count, round(count * exact_match(decoded, examples)))


def _saved(output: Path, cell: SequenceCell, grid: SequenceGrid) -> SequenceResult | None:
    """The cell as it was saved; None where it has to be run."""
    path = _path(output, cell)
    if not path.exists():
        return None
    saved = read_json(path)
    try:
        settings, own = saved["settings"], grid.cell_settings()
        name = next((name for name in own if settings[name] != own[name]), None)
        result = SequenceResult.from_json(saved["result"])
        sound = saved["schema"] == SCHEMA and result.cell == cell
    except (KeyError, TypeError):
        name, sound = None, False
    if name is not None:
        raise RunError(
            f"the cell {path} was run with {name.replace('_', ' ')} {settings[name]}, not "
            f"{own[name]}; give another --output, or remove that cell"
        )
    if not sound:
        raise RunError(f"{path} is damaged: it is not a result of this cell; remove it")
    return result


def _path(output: Path, cell: SequenceCell) -> Path:
    return output / CELLS / f"{cell.name}.json"
