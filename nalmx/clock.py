"""The time limit of the work at hand.

Effort is counted wherever it decides a verdict; the clock only abandons work. A block under
`move_on_after` is left when its time is over: whatever runs long looks at the clock now and then
(`look`), and `OutOfTime` then ends the block and nothing more. Limits nest, and an inner one never ends
after an outer one, so the parts of a check together take no longer than the whole may.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass


class OutOfTime(BaseException):
    """The time for a block is over; caught by `move_on_after`.

    No `Exception`, as asyncio's `CancelledError` is none: nothing on the way may take it for an error.
    """


@dataclass(frozen=True, slots=True)
class Deadline:
    """A reading of a clock that marks the end of some work."""

    at: float = math.inf
    now: Callable[[], float] = time.monotonic

    @property
    def passed(self) -> bool:
        return self.now() > self.at

    @property
    def left(self) -> float:
        return self.at - self.now()

    def within(self, seconds: float) -> Deadline:
        """The end of a part that may take so many seconds."""
        return Deadline(min(self.at, self.now() + seconds), self.now)

    def look(self) -> None:
        """Raise `OutOfTime` where it has passed."""
        if self.now() > self.at:
            raise OutOfTime


_current: ContextVar[Deadline] = ContextVar("deadline", default=Deadline())  # noqa: B039


def deadline() -> Deadline:
    """The end of the block that runs."""
    return _current.get()


def look() -> None:
    """Raise `OutOfTime` where the time of the block that runs is over."""
    _current.get().look()


class until:
    """A block that is left at a deadline."""

    def __init__(self, end: Deadline) -> None:
        self._end = end

    def __enter__(self) -> None:
        self._token = _current.set(self._end)

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> bool:
        _current.reset(self._token)
        return kind is OutOfTime


def move_on_after(seconds: float) -> until:
    """A block that is left after some seconds, or with the block around it."""
    return until(deadline().within(seconds))
