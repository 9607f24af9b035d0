"""Fits as commands print and verify them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..verify import Effort
from ._certificate import certificate_paths, write_certificates
from ._files import check_certificates, check_tests
from ._options import export_tests, messages, no_traces, print_json, print_lines
from ._verify_request import RunRequest

if TYPE_CHECKING:
    from ..runs.fits import FitOutcome


def report_fit(outcome: FitOutcome, *, as_json: bool) -> None:
    """Print what was found in a table."""
    if as_json:
        print_json(outcome.to_json())
        return
    from ..report.fits import fit_lines

    print_lines(fit_lines(outcome))


def verify_fit_run(asked: RunRequest) -> int:
    """Fit the rows of a run again, and repeat the verdict on what is found."""
    for name in ("tolerance", "as_it_runs", "figure"):
        if name in asked.given:
            raise click.UsageError(
                f"{asked.given[name]} is not for a run of nalmx fit; leave it out"
            )
    check_tests(asked.tests)
    check_certificates(*(certificate_paths(asked.directory) if asked.certificates else ()))

    from ..runs.fits import verify_fit

    effort = Effort(seed=asked.seed, device=asked.device)
    with no_traces(), messages(asked.quiet).status("verifying") as status:
        outcome = verify_fit(asked.directory, effort, on_progress=status.update)
    try:
        export_tests(asked.tests, outcome, quiet=asked.quiet)
    finally:
        report_fit(outcome, as_json=asked.as_json)
    outcome.check_saved()
    if asked.certificates:
        write_certificates(outcome, asked.directory, quiet=asked.quiet)
    return outcome.exit_code(asked.require)
