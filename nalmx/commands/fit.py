"""`nalmx fit`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from ..devices import check_device_name
from ..exit_codes import INTERRUPTED
from ..rationals import parse_rational
from ..run_directory import check_unused
from ..verify.effort import OPERATIONS
from . import _request as ask
from ._files import check_figure
from ._fit import fit_several, report_fit
from ._lists import cluster_of, cluster_option
from ._options import messages, no_traces, parse_named
from ._progress import Spinner

if TYPE_CHECKING:
    from ..fit import Equation
    from ..fit.judge import Noise

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class FitRequest(ask.VerdictRequest):
    files: tuple[str, ...] = ask.argument("FILE...", nargs=-1, required=True)
    target: str = ask.option(
        "--target", "The column that the law is to give; has to be given.", default=""
    )
    features: tuple[str, ...] = ask.several(
        "--features",
        "LIST",
        "Columns to take as inputs, with commas; by default every other column of numbers.",
    )
    noise: str = ask.option(
        "--noise",
        "Errors of the target, relative to its root mean square; 0 asks for none but rounding.",
        default="auto",
        metavar="auto|0|REL",
    )
    holdout: Literal["extrapolate", "random"] = ask.option(
        "--holdout",
        "Rows that check the law: some at the edge of the data, too, or random ones alone.",
        type=click.Choice(["extrapolate", "random"]),
        default="extrapolate",
    )
    time: float = ask.option(
        "--time",
        "Search for so long at most; the best so far is then told.",
        default=60.0,
        type=ask.SECONDS,
        metavar="SECONDS",
    )
    operations: int = ask.option(
        "--operations",
        default=OPERATIONS,
        show_default=True,
        type=click.IntRange(1),
        help="Search with so many at most, which ends at the same place on every machine.",
    )
    sigma: str | None = ask.option(
        "--sigma", "The standard deviation of each row's target.", metavar="COLUMN"
    )
    weights: str | None = ask.option("--weights", "How much each row counts.", metavar="COLUMN")
    units: Path | None = ask.option(
        "--units",
        "Exponents of base units by column, CSV or JSON: dimensions have to agree in a law.",
        metavar="FILE",
        type=click.Path(path_type=Path),
    )
    truth: str | None = ask.option(
        "--truth", "The law as you know it, to compare the one found with.", metavar="EXPR"
    )
    ranges: tuple[str, ...] = ask.several(
        "--range",
        "RANGE",
        "Where to compare with the truth, [lower,upper] or NAME=[lower,upper]; by default from the "
        "least to the largest value of each column.",
    )
    directory: Path | None = ask.option(
        "--output",
        "Keep the run in a new directory; of several files a run each, runs/fits if none is given.",
        type=click.Path(path_type=Path),
    )
    cluster: str | None = cluster_option("tables, where there are several,")
    figure: Path | None = ask.file_option(
        "--figure", "Draw rows, law and what it leaves; .svg, .pdf or .png."
    )

    @property
    def relative_noise(self) -> Noise:
        if self.noise.lower() == "auto":
            return "auto"
        size = parse_rational(self.noise)
        if size is None or not 0 <= size < 1:
            raise click.UsageError(
                f"--noise {self.noise[:40]!r} is neither auto nor a number from 0 to below 1; write 0.01"
            )
        return float(size)


@click.command(name="fit")
@ask.asking(FitRequest)
def command(asked: FitRequest) -> int:
    """Find the law behind a table of data, if there is one.

    FILE is CSV, TSV, NPZ or Parquet, compressed or not, or - for stdin. A law is claimed where it holds on
    rows that it was not fitted to, and not otherwise. Exit code 0: a law was found, and is the truth where
    that is given. 1: it is not. 3: no law was found. Ctrl-C ends the search and prints the best so far.
    Of several files each is fitted by itself, and the same command continues what was interrupted; the
    exit code is the worst.

    Example: nalmx fit planets.csv --target period
    """
    device, noise = check_device_name(asked.device), asked.relative_noise
    truth = None if asked.truth is None else parse_named(asked.truth, "--truth: ")
    if asked.ranges and truth is None:
        raise click.UsageError("--range says where to compare with --truth; give that, too")
    check_figure(asked.figure)
    workers = cluster_of(asked, asked.cluster)
    several = len(asked.files) > 1
    if several and (asked.figure is not None or "-" in asked.files):
        raise click.UsageError(
            "several files are fitted without --figure, and none of them is stdin; fit that one by itself"
        )
    if workers is not None and not several:
        raise click.UsageError("--cluster is for several files; leave it out, or give more files")
    if asked.directory is not None and not several:
        check_unused(asked.directory)

    from ..fit.tables import chosen_rows
    from ..runs.fit_directory import FitSettings
    from ..verify import Effort

    settings = FitSettings.checked(
        noise=noise,
        holdout=asked.holdout,
        seconds=asked.time,
        seed=asked.seed,
        operations=asked.operations,
    )
    effort = Effort(seed=asked.seed, device=device)
    notes = messages(asked.quiet)
    with Spinner(notes, "reading") as show:
        tables, columns = [], (asked.features, asked.sigma, asked.weights)
        for file in asked.files:
            show(f"reading {file}")
            tables.append(chosen_rows(file, asked.target, *columns, asked.units))
    if several:
        from ..runs.many_fits import Fitting

        fittings = [Fitting(one, settings, truth, asked.ranges, effort) for one in tables]
        return fit_several(
            fittings, asked.directory, workers, asked.require, notes, as_json=asked.as_json
        )
    from ..runs.fits import fit_table, with_truth

    with Spinner(notes, "fitting") as show:
        outcome = fit_table(
            tables[0], settings, truth, asked.ranges, lambda best, tried: show(_shown(best, tried))
        )
    interrupted = outcome.fit.ended == "interrupted"
    if not interrupted:
        with no_traces(), notes.status("verifying"):
            outcome = with_truth(outcome, effort=effort)
    try:
        if asked.directory is not None:
            outcome = replace(outcome, directory=outcome.save(asked.directory))
    finally:  # what was found is told, if it cannot be kept, too
        report_fit(outcome, as_json=asked.as_json)
    if asked.figure is not None:
        from ..report.fit_figure import fit_figure

        fit_figure(outcome, asked.figure)
        notes.print(f"figure: {asked.figure}", soft_wrap=True)
    return INTERRUPTED if interrupted else outcome.exit_code(asked.require)


def _shown(best: Equation, tried: int) -> str:
    """The best equation so far, in a line."""
    text = str(best)
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    error = best.error_inside if math.isnan(best.error_beyond) else best.error_beyond
    return f"tried {tried:,}, best: {short}, error {error:.1e}"
