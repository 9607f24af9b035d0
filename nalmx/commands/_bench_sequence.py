"""`nalmx bench sequence`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..devices import check_device_name
from ..exit_codes import HOLDS
from ..supervisor import continue_with
from . import _request as ask
from ._lists import (
    as_given,
    cells_option,
    cluster_of,
    cluster_option,
    say_interrupted,
    shows,
    spelled,
    split,
)
from ._options import (
    SECONDS_FOR_A_STEP,
    messages,
    output,
    print_json,
    say_idle_gpu,
    stop_on_signal,
)
from ._progress import ProgressBar

if TYPE_CHECKING:
    from ..bench.sequence_grid import SequenceGrid
    from ..bench.sequences import SequenceResult, SequenceStanding


@dataclass(frozen=True, slots=True)
class SequenceRequest(ask.WorkRequest):
    task: tuple[str, ...] = ask.several(
        "--task",
        "LIST",
        "Sequence tasks with commas, or package.module:TASK; by default the nineteen that are learned from "
        "lengths up to 20.",
        callback=ask.own("task"),
    )
    model: tuple[str, ...] = ask.several(
        "--model", "LIST", "pntm, ntm, lstm, …, or several with commas; by default all."
    )
    seeds: int = ask.option("--seeds", "How many seeds a cell has.", default=1)
    longest: int = ask.option("--longest", "The greatest training length.", default=20)
    budget: float = ask.option(
        "--budget", "Seconds after which the training of a model ends.", default=300.0
    )
    directory: Path = cells_option("runs/sequence")
    cluster: str | None = cluster_option("cells")

    def grid(self) -> SequenceGrid:
        """The grid of the options, all of them checked."""
        from ..bench.fitters import FITTERS
        from ..bench.sequence_grid import SequenceGrid

        tasks = tuple(split("task", self.task))
        return SequenceGrid.checked(
            **({"tasks": tasks} if tasks else {}),
            models=tuple(split("model", self.model) or FITTERS),
            seeds=self.seeds,
            first_seed=self.seed,
            longest=self.longest,
            budget_seconds=self.budget,
        )


@click.command(name="sequence")
@ask.asking(SequenceRequest)
def sequence(asked: SequenceRequest) -> int:
    """Train models on sequence tasks, and test them far beyond their training lengths.

    Every model of a task sees the same test sequences, at 1, 5, 25 and 50 times the training
    length. A finished cell (task, model, seed) is kept in OUTPUT/cells and never run again, so that
    the same command continues what was interrupted. OUTPUT/results.json, results.csv and figures/
    show the cells of the last call.

    Example: nalmx bench sequence --task copy,parity --model pntm,lstm --seeds 3
    """
    began = time.perf_counter()
    device = check_device_name(asked.device)
    grid, workers = asked.grid(), cluster_of(asked, asked.cluster)

    from ..bench.cells import Stopped, check_output

    check_output(asked.directory)
    continue_with(as_given())
    # Below, torch is loaded where a model needs it.
    from ..bench.sequences import run_sequences
    from ..workers import here

    notes = messages(asked.quiet)
    try:
        with stop_on_signal(SECONDS_FOR_A_STEP) as stop, ProgressBar(notes) as show:
            results = run_sequences(
                grid,
                asked.directory,
                device,
                workers=workers or here,
                on_progress=lambda standing: show(*_shown(standing)),
                stop_requested=stop,
            )
    except (Stopped, KeyboardInterrupt) as stopped:
        return say_interrupted(notes, stopped)
    say_idle_gpu(notes, device, "sequences")
    _report(results, grid, asked.directory, time.perf_counter() - began, asked.as_json)
    return HOLDS


def _report(
    results: Sequence[SequenceResult],
    grid: SequenceGrid,
    directory: Path,
    seconds: float,
    as_json: bool,
) -> None:
    """Draw the figure of a benchmark and print what is in it."""
    from ..report.sequence_figure import sequence_figure
    from ..report.sequence_table import sequence_table

    figures = directory / "figures"
    figures.mkdir(exist_ok=True)
    sequence_figure(results, figures / "sequence")
    if as_json:
        rows = [result.to_json() for result in results]
        record = {"schema": 1, "settings": grid.to_json(), "rows": rows}
        print_json({**record, "output": str(directory), "seconds": round(seconds, 3)})
        return
    console = output()
    console.print(sequence_table(results, ascii_only=not shows("†–", console)), soft_wrap=False)
    console.print()
    training = sum(result.training_seconds for result in results)
    console.print(f"{len(results)} cells in {spelled(seconds)}; {spelled(training)} of training")
    console.print(f"results: {directory}")


def _shown(standing: SequenceStanding) -> tuple[float, float, str]:
    """How far the cells are, and what there is to say."""
    cell = standing.cell
    text = (
        f"{standing.finished}/{standing.cells} cells, {standing.doing} {cell.model} on "
        f"{cell.task}, seed {cell.seed}"
    )
    if standing.training is not None:
        text += f": {_told(standing.training)}"
    return standing.finished, standing.cells, text


def _told(training: Any) -> str:
    """What a fitter tells: words, or its steps and loss."""
    if isinstance(training, str):
        return training
    return f"step {training.step:,}, loss {training.loss:.2e}"
