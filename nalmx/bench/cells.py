"""Run the cells of a grid, each in a directory of its own, and sum up what their seeds achieved.

OUTPUT/cells/NAME/ is a run directory with `formula.json` and `summary.json`. A cell whose summary
fits its run is finished: it is not trained, extracted or checked again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import RunError
from ..extract import extract_run, load_extraction
from ..storage import digest, read_json, write_json
from ..train import Config, Run
from ..train.config import MAX_SEEDS_TIMES_INPUTS
from ..verify import Claim, Domain, Effort, check
from .alternatives import alternatives
from .grid import cell_name
from .intervals import LARGEST_SPARSITY_ERROR, beta_interval, gamma_interval, success_interval
from .summary import CellSummary

if TYPE_CHECKING:
    import torch

    from ..train import Progress

SCHEMA = 1
CELLS = "cells"
SWEPT_POINTS, SWEEP_SECONDS = 200_000, 20.0
_SEALED = ("results.json", "formula.json")


@dataclass(frozen=True, slots=True)
class FinishedCell:
    """A cell with its summary, and the seconds that its training and its checks took."""

    config: Config
    summary: CellSummary
    training_seconds: float
    checking_seconds: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What a caller is told while cells are run; `done` counts trained parts of cells too."""

    doing: str
    operation: str
    module: str
    finished: int
    done: float
    cells: int
    model_steps_per_second: float | None


class Stopped(Exception):
    """The cells were stopped on request, after everything was saved."""

    def __init__(self, finished: int, cells: int) -> None:
        super().__init__(f"{finished} of {cells} cells are finished")
        self.finished = finished
        self.cells = cells


def prepare(output: Path) -> None:
    """Make a directory for cells, or refuse one that holds something else."""
    try:
        if output.is_dir() and not (output / CELLS).is_dir() and any(output.iterdir()):
            raise RunError(
                f"{output} holds other files than a benchmark (it has no folder {CELLS}); give --output "
                "a new directory, or one of an earlier benchmark"
            )
        (output / CELLS).mkdir(parents=True, exist_ok=True)
    except FileExistsError, NotADirectoryError:
        raise RunError(
            f"{output} is no directory or goes through a file; give --output a directory"
        ) from None
    except OSError as error:
        raise RunError(
            f"{output} cannot be written: {error.strerror or error}; give another --output"
        ) from None


def run_cells(
    groups: Sequence[Sequence[Config]],
    output: Path,
    device: torch.device,
    *,
    on_progress: Callable[[Standing], None] = lambda standing: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> list[FinishedCell]:
    """Finish every cell of the groups; one group after the other is trained and summed up.

    Raises `Stopped` once `stop_requested()` is true and what was done is saved.
    """
    prepare(output)
    known = {config: _finished(output, config) for group in groups for config in group}
    work = _Work(known, device, on_progress, stop_requested)
    for group in groups:
        pending = [config for config in group if known[config] is None]
        if pending:
            work.finish([_opened(output, config) for config in pending])
    return [cell for cell in known.values() if cell is not None]


@dataclass(slots=True)
class _Work:
    """The cells so far, and what is done to those that are missing."""

    known: dict[Config, FinishedCell | None]
    device: torch.device
    on_progress: Callable[[Standing], None]
    stop_requested: Callable[[], bool]

    def finish(self, runs: Sequence[Run]) -> None:
        """Train the runs of a group together, then sum them up one by one."""
        from ..train import Interrupted, fit_together

        for part in _stacks([run for run in runs if not run.finished]):
            show = _training(self, part, sum(run.finished for run in runs))
            try:
                fit_together(
                    part, self.device, on_progress=show, stop_requested=self.stop_requested
                )
            except Interrupted:
                raise self.stopped() from None
        for place, run in enumerate(runs):
            if self.stop_requested():
                raise self.stopped()
            self.tell("checking", run.config, len(runs) - place, None)
            self.known[run.config] = summarise(run, self.device)
        self.tell("checking", runs[-1].config, 0, None)

    def tell(self, doing: str, config: Config, trained: float, rate: float | None) -> None:
        finished = self.finished()
        self.on_progress(
            Standing(
                doing,
                config.operation,
                config.module_class.label,
                finished,
                finished + trained,
                len(self.known),
                rate,
            )
        )

    def finished(self) -> int:
        return sum(cell is not None for cell in self.known.values())

    def stopped(self) -> Stopped:
        return Stopped(self.finished(), len(self.known))
