"""`nalmx bench NAME` for each published experiment of the catalogue."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..bench.experiments import CATALOGUE, Entry
from ..exit_codes import HOLDS
from ..supervisor import continue_with
from . import _request as ask
from ._lists import as_given, cluster_of, cluster_option, say_interrupted, spelled
from ._options import SECONDS_FOR_A_STEP, messages, output, print_json, stop_on_signal
from ._progress import ProgressBar

if TYPE_CHECKING:
    from ..bench.experiments.running import Results


@dataclass(frozen=True, slots=True)
class ExperimentRequest(ask.ToldRequest):
    quick: bool = ask.flag("--quick", "The same path with small numbers, in 20 s.")
    directory: Path | None = ask.option(
        "--output",
        "A new directory, or one of an earlier call to continue; default runs/NAME.",
        type=click.Path(path_type=Path),
    )
    cluster: str | None = cluster_option("cells")


@dataclass(frozen=True, slots=True)
class SeededRequest(ExperimentRequest):
    seeds: int = ask.option(
        "--seeds",
        "Runs of every cell, each with examples of its own.",
        type=click.IntRange(1),
        default=1,
    )


def experiment_command(entry: Entry) -> click.Command:
    """The command of an experiment."""

    @ask.asking(SeededRequest if entry.seeded else ExperimentRequest)
    def run(asked: ExperimentRequest) -> int:
        return _run(entry, asked)

    run.__doc__ = (
        f"{entry.title}\n\n{entry.source}. Every cell is kept in OUTPUT/cells and never run again, so that "
        "the same command continues what was interrupted; OUTPUT/results.json and results.csv hold the "
        f"table.\n\nExample: nalmx bench {entry.name} --quick"
    )
    return click.command(name=entry.name)(run)


def _run(entry: Entry, asked: ExperimentRequest) -> int:
    began = time.perf_counter()
    usual = Path("runs") / (f"{entry.name}-quick" if asked.quick else entry.name)
    directory = asked.directory or usual
    workers = cluster_of(asked, asked.cluster)

    from ..bench.cells import Stopped, check_output

    check_output(directory)
    continue_with(as_given())
    from ..bench.experiments.running import run_experiment
    from ..workers import here

    notes = messages(asked.quiet)
    try:
        with stop_on_signal(SECONDS_FOR_A_STEP) as stop, ProgressBar(notes) as show:
            show(0, 1, f"loading {entry.name}")
            results = run_experiment(
                entry,
                directory,
                quick=asked.quick,
                seeds=asked.seeds if isinstance(asked, SeededRequest) else 1,
                workers=workers or here,
                on_progress=show,
                stop_requested=stop,
            )
    except (Stopped, KeyboardInterrupt) as stopped:
        return say_interrupted(notes, stopped)
    seconds = time.perf_counter() - began
    if asked.as_json:
        record = {"output": str(directory), "seconds": round(seconds, 3)}
        print_json({**results.to_json(), **record})
    else:
        _print(results, directory, seconds)
    return HOLDS


def _print(results: Results, directory: Path, seconds: float) -> None:
    from ..report.experiment_table import experiment_table

    console = output()
    console.print(experiment_table(results.shown()), soft_wrap=False)
    console.print()
    settings = ", ".join(f"{name.replace('_', ' ')} {v}" for name, v in results.common.items())
    for line in (settings, results.experiment.note):
        if line:
            console.print(line)
    spent = spelled(sum(results.seconds))
    console.print(f"{len(results.rows)} cells in {spelled(seconds)}; they took {spent} of work")
    console.print(f"results: {directory}")


def print_catalogue(context: click.Context, option: click.Parameter, asked: bool) -> None:
    """What `nalmx bench --list` prints."""
    if not asked or context.resilient_parsing:
        return
    from ..report.experiment_table import experiment_table

    rows = [
        {"name": e.name, "takes": f"{e.minutes:g} min", "what": e.title, "published": e.source}
        for e in CATALOGUE
    ]
    output().print(experiment_table(rows), soft_wrap=False)
    output().print(
        "\nAnd the benchmarks single-module and sequence, of as many cells as are asked for."
    )
    context.exit(HOLDS)
