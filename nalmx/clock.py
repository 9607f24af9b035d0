"""The limits of the work at hand: a time, and a number of operations.

Effort is counted wherever it decides a verdict; the clock only abandons work. A block under
`move_on_after` is left when its time is over: whatever runs long looks at the clock at each of its
operations (`look`), and `OutOfTime` then ends the block and nothing more. The looks are the count as well:
a block under `limited` is left when it has come to more operations than it may, which is at the same place
on a slow machine. Limits nest, and an inner one never ends after an outer one, so the parts of a check
together take no longer than the whole may.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, replace


class OutOfTime(BaseException):
    """The time for a block is over; caught by `move_on_after`.

    No `Exception`, as asyncio's `CancelledError` is none: nothing on the way may take it for an error.
    """


class OutOfEffort(BaseException):
    """The operations for a block are spent; caught by `limited`, and no `Exception` either."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A reading of a clock that marks the end of some work, and the count of its operations."""

    at: float = math.inf
    now: Callable[[], float] = time.monotonic
    work: limited | None = None

    @property
    def passed(self) -> bool:
        return self.now() > self.at

    @property
    def left(self) -> float:
        return self.at - self.now()

    def within(self, seconds: float) -> Deadline:
        """The end of a part that may take so many seconds."""
        return replace(self, at=min(self.at, self.now() + seconds))

    def look(self, operations: int = 1) -> None:
        """Count operations; raise `OutOfTime` or `OutOfEffort` where the one or the other is over."""
        if self.now() > self.at:
            raise OutOfTime
        if self.work is not None:
            self.work.spend(operations)


_current: ContextVar[Deadline] = ContextVar("deadline", default=Deadline())  # noqa: B039


def deadline() -> Deadline:
    """The end of the block that runs."""
    return _current.get()


def look(operations: int = 1) -> None:
    """Count operations of the block that runs, and end it where its time or its effort is over."""
    _current.get().look(operations)


class under:
    """A block that goes by a deadline; `OutOfTime` goes on to the block around it."""

    def __init__(self, end: Deadline) -> None:
        self._end = end

    def __enter__(self) -> None:
        self._token = _current.set(self._end)

    def __exit__(self, *error: object) -> None:
        _current.reset(self._token)


class until:
    """A block that is left at a deadline."""

    def __init__(self, end: Deadline) -> None:
        self._under = under(end)

    def __enter__(self) -> None:
        self._under.__enter__()

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> bool:
        self._under.__exit__()
        return kind is OutOfTime


class limited:
    """A block that is left when it has come to more than `most` operations; `spent` says to how many."""

    def __init__(self, most: int) -> None:
        self.most, self.spent = most, 0

    def __enter__(self) -> limited:
        here = deadline()
        self._around = here.work
        self._token = _current.set(replace(here, work=self))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> bool:
        _current.reset(self._token)
        return isinstance(error, OutOfEffort) and error.args == (self,)

    def spend(self, operations: int) -> None:
        """Count operations here and in the blocks around; the outermost that has none left is left."""
        self.spent += operations
        if self._around is not None:
            self._around.spend(operations)
        if self.spent > self.most:
            raise OutOfEffort(self)


def move_on_after(seconds: float) -> until:
    """A block that is left after some seconds, or with the block around it."""
    return until(deadline().within(seconds))
