"""`nalmx verify expr`, `nalmx verify run` and `nalmx verify certificate`."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Literal

import click

from ..devices import check_device_name
from ..errors import ExpressionError, SettingError
from ..expression import Expression, parse, remarks, variables
from ..pntm.learn.run import is_sequence_run
from ..report.verdicts import verdict_lines
from ..runs.saved_verdicts import check_saved_verdicts
from ..supervisor import last_will
from ..verify import Claim, Domain, Effort, Level, Tolerance, Verdict, check
from ..verify.checker import out_of_time
from ..verify.domain import named_ranges
from ._certificate import (
    certificate,
    check_new,
    paths_in,
    to_file,
    to_run,
    write_certificate,
    write_certificates,
)
from ._export import check_free, export_claim, export_outcome, option
from ._figure import figure_option
from ._options import as_text, json_line, messages, no_traces, report_formula, shared
from ._sequence import verify_sequence


@click.group(name="verify", no_args_is_help=False)
def command() -> None:
    """Verify an expression (expr) or a training run (run) over a domain.

    A verdict written as a certificate is replayed by `certificate`.
    """


command.add_command(certificate)


# An expression may begin with a minus sign, which must not be taken for an option.
@command.command(name="expr", context_settings={"ignore_unknown_options": True})
@click.argument("expression")
@click.option("--truth", required=True, help="The expression it should equal.")
@click.option(
    "--range",
    "ranges",
    multiple=True,
    metavar="RANGE",
    help="[lower,upper] for every input, or NAME=[lower,upper], or NAME=[[a,b],[c,d]]. Both ends "
    "belong to a range. May be repeated.",
)
@click.option(
    "--tolerance",
    default="0",
    show_default=True,
    help="0, abs:SIZE or rel:SIZE (relative to the truth).",
)
@click.option(
    "--points",
    default=1_000_000,
    show_default=True,
    type=click.IntRange(1, 10**10),
    help="Random points to sweep where there is no proof.",
)
@click.option(
    "--timeout",
    default=None,
    show_default="60, and no limit with --every-float32",
    type=click.FloatRange(0.1, 1e6),
    help="Seconds for the check; what is not established by then is tested or unknown.",
)
@click.option(
    "--every-float32",
    is_flag=True,
    help="Check every float32 number of the range (one input, a tolerance) instead of sweeping it.",
)
@click.option(
    "--arithmetic",
    type=click.Choice(["reals", "float32"]),
    default="reals",
    show_default=True,
    help="With --every-float32: EXPRESSION over the reals, or as float32 computes it.",
)
@option
@to_file
@shared("require", "device", "seed", "json", "quiet")
def expr(
    expression: str,
    truth: str,
    ranges: tuple[str, ...],
    tolerance: str,
    points: int,
    timeout: float | None,
    every_float32: bool,
    arithmetic: Literal["reals", "float32"],
    tests: Path | None,
    certificate: Path | None,
    require: Level,
    device: str,
    seed: int,
    as_json: bool,
    quiet: bool,
) -> int:
    """Compare EXPRESSION with the truth over a domain and give a verdict.

    Example: nalmx verify expr "x1*x2" --truth "x2*x1" --range "[20,40]"
    """
    left, right = (
        _parse_named(text, name) for text, name in ((expression, ""), (truth, "--truth: "))
    )
    domain = Domain.parse(ranges, variables(left, right))
    claim = Claim(left, right, domain, Tolerance.parse(tolerance))
    check_free(tests)
    check_new(certificate)
    seconds = timeout or (math.inf if every_float32 else Effort().seconds)
    effort = Effort(points=points, seed=seed, device=check_device_name(device), seconds=seconds)
    late = replace(out_of_time(claim, seconds), inputs="float32" if every_float32 else "real")
    will = last_will(seconds, lambda: _text(late, as_json), late.exit_code(require))
    if every_float32:
        with will:
            verdict = _every_float32(claim, arithmetic, seconds, quiet=quiet)
    elif arithmetic != "reals":
        raise SettingError("--arithmetic float32 goes with --every-float32")
    else:
        with no_traces(), messages(quiet).status("verifying"), will:
            verdict = check(claim, effort)
    for remark in remarks(left, right, named_ranges(ranges)):
        messages(quiet).print(f"nalmx: {remark}", soft_wrap=True)
    try:
        export_claim(tests, claim, verdict, quiet=quiet)
    finally:
        _show(verdict, as_json)
    write_certificate(certificate, claim, verdict, quiet=quiet)
    return verdict.exit_code(require)


def _every_float32(
    claim: Claim, arithmetic: Literal["reals", "float32"], seconds: float, *, quiet: bool
) -> Verdict:
    from ..verify.sweeping.exhaustive import EveryFloat32

    with messages(quiet).status("checking every float32") as status:

        def show(done: int, total: int) -> None:
            status.update(f"checking every float32: {done / max(1, total):.0%} of {total:,}")

        return check(claim, Effort(seconds=seconds), [EveryFloat32(arithmetic, progress=show)])


def _text(verdict: Verdict, as_json: bool) -> str:
    """A verdict as it is printed."""
    return json_line(verdict.to_json()) if as_json else as_text(verdict_lines(verdict))


def _show(verdict: Verdict, as_json: bool) -> None:
    sys.stdout.write(_text(verdict, as_json))


def _parse_named(text: str, where: str) -> Expression:
    try:
        return parse(text)
    except ExpressionError as error:
        raise ExpressionError(f"{where}{error}") from None


@command.command(name="run")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--tolerance",
    default=None,
    help="Tolerance of the claims about the network; by default the largest error of a model that is "
    "perfect but for 1e-5.",
)
@click.option(
    "--as-it-runs",
    is_flag=True,
    help="Also bound what the network computes in float32, rounding included, against the formula.",
)
@option
@to_run
@figure_option
@shared("require", "device", "seed", "json", "quiet")
@click.pass_context
def run(
    context: click.Context,
    directory: Path,
    tolerance: str | None,
    as_it_runs: bool,
    tests: Path | None,
    certificates: bool,
    figure: Path | None,
    require: Level,
    device: str,
    seed: int,
    as_json: bool,
    quiet: bool,
) -> int:
    """Repeat the verdicts on a finished run in DIRECTORY, from what is on disk."""
    from ..train import Run

    check_device_name(device)
    if is_sequence_run(directory):
        for name, flag in (
            ("tolerance", "--tolerance"),
            ("as_it_runs", "--as-it-runs"),
            ("tests", "--export-tests"),
        ):
            if context.params[name]:
                raise click.UsageError(f"{flag} is not for a run of --module pntm; leave it out")
        return verify_sequence(directory, context.params)
    if figure is not None:
        raise click.UsageError("--figure is for a run of --module pntm only; leave it out")
    check_free(tests)
    opened = Run.open(directory)
    check_new(*paths_in(opened.directory).values() if certificates else ())

    given = None if tolerance is None else Tolerance.parse(tolerance)

    from ..runs.formulas import verify_run

    effort = Effort(seed=seed, device=device)
    with no_traces(), messages(quiet).status("verifying") as status:
        outcome = verify_run(
            opened, given, effort, as_it_runs=as_it_runs, on_progress=status.update
        )
    try:
        export_outcome(tests, outcome, quiet=quiet)
    finally:
        report_formula(outcome, as_json=as_json)
    check_saved_verdicts(opened.path("verdicts.json"), outcome.verdict_records())
    if certificates:
        write_certificates(outcome, quiet=quiet)
    return outcome.exit_code(require)
