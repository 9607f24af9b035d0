"""The claim of a command that one side equals the truth: its options, and its verdict."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from ..devices import check_device_name
from ..errors import SettingError
from ..expression import Expression, remarks, variables
from ..expression.float_program import FLOAT32, FloatArithmetic
from ..expression.syntaxes import SYNTAXES, Syntax
from ..report.verdicts import verdict_lines
from ..runs.expressions import ExpressionOutcome
from ..supervisor import last_will
from ..verify import Claim, Domain, Effort, Tolerance, Verdict, check
from ..verify.checker import out_of_time
from ..verify.domain import named_ranges
from . import _request as ask
from ._certificate import write_certificate
from ._files import check_certificates, check_tests, tests_option
from ._options import as_text, export_tests, json_line, messages, no_traces, write

if TYPE_CHECKING:
    from ..verify.sweeping.grids import Format


@dataclass(frozen=True, slots=True)
class ClaimRequest(ask.VerdictRequest):
    """One side equals the truth: the claim, and how it is to be checked."""

    truth: str | None = ask.option(
        "--truth", "The expression it should equal; none where a condition is claimed."
    )
    ranges: tuple[str, ...] = ask.several(
        "--range",
        "RANGE",
        "[lower,upper] for every input, or NAME=[lower,upper], or NAME=[[a,b],[c,d]]. Both ends "
        "belong to a range. May be repeated.",
    )
    integers: tuple[str, ...] = ask.option(
        "--integers",
        multiple=True,
        metavar="NAME",
        help="An input that is a whole number; several as NAME,NAME. May be repeated.",
    )
    tolerance: str = ask.option(
        "--tolerance", "0, abs:SIZE or rel:SIZE (relative to the truth).", default="0"
    )
    syntax: Syntax = ask.option(
        "--syntax",
        "The language of expressions: python, sympy, pysr, latex or mathematica; auto takes another "
        "one than python where that is safe, and says so.",
        type=click.Choice(SYNTAXES),
        default="auto",
    )
    where_defined: bool = ask.flag(
        "--where-defined",
        "Claim that both sides are defined at the same points of the ranges, and equal there.",
    )
    points: int = ask.option(
        "--points",
        "Random points to sweep where there is no proof.",
        default=1_000_000,
        type=click.IntRange(1, 10**10),
    )
    timeout: float | None = ask.option(
        "--timeout",
        "Seconds for the check; what is not established by then is tested or unknown.",
        show_default="60, and no limit with --every-…",
        type=ask.SECONDS,
    )
    every_float32: bool = ask.flag(
        "--every-float32",
        "Check every float32 number of the range (one input, a tolerance) instead of sweeping it.",
    )
    every_float16: bool = ask.flag(
        "--every-float16",
        "Check every float16 number of the range of one input, or every pair of them of two.",
    )
    every_bfloat16: bool = ask.flag("--every-bfloat16", "The same for bfloat16 numbers.")
    arithmetic: str = ask.option(
        "--arithmetic",
        "What computes EXPRESSION: reals, or float64, float32, float16 or bfloat16, with every operation "
        "rounded as it is written. float64:0.75 says that library functions are within 0.75 ulp (else 4), "
        "float64:floats that inputs are floats.",
        metavar="KIND",
        default="reals",
    )
    tests: Path | None = tests_option()
    certificate: Path | None = ask.file_option(
        "--certificate",
        "Write the verdict with its evidence to a new JSON file, for nalmx verify certificate.",
    )

    @property
    def seconds(self) -> float:
        return self.timeout or (math.inf if self.every else Effort().seconds)

    @property
    def every(self) -> Format | None:
        """The format of which every number is checked."""
        flags: dict[Format, bool] = {
            "float32": self.every_float32,
            "float16": self.every_float16,
            "bfloat16": self.every_bfloat16,
        }
        asked = [form for form, given in flags.items() if given]
        if len(asked) > 1:
            raise SettingError(
                f"--every-{asked[0]} and --every-{asked[1]} are two checks; give one of them"
            )
        return asked[0] if asked else None


def settle(
    asked: ClaimRequest,
    left: Expression,
    inputs: Iterable[str],
    right: Expression,
    read_as: Iterable[str | None] = (),
) -> int:
    """Print the verdict on two sides, and what is to be said of how they were read; the exit code."""
    whole = [name.strip() for given in asked.integers for name in given.split(",")]
    domain = Domain.parse(asked.ranges, {*inputs, *variables(right)}, whole)
    floats = FloatArithmetic.parse(asked.arithmetic)
    if asked.every and floats not in (None, FloatArithmetic(FLOAT32)):
        raise SettingError(
            f"--every-{asked.every} has the arithmetic reals or float32, and {asked.arithmetic[:40]!r} is "
            f"given; leave out --every-{asked.every}, or change --arithmetic"
        )
    if floats is not None and asked.tests is not None:
        raise SettingError(
            "--export-tests states a claim over the reals; leave it out, or --arithmetic"
        )
    claim = Claim(
        left,
        right,
        domain,
        Tolerance.parse(asked.tolerance),
        asked.where_defined,
        None if asked.every else floats,
    )
    if asked.where_defined and (asked.tests is not None or asked.every):
        raise SettingError(
            "--where-defined is not for --export-tests or --every-…, which ask for a value at every "
            "point; leave it out, or them"
        )
    check_tests(asked.tests)
    check_certificates(asked.certificate)
    late = replace(out_of_time(claim, asked.seconds), inputs=asked.every or "real")
    will = last_will(
        asked.seconds, lambda: _text(late, asked.as_json), late.exit_code(asked.require)
    )
    device, notes = check_device_name(asked.device), messages(asked.quiet)
    effort = Effort(points=asked.points, seed=asked.seed, device=device, seconds=asked.seconds)
    if asked.every:
        with will:
            verdict = _every(asked.every, claim, effort, asked, notes)
    else:
        with no_traces(), notes.status("verifying"), will:
            verdict = check(claim, effort)
    for remark in (*filter(None, read_as), *remarks(left, right, named_ranges(asked.ranges))):
        notes.print(f"nalmx: {remark}", soft_wrap=True)
    try:
        export_tests(asked.tests, ExpressionOutcome.of(claim, verdict), quiet=asked.quiet)
    finally:
        write(_text(verdict, asked.as_json))
    write_certificate(asked.certificate, claim, verdict, quiet=asked.quiet)
    return verdict.exit_code(asked.require)


def _every(
    form: Format, claim: Claim, effort: Effort, asked: ClaimRequest, notes: Console
) -> Verdict:
    from ..verify.sweeping.exhaustive import EveryFloat

    with notes.status(f"checking every {form}") as status:

        def show(done: int, total: int) -> None:
            status.update(f"checking every {form}: {done / max(1, total):.0%} of {total:,}")

        in_reals = FloatArithmetic.parse(asked.arithmetic) is None
        every = EveryFloat("reals" if in_reals else "float32", progress=show, inputs=form)
        return check(claim, effort, [every])


def _text(verdict: Verdict, as_json: bool) -> str:
    """A verdict as it is printed."""
    return json_line(verdict.to_json()) if as_json else as_text(verdict_lines(verdict))
