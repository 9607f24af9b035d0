"""What `verify run` is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from . import _request as ask
from ._files import figure_option, tests_option, tolerance_option


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
    figure: Path | None = figure_option()
