"""Habits that commands share: where results and messages go, and how work is stopped."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.text import Text

from ..devices import Work, idle_gpu
from ..errors import ExpressionError
from ..expression import Expression
from ..expression.syntaxes import Reading, Syntax, read
from ..supervisor import Together, reader_gone, remove_if_killed

if TYPE_CHECKING:
    from pathlib import Path

    from ..runs.expressions import ExpressionOutcome
    from ..runs.fits import FitOutcome
    from ..runs.formulas import FormulaOutcome

SECONDS_FOR_A_STEP = 0.7


class _Console(Console):
    def on_broken_pipe(self) -> None:
        reader_gone(self.file)  # type: ignore[arg-type]


def output() -> Console:
    """Where results go: stdout, with no colours in a pipe and no wrapping of formulas."""
    return _Console(soft_wrap=True, highlight=False, markup=False, emoji=False)


def as_text(lines: Iterable[Text]) -> str:
    """Lines as `output` prints them."""
    console = output()
    with console.capture() as captured:
        for line in lines:
            console.print(line)
    return captured.get()


def messages(quiet: bool) -> Console:
    """Where progress and remarks go: stderr."""
    return _Console(stderr=True, quiet=quiet, highlight=False, markup=False, emoji=False)


def json_line(data: object) -> str:
    """One JSON object on a line."""
    return json.dumps(data, allow_nan=False, ensure_ascii=False) + "\n"


def report_formula(
    outcome: FormulaOutcome, *, as_json: bool, seeds: bool = False, trained: bool = False
) -> None:
    """Print an outcome, and how long its training took where it was just `trained`."""
    if as_json:
        took = {"training_seconds": outcome.results["seconds"]} if trained else {}
        print_json({**outcome.to_json(), **took})
        return
    from ..report.runs import formula_lines

    print_lines(formula_lines(outcome, seeds=seeds))


def export_tests(
    path: Path | None, outcome: FormulaOutcome | ExpressionOutcome | FitOutcome, *, quiet: bool
) -> None:
    """Write a file of tests, if one is asked for, and say so."""
    if path is None:
        return
    from ..report.test_file import write_tests

    messages(quiet).print(write_tests(path, outcome), soft_wrap=True)


def print_lines(lines: Iterable[RenderableType]) -> None:
    """Lines of a report on stdout."""
    console = output()
    for line in lines:
        console.print(line)


def print_json(data: object) -> None:
    """One JSON object on stdout, and nothing else there."""
    write(json_line(data))


def write(text: str) -> None:
    """A text on stdout, as it is."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        reader_gone(sys.stdout)


def say_idle_gpu(notes: Console, device: str, work: Work) -> None:
    """One line where `--device auto` leaves a GPU idle."""
    line = idle_gpu(device, work)
    if line is not None:
        notes.print(f"nalmx: {line}", soft_wrap=True)


def parse_named(text: str, where: str) -> Expression:
    """The expression of an option, whose errors say which one it is."""
    return read_named(text, "python", where).expression


def read_named(text: str, syntax: Syntax, where: str, *, in_order: bool = False) -> Reading:
    """The same in a language, with what is to be said of that."""
    try:
        return read(text, syntax, in_order=in_order)
    except ExpressionError as error:
        raise ExpressionError(f"{where}{error}") from None


@contextmanager
def no_traces() -> Iterator[None]:
    """Keep Hypothesis from leaving a `.hypothesis` folder where a command is run."""
    variable = "HYPOTHESIS_STORAGE_DIRECTORY"
    if variable in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="nalmx-") as scratch:
        os.environ[variable] = scratch
        remove_if_killed(scratch)
        try:
            yield
        finally:
            del os.environ[variable]


@contextmanager
def stop_on_signal(patience: float | None = None) -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C (or a polite kill) into a flag, so that a run stops between steps.

    A second one interrupts at once. So does the first where no step has ended after `patience`
    seconds, which is for work that has no state to save.
    """
    requested = False
    together = Together()

    def request(number: int, frame: FrameType | None) -> None:
        nonlocal requested
        if together.again():
            return
        if requested:
            raise KeyboardInterrupt
        requested = True
        if patience is not None and hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, interrupt)
            signal.setitimer(signal.ITIMER_REAL, patience, patience)

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = {s: signal.signal(s, request) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: requested
    finally:
        if requested and patience is not None and hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in previous.items():
            signal.signal(number, handler)
