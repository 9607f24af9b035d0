"""How a training is stopped, and how it says so."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from ..clock import Deadline, deadline, under

_LATEST = 1e300  # a time that a stop still comes before


class Interrupted(Exception):
    """Training was stopped on request, after its state was saved."""

    def __init__(self, iteration: int) -> None:
        super().__init__(f"interrupted at iteration {iteration}")
        self.iteration = iteration


def telling(
    on_progress: Callable[[str], None], stop_requested: Callable[[], bool]
) -> Callable[[str], None]:
    """`on_progress`, with an `Interrupted` where a stop is requested."""

    def tell(doing: str) -> None:
        if stop_requested():
            raise Interrupted(0)
        on_progress(doing)

    return tell


def interruptible(stop_requested: Callable[[], bool]) -> under:
    """A block in which a look at the clock is an `Interrupted` where a stop is requested."""
    around = deadline()

    def now() -> float:
        if stop_requested():
            raise Interrupted(0)
        return around.now()

    return under(replace(around, now=now))


def ending(seconds: float, stop_requested: Callable[[], bool]) -> Deadline:
    """The end of work in so many seconds, or as soon as a stop is requested."""
    around = deadline()

    def now() -> float:
        return math.inf if stop_requested() else around.now()

    own = around.within(seconds)
    return replace(own, at=min(own.at, _LATEST), now=now)
