"""Fits as commands print them, and those of several tables."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..supervisor import continue_with
from ._lists import as_given, say_interrupted, spelled
from ._options import (
    SECONDS_FOR_A_STEP,
    no_traces,
    output,
    print_json,
    print_lines,
    stop_on_signal,
)
from ._progress import ProgressBar

if TYPE_CHECKING:
    from rich.console import Console

    from ..runs.fits import FitOutcome
    from ..runs.many_fits import Fitting
    from ..verify import Level
    from ..workers import RayWorkers


def report_fit(outcome: FitOutcome, *, as_json: bool) -> None:
    """Print what was found in a table."""
    if as_json:
        print_json(outcome.to_json())
        return
    from ..report.fits import fit_lines

    print_lines(fit_lines(outcome))


def fit_several(
    fittings: Sequence[Fitting],
    directory: Path | None,
    workers: RayWorkers | None,
    require: Level,
    notes: Console,
    *,
    as_json: bool,
) -> int:
    """Fit tables one by one or on a cluster, and print what was found in each; the exit code."""
    from ..report.experiment_table import experiment_table
    from ..runs.many_fits import Halted, exit_code, fit_tables
    from ..workers import here

    began, kept = time.perf_counter(), directory or Path("runs/fits")
    continue_with(as_given())
    try:
        with no_traces(), stop_on_signal(SECONDS_FOR_A_STEP) as stop, ProgressBar(notes) as show:
            show(0, 1, "beginning")
            found = fit_tables(
                fittings,
                kept,
                require,
                workers=workers or here,
                on_progress=show,
                stop_requested=stop,
            )
    except (Halted, KeyboardInterrupt) as stopped:
        return say_interrupted(notes, stopped)
    seconds = time.perf_counter() - began
    if as_json:
        fits = [one.record for one in found]
        print_json({"fits": fits, "output": str(kept), "seconds": round(seconds, 3)})
    else:
        console = output()
        console.print(experiment_table([one.row() for one in found]), soft_wrap=False)
        console.print()
        laws = sum(one.record["law"] for one in found)
        console.print(f"{laws} laws in {len(found)} tables, in {spelled(seconds)}")
        console.print(f"runs: {kept}")
    return exit_code(found)
