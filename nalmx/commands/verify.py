"""`nalmx verify`: expressions, networks, runs, machines and certificates."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import click

from ..errors import SettingError
from ..expression import sort_of, variables
from ..expression.float_program import FloatArithmetic
from ..verify.verdict import TRUE
from . import _request as ask
from ._certificate import certificate
from ._claim import ClaimRequest, settle
from ._group import Group
from ._options import read_named
from ._verify_machines import machines
from ._verify_run import RunRequest, verify_run


@click.group(name="verify", cls=Group, no_args_is_help=False)
def command() -> None:
    """Verify an expression, a network or a run over a domain.

    Two machines are held against each other by `machines`. A verdict written as a certificate is
    replayed by `certificate`.
    """


command.add_command(certificate)
command.add_command(machines)


@dataclass(frozen=True, slots=True)
class ExpressionRequest(ClaimRequest):
    expression: str = ask.argument("EXPRESSION")


@dataclass(frozen=True, slots=True)
class NetworkRequest(ClaimRequest):
    file: Path = ask.argument("FILE", type=click.Path(path_type=Path))
    inputs: str | None = ask.option(
        "--inputs",
        "What the inputs are called, as NAME,NAME; else as the file has it, or x1, x2, ….",
    )
    output: int | None = ask.option(
        "--output",
        "Which output the claim is about, counted from 1; needed where there are several.",
        type=click.IntRange(1),
    )


class _OfExpressions(click.Command):
    """A command whose argument may begin with a minus sign: `-sqrt(x)` is not `-q` among letters."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = {name: one for one in self.params for name in one.opts}
        kept: list[str] = []
        expressions: list[str] = []
        for before, text in zip(["", *args], args, strict=False):
            told = options.get(before)
            is_value = isinstance(told, click.Option) and not told.is_flag
            is_one = text[:1] == "-" and text[1:2] not in ("", "-") and text not in options
            (expressions if is_one and not is_value else kept).append(text)
        try:
            return super().parse_args(ctx, [*kept, "--", *expressions] if expressions else kept)
        except click.NoSuchOption:
            raise
        except click.UsageError:
            names = (text.partition("=")[0] for text in args if text.startswith("--") and text[2:])
            unknown = next((name for name in names if name not in options), None)
            if unknown is None:
                raise
            near = get_close_matches(unknown, options)
            raise click.NoSuchOption(unknown, possibilities=near, ctx=ctx) from None


@command.command(name="expr", cls=_OfExpressions, context_settings={"ignore_unknown_options": True})
@ask.asking(ExpressionRequest)
def expr(asked: ExpressionRequest) -> int:
    """Compare EXPRESSION with the truth over a domain and give a verdict.

    Example: nalmx verify expr "x1*x2" --truth "x2*x1" --range "[20,40]"

    A condition is a claim by itself.

    Example: nalmx verify expr "exp(x) >= 1 + x" --range "[-5,5]"
    """
    in_order = FloatArithmetic.parse(asked.arithmetic) is not None
    readings = [read_named(asked.expression, asked.syntax, "", in_order=in_order)]
    if asked.truth is not None:
        readings.append(read_named(asked.truth, asked.syntax, "--truth: "))
    left, right = (*(reading.expression for reading in readings), TRUE)[:2]
    if asked.truth is None and sort_of(left) == "real":
        raise SettingError(
            f"{asked.expression[:60]!r} is a number, and a claim says what it equals; add --truth "
            "EXPRESSION, or write a condition such as 'exp(x) >= 1 + x'"
        )
    notes = [reading.note for reading in readings]
    return settle(asked, left, variables(left), right, notes)


@command.command(name="network")
@ask.asking(NetworkRequest)
def network(asked: NetworkRequest) -> int:
    """Compare the network in FILE with the truth over a domain and give a verdict.

    FILE is an .onnx file, or a .safetensors file with a .json file of its layers beside it. Every weight is
    the exact number that it is; nothing in the file is run.

    Example: nalmx verify network max.onnx --truth "Max(x1,x2)" --range "[0,5]"
    """
    from ..extract.files import read_network

    if asked.truth is None:
        raise SettingError("a claim says what the network equals; add --truth EXPRESSION")
    if FloatArithmetic.parse(asked.arithmetic) is not None:
        raise SettingError(
            "a file does not say in which order a network adds up, so --arithmetic is for nalmx verify expr; "
            "in Python, assert_equivalent(module, …, as_it_runs=True) bounds what PyTorch computes"
        )
    reading = read_named(asked.truth, asked.syntax, "--truth: ")
    names = None if asked.inputs is None else [name.strip() for name in asked.inputs.split(",")]
    formula = read_network(asked.file, names)
    outputs, wanted = formula.outputs, asked.output or 1
    if asked.output is None and len(outputs) > 1:
        raise SettingError(f"the network has {len(outputs)} outputs; say which, such as --output 1")
    if wanted > len(outputs):
        raise SettingError(f"there is no output {wanted}; the network has {len(outputs)}")
    return settle(asked, outputs[wanted - 1], formula.inputs, reading.expression, [reading.note])


@command.command(name="run")
@ask.asking(RunRequest)
def run(asked: RunRequest) -> int:
    """Repeat the verdicts on a finished run in DIRECTORY, from what is on disk."""
    return verify_run(asked)
