"""What long work tells on stderr: a bar or a spinner on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column

from ._request import is_verbose

_SECONDS_TO_FIRST_LINE, _SECONDS_BETWEEN_LINES = 2.0, 10.0
_WIDE, _NARROW = 100, 60  # columns for a whole bar, and for any


class ProgressBar:
    """A bar for work of a known amount: with ProgressBar(console) as show: show(done, of, text)."""

    def __init__(self, console: Console) -> None:
        self._line = _Lines(console)
        self._bar = Progress(
            *([BarColumn(40 if console.width >= _WIDE else 8)] if console.width >= _NARROW else []),
            TextColumn("{task.fields[text]}", table_column=Column(no_wrap=True, ratio=1)),
            TimeRemainingColumn(compact=console.width < _WIDE),
            console=console,
            expand=True,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Callable[[float, float, str], None]:
        self._bar.start()
        self._task = self._bar.add_task("", total=None, text="")
        return self._show

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def _show(self, done: float, of: float, text: str) -> None:
        self._bar.update(self._task, total=of, completed=done, text=text)
        self._line.show(text)


class Spinner:
    """A spinner for work of an unknown amount: with Spinner(console, doing) as show: show(text).

    Work that is `brief` writes no lines where there is no terminal.
    """

    def __init__(self, console: Console, doing: str, *, brief: bool = False) -> None:
        self._console, self._line = console, _Lines(console, brief=brief)
        self._status = console.status(doing)

    def __enter__(self) -> Callable[[str], None]:
        if self._console.is_terminal:
            self._status.start()
        return self._show

    def __exit__(self, *error: object) -> None:
        self._status.stop()

    def _show(self, text: str) -> None:
        self._status.update(text)
        self._line.show(text)


class _Lines:
    """Lines where there is no terminal, and not too many; with --verbose, whatever is told."""

    def __init__(self, console: Console, *, brief: bool = False) -> None:
        self._console, self._verbose, self._last = console, is_verbose(), ""
        self._next = math.inf if brief else time.monotonic() + _SECONDS_TO_FIRST_LINE

    def show(self, text: str) -> None:
        if self._verbose and text != self._last:
            self._last = text
            self._console.print(text, soft_wrap=True)
        elif not self._console.is_terminal and time.monotonic() > self._next:
            self._next = time.monotonic() + _SECONDS_BETWEEN_LINES
            self._console.print(text, soft_wrap=True)
