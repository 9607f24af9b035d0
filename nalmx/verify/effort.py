"""How hard to try, in counts: the same claim gets the same verdict on a slow machine.

What runs long spends its work (`spend`) in a block that may spend so much (`limited`), and the block is
left when all of it is spent. Limits nest as those of the clock do, and whoever spends looks at the clock
as well: it abandons work, and never chooses between two verdicts.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from ..clock import look


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: Hypothesis examples, swept points, their seed and device, the time, and counts.

    `terms` is the work of exact algebra: terms of polynomials that are multiplied, and operations
    that are enclosed in balls to tell a sign; `cases` is how many cases a claim may fall into; `boxes`
    how many boxes branch and bound encloses. `seconds` bounds all of it and only aborts.
    """

    examples: int = 500
    points: int = 1_000_000
    seed: int = 0
    device: str = "auto"
    seconds: float = 60.0
    terms: int = 20_000_000
    cases: int = 400
    boxes: int = 20_000


class OutOfEffort(BaseException):
    """What a block may spend is spent; caught by `limited`.

    No `Exception`, as `OutOfTime` is none: nothing on the way may take it for an error.
    """


class limited:
    """A block that is left when it has spent more than `most`; `spent` says how much it did."""

    def __init__(self, most: int) -> None:
        self.most, self.spent = most, 0

    def __enter__(self) -> limited:
        self._around = _current.get()
        self._token = _current.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> bool:
        _current.reset(self._token)
        return isinstance(error, OutOfEffort) and error.args == (self,)

    def spend(self, count: int) -> None:
        """Count work here and in the blocks around; the outermost one that is out of effort ends."""
        self.spent += count
        if self._around is not None:
            self._around.spend(count)
        if self.spent > self.most:
            raise OutOfEffort(self)


_current: ContextVar[limited | None] = ContextVar("effort", default=None)


def spend(count: int = 1) -> None:
    """Count work of the block that runs and look at the clock: raises where either is over."""
    look()
    block = _current.get()
    if block is not None:
        block.spend(count)
