"""What `train-and-extract` is asked for, and the settings of a run that it spells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from ..errors import SettingError
from ..models import module_names
from ..plugins import imported
from ..pntm.learn.config import LONGEST, METHODS, SECONDS, SEQUENCES, NoiseLevel
from ..pntm.tasks import task_names
from ..rationals import parse_rational
from ..run_directory import is_sequence_run
from ..tasks import OPERATIONS
from . import _request as ask
from ._files import figure_option, tolerance_option, truth_option

if TYPE_CHECKING:
    from ..train import DataSource

MODULE = "pntm"
# What these options are called in the configuration of a run: of a module, and of a machine.
_OF_MODULES = {
    "operation": "operation",
    "module": "module",
    "interpolation_range": "interpolation_range",
    "extrapolation_range": "extrapolation_range",
    "inputs": "inputs",
    "seeds": "seeds",
    "seed": "first_seed",
    "iterations": "iterations",
}
_OF_MACHINES = {
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
    "seed": "seed",
}
_OF_OPERATIONS = ("operation", "interpolation_range", "extrapolation_range", "inputs")
_ONLY_MODULES = {*_OF_MODULES, "source", "tolerance", "show_seeds"} - {"module", "seed"}
_ONLY_MACHINES = {*_OF_MACHINES, "figure", "ask_for", "truth"} - {"seed"}


@dataclass(frozen=True, slots=True)
class TrainRequest(ask.VerdictRequest):
    operation: str | None = ask.option(
        "--operation",
        "add, sub, mul or div; see `nalmx tasks`.",
        shell_complete=ask.completed(lambda: OPERATIONS),
    )
    module: str | None = ask.option(
        "--module",
        "nau, nmu, nac+, …, or pntm; see `nalmx modules`. Your own: package.module:Class.",
        callback=ask.own("module"),
        shell_complete=ask.completed(lambda: (*module_names(), MODULE)),
    )
    source: str | None = ask.option(
        "--source",
        "Rows of your own instead of an operation: package.module:SOURCE, a source of data or a "
        "function that gives one.",
    )
    interpolation_range: str = ask.option(
        "--interpolation-range", "Where training data lie.", default="[1,2]"
    )
    extrapolation_range: str = ask.option(
        "--extrapolation-range",
        "Where success is judged and verdicts hold; by default the survey's partner.",
        default="",
    )
    inputs: int = ask.option("--inputs", "Inputs; those after x2 are redundant.", default=2)
    seeds: int = ask.option("--seeds", "How many seeds, trained together.", default=25)
    iterations: int = ask.option("--iterations", "Training iterations.", default=50_000)
    directory: Path | None = ask.option(
        "--output",
        "A new run directory; by default runs/OPERATION-MODULE (or TASK-pntm), numbered.",
        type=click.Path(path_type=Path),
    )
    resume: bool = ask.flag("--resume", "Continue the run in --output.")
    tolerance: str | None = tolerance_option()
    show_seeds: bool = ask.flag("--show-seeds", "Print a table of every seed.")
    task: str | None = ask.option(
        "--task",
        "pntm: a sequence task such as addition; see `nalmx tasks`. Your own: package.module:TASK.",
        callback=ask.own("task"),
        shell_complete=ask.completed(task_names),
    )
    examples: str | None = ask.option(
        "--examples",
        'pntm: examples instead of a task, {"prompt": […], "answer": […]} a line.',
        metavar="FILE",
    )
    test: tuple[str, ...] = ask.several(
        "--test", "FILE", "pntm: examples to test; may be repeated."
    )
    sequences: int | None = ask.option(
        "--sequences", f"pntm: training sequences of a task; by default {SEQUENCES:,}.", type=int
    )
    longest: int | None = ask.option(
        "--longest", f"pntm: the greatest training length; by default {LONGEST}.", type=int
    )
    test_lengths: str | None = ask.option(
        "--test-lengths",
        "pntm: lengths of fresh test sequences; by default 40,100,500,1000,10000.",
        metavar="LIST",
    )
    tapes: str = ask.option(
        "--tapes", "pntm: so many at most; auto: those of the simplest machine.", default="auto"
    )
    method: str = ask.option("--method", f"pntm: {', '.join(METHODS)}.", default="auto")
    time: float | None = ask.option(
        "--time",
        f"pntm: learn for so long at most; by default {SECONDS:g}.",
        type=float,
        metavar="SECONDS",
    )
    noise: str | None = ask.option(
        "--noise",
        "pntm: the part of answer tokens that may be errors; by default 0, and auto where equal "
        "prompts have different answers.",
        metavar="0|auto|RATE",
    )
    ask_for: int | None = ask.option(
        "--ask",
        "pntm: print N prompts whose answers would decide most.",
        type=click.IntRange(1, 100),
        metavar="N",
    )
    truth: str | None = truth_option()
    figure: Path | None = figure_option()

    @property
    def of_machine(self) -> bool:
        """Whether a sequence task is asked for; options of the other kind are refused."""
        own = (self.module or "").lower().replace("-", "") == MODULE
        if self.module is None and self.resume and self.directory is not None:
            own = is_sequence_run(self.directory)
        for name, spelled in self.given.items():
            if own and name in _ONLY_MODULES:
                raise click.UsageError(f"{spelled} is not for --module pntm; leave it out")
            if not own and name in _ONLY_MACHINES:
                raise click.UsageError(
                    f"{spelled} is for --module pntm only; add that, or leave it out"
                )
        return own

    def resumed(self) -> Path:
        """The directory of the run to continue."""
        if self.directory is None:
            raise click.UsageError("--resume needs --output with the directory of the run")
        return self.directory

    def module_settings(self, *, given: bool = False) -> dict[str, Any]:
        """The settings of a training; with `given`, only those on the command line."""
        chosen = self.given if given else _OF_MODULES
        settings = {own: getattr(self, name) for name, own in _OF_MODULES.items() if name in chosen}
        if self.source is not None:
            for name in _OF_OPERATIONS:
                if name in self.given:
                    raise click.UsageError(f"{self.given[name]} is not for --source; leave it out")
                settings.pop(name, None)
        return settings

    def own_source(self) -> DataSource | None:
        """The source of data that --source names, or that its function gives."""
        if self.source is None:
            return None
        found = imported(self.source, "source")
        made = found() if callable(found) else found
        if not hasattr(made, "stream"):
            raise SettingError(
                f"{self.source[:80]} is no source of data; name one of nalmx.train, such as a Table or "
                "a RowGenerator, or a function without parameters that gives one"
            )
        return cast("DataSource", made)

    def machine_settings(self) -> dict[str, Any]:
        """The settings of learning a sequence task that are on the command line."""
        settings = {
            own: getattr(self, name) for name, own in _OF_MACHINES.items() if name in self.given
        }
        for name, read in (("tapes", _tapes), ("noise", _noise), ("test_lengths", _lengths)):
            if name in settings:
                settings[name] = read(settings[name])
        return settings


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
