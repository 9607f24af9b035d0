"""The options of sequence tasks, and the settings that they spell."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from ..pntm.learn.config import (
    LONGEST,
    METHODS,
    SECONDS,
    SEQUENCES,
    NoiseLevel,
)
from ..rationals import parse_rational
from ._figure import figure_option

F = TypeVar("F", bound=Callable[..., Any])

MODULE = "pntm"
# What these options are called in a configuration.
_SETTINGS = {
    "task": "task",
    "examples": "examples",
    "sequences": "sequences",
    "longest": "longest",
    "test_lengths": "test_lengths",
    "test": "tests",
    "tapes": "tapes",
    "method": "method",
    "noise": "noise",
    "time": "time",
}
_SHARED = {
    "module",
    "directory",
    "resume",
    "figure",
    "ask",
    "require",
    "device",
    "seed",
    "as_json",
    "quiet",
}
_OPTIONS = (
    click.option("--task", help="pntm: a sequence task such as addition; see `nalmx tasks`."),
    click.option(
        "--examples",
        metavar="FILE",
        help='pntm: examples instead of a task, {"prompt": […], "answer": […]} a line.',
    ),
    click.option(
        "--test", multiple=True, metavar="FILE", help="pntm: examples to test; may be repeated."
    ),
    click.option(
        "--sequences",
        type=int,
        help=f"pntm: training sequences of a task; by default {SEQUENCES:,}.",
    ),
    click.option(
        "--longest", type=int, help=f"pntm: the greatest training length; by default {LONGEST}."
    ),
    click.option(
        "--test-lengths",
        metavar="LIST",
        help="pntm: lengths of fresh test sequences; by default 40,100,500,1000,10000.",
    ),
    click.option(
        "--tapes",
        default="auto",
        show_default=True,
        help="pntm: so many at most; auto: those of the simplest machine.",
    ),
    click.option(
        "--method", default="auto", show_default=True, help=f"pntm: {', '.join(METHODS)}."
    ),
    click.option(
        "--time",
        type=float,
        metavar="SECONDS",
        help=f"pntm: learn for so long at most; by default {SECONDS:g}.",
    ),
    click.option(
        "--noise",
        metavar="0|auto|RATE",
        help="pntm: the part of answer tokens that may be errors; by default 0, and auto where equal "
        "prompts have different answers.",
    ),
    click.option(
        "--ask",
        type=click.IntRange(1, 100),
        metavar="N",
        help="pntm: print N prompts whose answers would decide most.",
    ),
    figure_option,
)


def sequence_options(command: F) -> F:
    """Add the options of sequence tasks to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def is_sequence(context: click.Context, options: dict[str, Any]) -> bool:
    """Whether a sequence task is asked for; options of the other kind are refused."""
    chosen = _given(context)
    own = (options["module"] or "").lower().replace("-", "") == MODULE
    if options["module"] is None and options["resume"] and options["directory"] is not None:
        from ..run_directory import is_sequence_run

        own = is_sequence_run(options["directory"])
    for name, flag in chosen.items():
        if own and name not in _SETTINGS and name not in _SHARED:
            raise click.UsageError(f"{flag} is not for --module pntm; leave it out")
        if not own and (name in _SETTINGS or name in ("figure", "ask")):
            raise click.UsageError(f"{flag} is for --module pntm only; add that, or leave it out")
    return own


def settings_of(context: click.Context, options: dict[str, Any]) -> dict[str, Any]:
    """The settings given on the command line, by their names in a configuration."""
    chosen = _given(context)
    settings = {own: options[name] for name, own in _SETTINGS.items() if name in chosen}
    if "seed" in chosen:
        settings["seed"] = options["seed"]
    if "tapes" in settings:
        settings["tapes"] = _tapes(settings["tapes"])
    if "noise" in settings:
        settings["noise"] = _noise(settings["noise"])
    if "test_lengths" in settings:
        settings["test_lengths"] = _lengths(settings["test_lengths"])
    return settings


def _given(context: click.Context) -> dict[str, str]:
    """The parameters on the command line, and how their options are spelled."""
    return {
        parameter.name: parameter.opts[0]
        for parameter in context.command.params
        if parameter.name
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    }


def _tapes(text: str) -> int | None:
    if text.lower() == "auto":
        return None
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise click.UsageError(f"--tapes {text[:40]!r} is neither auto nor an integer; write 2")
    return int(text)


def _noise(text: str) -> NoiseLevel:
    if text.lower() == "auto":
        return "auto"
    rate = parse_rational(text)
    if rate is None or not 0 <= rate < 1:
        raise click.UsageError(
            f"--noise {text[:40]!r} is neither auto nor a number from 0 to below 1; write 0.1"
        )
    return float(rate)


def _lengths(text: str) -> tuple[int, ...]:
    entries = [entry.strip() for entry in text.split(",")]
    if not all(re.fullmatch(r"[0-9]{1,9}", entry) for entry in entries):
        raise click.UsageError(
            f"--test-lengths {text[:60]!r} is not a list of integers; write 40, or 40,100"
        )
    return tuple(map(int, entries))
