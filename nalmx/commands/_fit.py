"""Fits as commands print them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._options import print_json, print_lines

if TYPE_CHECKING:
    from ..runs.fits import FitOutcome


def report_fit(outcome: FitOutcome, *, as_json: bool) -> None:
    """Print what was found in a table."""
    if as_json:
        print_json(outcome.to_json())
        return
    from ..report.fits import fit_lines

    print_lines(fit_lines(outcome))
