"""`nalmx verify run`: the verdicts on a finished run again, from what is on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import click

from ..devices import check_device_name
from ..run_directory import kind_of_run
from ..verify import Effort, Tolerance
from . import _request as ask
from ._certificate import certificate_paths, write_certificates
from ._files import (
    check_certificates,
    check_figure,
    check_tests,
    figure_option,
    tests_option,
    tolerance_option,
    truth_option,
)
from ._fit import report_fit
from ._options import export_tests, messages, no_traces, report_formula
from ._progress import Spinner

if TYPE_CHECKING:
    from ..runs.fits import FitOutcome
    from ..runs.formulas import FormulaOutcome
    from ..runs.machines import MachineOutcome

    Found: TypeAlias = FormulaOutcome | FitOutcome | MachineOutcome
    Told = TypeVar("Told", FormulaOutcome, FitOutcome)


@dataclass(frozen=True, slots=True)
class RunRequest(ask.VerdictRequest):
    directory: Path = ask.argument("DIRECTORY", type=click.Path(path_type=Path))
    tolerance: str | None = tolerance_option()
    as_it_runs: bool = ask.flag(
        "--as-it-runs",
        "Also bound what the network computes in float32, rounding included, against the formula.",
    )
    tests: Path | None = tests_option()
    certificates: bool = ask.flag(
        "--certificates", "Write a certificate of every claim into the directory of the run."
    )
    truth: str | None = truth_option()
    figure: Path | None = figure_option()
    modules: tuple[str, ...] = ask.named_own("module")
    tasks: tuple[str, ...] = ask.named_own("task")

    def check_files(self) -> None:
        """Refuse to write what could not be written, once it is known that there is a run."""
        check_figure(self.figure)
        check_tests(self.tests)
        check_certificates(*(certificate_paths(self.directory) if self.certificates else ()))


def verify_run(asked: RunRequest) -> int:
    """The verdicts on a run, whatever made it; what is on disk must say the same."""
    check_device_name(asked.device)
    maker, others, again = _KINDS.get(kind_of_run(asked.directory), _KINDS[""])
    for name in others:
        if name in asked.given:
            raise click.UsageError(f"{asked.given[name]} is not for a run of {maker}; leave it out")
    outcome = again(asked)
    outcome.check_saved()
    if asked.certificates:
        write_certificates(outcome, asked.directory, quiet=asked.quiet)
    return outcome.exit_code(asked.require)


def _formula(asked: RunRequest) -> Found:
    """The verdicts on a formula, printed, and its tests."""
    from ..train import Run

    run = Run.open(asked.directory)
    asked.check_files()
    tolerance = None if asked.tolerance is None else Tolerance.parse(asked.tolerance)

    from ..runs.formulas import verify_run

    effort = Effort(seed=asked.seed, device=asked.device)
    with no_traces(), Spinner(messages(asked.quiet), "verifying", brief=True) as tell:
        outcome = verify_run(run, tolerance, effort, as_it_runs=asked.as_it_runs, on_progress=tell)
    return _told(asked, outcome, report_formula)


def _fit(asked: RunRequest) -> Found:
    """The same of a law; the rows are fitted again, too."""
    asked.check_files()

    from ..runs.fits import verify_fit

    effort = Effort(seed=asked.seed, device=asked.device)
    with no_traces(), Spinner(messages(asked.quiet), "verifying", brief=True) as tell:
        outcome = verify_fit(asked.directory, effort, on_progress=tell)
    return _told(asked, outcome, report_fit)


def _told(asked: RunRequest, outcome: Told, report: Callable[..., None]) -> Told:
    """An outcome, printed even where its tests cannot be written."""
    try:
        export_tests(asked.tests, outcome, quiet=asked.quiet)
    finally:
        report(outcome, as_json=asked.as_json)
    return outcome


def _machine(asked: RunRequest) -> Found:
    """The verdicts on a machine, printed, and its figure."""
    from ..runs.machine_run import SequenceRun
    from ._sequence import draw, function_of, report_again, verified

    run = SequenceRun.open(asked.directory)
    asked.check_files()
    with function_of(asked.truth) as truth:
        outcome = verified(run, asked.seed, quiet=asked.quiet, truth=truth)
    report_again(outcome, as_json=asked.as_json)
    draw(asked.figure, outcome, asked.quiet)
    return outcome


# By the kind of a run: what made it, the options that it has no use for, and the verdicts again.
_KINDS: dict[str, tuple[str, tuple[str, ...], Callable[[RunRequest], Found]]] = {
    "": ("a module", ("figure", "truth"), _formula),
    "fit": ("nalmx fit", ("tolerance", "as_it_runs", "figure", "truth"), _fit),
    "sequence": ("--module pntm", ("tolerance", "as_it_runs", "tests"), _machine),
}
