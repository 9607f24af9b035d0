"""`nalmx bench single-module`, and the group of all benchmarks; the others have files of their own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..bench.experiments import CATALOGUE
from ..devices import check_device_name, find_device
from ..exit_codes import HOLDS
from ..supervisor import continue_with
from . import _request as ask
from ._bench_experiment import experiment_command, print_catalogue
from ._bench_sequence import sequence
from ._group import Group
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
from ._options import messages, no_traces, output, print_json, say_idle_gpu, stop_on_signal
from ._progress import ProgressBar

if TYPE_CHECKING:
    from ..bench.cells import FinishedCell, Standing
    from ..bench.grid import CellGrid

_INTEGER = re.compile(r"-?[0-9]{1,20}")


@click.group(name="bench", cls=Group, no_args_is_help=False)
@click.option(
    "--list",
    "listed",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_catalogue,
    help="Say what the experiments are, where they are published, and how long they take.",
)
def command() -> None:
    """Repeat published experiments, or compare sequence models."""


command.add_command(sequence)
for _entry in CATALOGUE:
    command.add_command(experiment_command(_entry))


@dataclass(frozen=True, slots=True)
class SingleModuleRequest(ask.WorkRequest):
    operation: tuple[str, ...] = ask.several(
        "--operation", "LIST", "add, sub, mul, div or several with commas; by default all four."
    )
    module: tuple[str, ...] = ask.several(
        "--module",
        "LIST",
        "nau, nmu, nac+, nac-mul, …, package.module:Class, or several with commas; by default all nine "
        "published ones.",
        callback=ask.own("module"),
    )
    ranges: tuple[str, ...] = ask.several(
        "--range",
        "RANGE",
        "A published interpolation range such as [1,2]; may be repeated. By default all nine.",
    )
    inputs: tuple[str, ...] = ask.several("--inputs", "LIST", "2, 10, 100 or several; default 2.")
    seeds: int = ask.option("--seeds", "How many seeds a cell has.", default=25)
    iterations: int = ask.option("--iterations", "Training iterations.", default=50_000)
    directory: Path = cells_option("runs/single-module")
    cluster: str | None = cluster_option("cells")

    def work(self) -> Callable[..., list[FinishedCell]]:
        """What finishes cells: this process, or a cluster."""
        device = check_device_name(self.device)
        workers = cluster_of(self, self.cluster)
        if workers is None:
            from ..bench.cells import run_cells

            return partial(run_cells, device=find_device(device, "modules"))
        from ..bench.cluster import run_cells_by

        return partial(run_cells_by, workers=workers)

    def grid(self) -> CellGrid:
        """The grid of the options, all of them checked."""
        from ..bench.grid import CellGrid

        lists: dict[str, Any] = {
            "operations": split("operation", self.operation),
            "modules": split("module", self.module),
            "ranges": self.ranges,
            "inputs": [_integer(text) for text in split("inputs", self.inputs)],
        }
        return CellGrid.checked(
            **{name: tuple(values) for name, values in lists.items() if values},
            seeds=self.seeds,
            first_seed=self.seed,
            iterations=self.iterations,
        )


@command.command(name="single-module")
@ask.asking(SingleModuleRequest)
def single_module(asked: SingleModuleRequest) -> int:
    """Run the Single Module Arithmetic Task and compare it with its published results.

    Every cell (operation, module, range) is a run in OUTPUT/cells; a finished one is never run
    again, so that the same command continues what was interrupted. OUTPUT/results.json, results.csv
    and figures/ show the cells of the last call. A module asked for an operation it cannot learn is
    left out.

    Example: nalmx bench single-module --module npu,realnpu --range "[1,2]"
    """
    began = time.perf_counter()
    device = check_device_name(asked.device)
    grid = asked.grid()

    from ..bench.cells import Stopped, check_output

    check_output(asked.directory)
    continue_with(as_given())
    # Below, torch is loaded; nearly all that may be wrong with the input has been said by now.
    groups, notes = grid.groups(), messages(asked.quiet)
    if asked.operation and asked.module:
        for operation, module in grid.skipped():
            notes.print(f"nalmx: {module} cannot learn {operation}; left out", soft_wrap=True)
    work = asked.work()
    say_idle_gpu(notes, device, "modules")
    try:
        with no_traces(), stop_on_signal() as stop, ProgressBar(notes) as show:
            show(0, 1, "beginning")
            cells = work(
                groups,
                asked.directory,
                on_progress=lambda standing: show(*_shown(standing)),
                stop_requested=stop,
            )
    except Stopped as stopped:
        return say_interrupted(notes, stopped)
    _report(cells, grid, asked.directory, time.perf_counter() - began, asked.as_json)
    return HOLDS


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise click.UsageError(f"--inputs {text[:40]!r} is not an integer; write 2, or 2,10,100")
    return int(text)


def _report(
    cells: Sequence[FinishedCell], grid: CellGrid, directory: Path, seconds: float, as_json: bool
) -> None:
    """Write the files of a benchmark and print what is in them."""
    from ..report.benchmark_files import benchmark_record, write_benchmark
    from ..report.benchmark_table import agreement, benchmark_table

    record = benchmark_record(cells, grid.to_json())
    write_benchmark(cells, record, directory)
    if as_json:
        print_json({**record, "output": str(directory), "seconds": round(seconds, 3)})
        return
    console, rows = output(), [cell.summary for cell in cells]
    console.print(benchmark_table(rows, ascii_only=not shows("✓✗–", console)), soft_wrap=False)
    console.print()
    console.print(agreement(rows))
    console.print(
        f"{len(cells)} cells in {spelled(seconds)}; they took {spelled(record['training_seconds'])} "
        f"of training and {spelled(record['checking_seconds'])} of extraction and checks"
    )
    console.print(f"results: {directory}")


def _shown(standing: Standing) -> tuple[float, float, str]:
    """How far the cells are, and what there is to say."""
    text = (
        f"{standing.finished}/{standing.cells} cells, {standing.doing} {standing.operation} "
        f"{standing.module}"
    )
    if standing.model_steps_per_second is not None:
        text += f", {standing.model_steps_per_second:,.0f} model-steps/s"
    return standing.done, standing.cells, text
