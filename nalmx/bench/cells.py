"""Run the cells of a grid, each in a directory of its own, and sum up what their seeds achieved.

OUTPUT/cells/NAME/ is a run directory with `formula.json` and `summary.json`. A cell whose summary
fits its run is finished: it is not trained, extracted or checked again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import RunError
from ..storage import digest, read_json, write_json
from ..train import Config, Run
from ..train.config import MAX_SEEDS_TIMES_INPUTS
from ..verify import Claim, Effort, check
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
_TRAINED = 0.9
"""What a trained cell counts in the progress; its checks are the rest."""


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


def check_output(output: Path) -> None:
    """Refuse a directory that holds something else than cells."""
    try:
        if (output / CELLS).is_dir() or not any(output.iterdir()):
            return
    except FileNotFoundError:
        return
    except OSError as error:
        raise RunError(
            f"{output} cannot be used: {error.strerror or error}; give --output a directory"
        ) from None
    raise RunError(
        f"{output} holds other files than a benchmark (it has no folder {CELLS}); give --output a new "
        "directory, or one of an earlier benchmark"
    )


def open_output(output: Path) -> None:
    """Make the folder of cells in a directory that holds nothing else."""
    check_output(output)
    try:
        (output / CELLS).mkdir(parents=True, exist_ok=True)
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
    open_output(output)
    known = {config: finished_cell(output, config) for group in groups for config in group}
    work = _Work(known, device, on_progress, stop_requested)
    for group in groups:
        pending = [config for config in group if known[config] is None]
        if pending:
            work.finish([cell_of(output, config) for config in pending])
    return [cell for cell in known.values() if cell is not None]


@dataclass(frozen=True, slots=True)
class _Work:
    """The cells so far, and what is done about those that are missing."""

    known: dict[Config, FinishedCell | None]
    device: torch.device
    on_progress: Callable[[Standing], None]
    stop_requested: Callable[[], bool]

    def finish(self, runs: Sequence[Run]) -> None:
        """Train the runs of a group together, then sum them up one by one."""
        self._train(runs)
        self._tell("checking", runs[0].config, _TRAINED * len(runs))
        for remaining, run in zip(reversed(range(len(runs))), runs, strict=True):
            if self.stop_requested():
                raise self._stopped()
            self.known[run.config] = summarise(run, self.device)
            self._tell("checking", run.config, _TRAINED * remaining)

    def _train(self, runs: Sequence[Run]) -> None:
        from ..train import Interrupted, fit_together

        for stack in _stacks([run for run in runs if not run.finished]):
            before = sum(run.finished for run in runs)

            def show(
                progress: Progress, stack: Sequence[Run] = stack, before: int = before
            ) -> None:
                share = progress.iteration / progress.iterations * len(stack)
                rate = progress.model_steps_per_second
                self._tell("training", stack[0].config, _TRAINED * (before + share), rate)

            try:
                fit_together(
                    stack, self.device, on_progress=show, stop_requested=self.stop_requested
                )
            except Interrupted:
                raise self._stopped() from None

    def _tell(self, doing: str, config: Config, part: float, rate: float | None = None) -> None:
        finished, label = self._count(), config.module_class.label.replace("*", "•")
        done, cells = finished + part, len(self.known)
        self.on_progress(Standing(doing, config.source.name, label, finished, done, cells, rate))

    def _count(self) -> int:
        return sum(cell is not None for cell in self.known.values())

    def _stopped(self) -> Stopped:
        return Stopped(self._count(), len(self.known))


def summarise(run: Run, device: torch.device) -> FinishedCell:
    """Extract and check the formula of a finished run, sum up its seeds, and save the summary."""
    from ..runs.formulas import formula_outcome

    began = time.perf_counter()
    outcome = formula_outcome(run)
    config, results, task = run.config, outcome.results, run.config.task
    verdict = None
    if outcome.formula is not None:
        claim = Claim(outcome.formula.outputs[0], task.truth, outcome.domain)
        effort = Effort(points=SWEPT_POINTS, seconds=SWEEP_SECONDS, device=str(device))
        verdict = check(claim, effort).verdict
    won = [seed for seed in results["seeds"] if seed["success"]]
    judged = alternatives(run)
    seconds, steps = float(results["seconds"]), (config.iterations + 1) * config.seeds
    summary = CellSummary(
        operation=task.operation,
        module=config.module_class.label,
        interpolation=task.interpolation_range,
        extrapolation=task.extrapolation_range,
        inputs=config.inputs,
        seeds=config.seeds,
        iterations=config.iterations,
        success_rate=success_interval(len(won), config.seeds),
        solved_at=gamma_interval([seed["solved_at"] for seed in won]),
        sparsity_error=beta_interval(
            [min(seed["sparsity_error"], LARGEST_SPARSITY_ERROR) for seed in won]
        ),
        pcc_success=_rate(judged.pcc),
        mape_success=_rate(judged.mape),
        pre_regularisation_success=_optional_rate(judged.pre_regularisation),
        formulas={text: len(seeds) for text, seeds in outcome.extraction.by_formula.items()},
        formula_verdict=verdict,
        model_steps_per_second=round(steps / seconds, 1) if seconds > 0 else None,
    )
    spent = round(time.perf_counter() - began, 3)
    saved_summary = {
        "schema": SCHEMA,
        "seal": _seal(run),
        "checking_seconds": spent,
        "summary": summary.to_json(),
    }
    write_json(run.path("summary.json"), saved_summary)
    return FinishedCell(config, summary, seconds, spent)


def finished_cell(output: Path, config: Config) -> FinishedCell | None:
    """The cell as it was saved; None where it has to be run or summed up anew."""
    directory = output / CELLS / cell_name(config)
    if not directory.exists():
        return None
    run = cell_of(output, config)
    if not (run.finished and run.path("formula.json").exists()):
        return None
    results = run.load_results()
    try:
        saved = read_json(run.path("summary.json"))
        if saved["schema"] != SCHEMA or saved["seal"] != _seal(run):
            return None
        summary = CellSummary.from_json(saved["summary"])
        return FinishedCell(config, summary, results["seconds"], float(saved["checking_seconds"]))
    except (RunError, KeyError, TypeError, ValueError):
        return None


def cell_of(output: Path, config: Config) -> Run:
    """The run of a cell, new or begun before with the same settings."""
    directory = output / CELLS / cell_name(config)
    if not directory.exists():
        return Run.create(directory, config)
    run = Run.open(directory)
    if run.config != config:
        before, now = run.config.to_json(), config.to_json()
        name = next(name for name in now if before[name] != now[name])
        raise RunError(
            f"the cell {directory} was begun with {name.replace('_', ' ')} {before[name]}, not "
            f"{now[name]}; give another --output, or remove that cell"
        )
    return run


def _seal(run: Run) -> dict[str, str]:
    return {name: digest(run.path(name)) for name in ("results.json", "formula.json")}


def _stacks(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Runs to train together: as many at a time as one run alone may be large."""
    stack: list[Run] = []
    size = 0
    for run in runs:
        own = run.config.seeds * run.config.inputs
        if stack and size + own > MAX_SEEDS_TIMES_INPUTS:
            yield stack
            stack, size = [], 0
        stack.append(run)
        size += own
    if stack:
        yield stack


def _rate(seeds: Sequence[bool]) -> float:
    return sum(seeds) / len(seeds)


def _optional_rate(seeds: Sequence[bool] | None) -> float | None:
    return None if seeds is None else _rate(seeds)
