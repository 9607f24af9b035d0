"""What commands that do many things share: lists with commas, where work is done, how to go on."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource
from rich.console import Console

from ..exit_codes import INTERRUPTED
from ..supervisor import interrupted
from . import _request as ask

if TYPE_CHECKING:
    from ..workers import RayWorkers


def split(option: str, texts: Sequence[str]) -> list[str]:
    """The entries of lists with commas."""
    entries = [entry.strip() for text in texts for entry in text.split(",")]
    if not all(entries):
        raise click.UsageError(
            f"--{option} {','.join(texts)[:60]!r} has an empty entry; write one name or number, or "
            "several with commas between them"
        )
    return entries


def cells_option(directory: str) -> Any:
    return ask.option(
        "--output",
        "A new directory, or one of an earlier benchmark to continue.",
        default=directory,
        type=click.Path(path_type=Path),
    )


def cluster_option(what: str) -> Any:
    return ask.option(
        "--cluster",
        f"ray: {what} as tasks of a Ray cluster, the one that is running or a local one; ray:ADDRESS for "
        "another.",
        metavar="ray[:ADDRESS]",
    )


def cluster_of(asked: ask.Request, given: str | None) -> RayWorkers | None:
    """The workers of the cluster that was asked for; None where this process does the work."""
    if given is None:
        return None
    kind, _, address = given.partition(":")
    if kind != "ray":
        raise click.UsageError(
            f"there is no cluster {given[:40]!r}; write --cluster ray, or ray:ADDRESS"
        )
    if "device" in asked.given:
        raise click.UsageError("--device is not for --cluster; leave it out")
    from ..workers import RayWorkers

    return RayWorkers(address or None)


def say_interrupted(notes: Console, stopped: BaseException) -> int:
    """Say how far a benchmark came, and how it goes on; the exit code."""
    how_far = f", {stopped}" if str(stopped) else ""
    notes.print(f"nalmx: {interrupted(how_far)}", soft_wrap=True)
    return INTERRUPTED


def as_given() -> str:
    """The command as it was given, which continues a benchmark."""
    context = click.get_current_context()
    words = context.command_path.split()
    for parameter in context.command.params:
        name = parameter.name or ""
        if context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        value, flag = context.params[name], parameter.opts[0]
        if isinstance(parameter, click.Argument):
            words += value if isinstance(value, tuple) else [value]
        elif getattr(parameter, "is_flag", False):
            words.append(flag)
        else:
            for one in value if parameter.multiple else (value,):
                words += [flag, str(one)]
    return shlex.join(words)


def shows(signs: str, console: Console) -> bool:
    try:
        signs.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def spelled(seconds: float) -> str:
    """`0.4 s`, `59 s`, `3 min 20 s` or `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
