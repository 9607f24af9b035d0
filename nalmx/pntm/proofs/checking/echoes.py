"""What a read head is at in what the machine said itself, by what a situation knows of that.

A tape keeps some tokens of the answer. Which ones a read head comes to is known by following the
specification a second time, behind the first: a place, with variables i and r of the tape, is that before
the token that the cell under the head keeps, or will keep.
"""

from __future__ import annotations

from typing import TypeAlias

from ..proof import BEFORE, LOST, Memory, Place, Situation
from .cases import Case, Impossible
from .logs import Logs
from .multipliers import Linear, Unproved
from .saying import Said, Sayer

Echo: TypeAlias = Place | str | int


class Echoes:
    """What situations know of the answer on each tape."""

    def __init__(self, logs: Logs, sayer: Sayer, memory: Memory) -> None:
        self._logs = logs
        self._sayer = sayer
        self._memory = memory
        self._start = Place(state=logs.specification.start)

    def first(self, case: Case, tape: int) -> Echo:
        """What is known right after `=`."""
        return self._entered(case, tape, self._logs.heads[tape])

    def next(self, case: Case, now: Situation, row: int, tape: int) -> tuple[Echo, Linear, Linear]:
        """What is known once a row was taken in, with i and r of the tape."""
        logs, one = self._logs, self._logs.one
        move, jump, symbol = logs.steps.effect(row, tape)
        echo = now.echoes[logs.steps.tapes.index(tape)]
        i, r = logs.variable(f"i{tape}"), logs.variable(f"r{tape}")
        if not self._follows(tape):
            last = self._memory.echoes == "last" and self._tells(tape) and symbol is not None
            return symbol if last and symbol is not None else echo, i, r
        if jump is not None:
            return self._entered(case, tape, logs.fixed(jump)), one, one
        if move == 0 or echo == LOST:
            return echo, i, r
        if echo == BEFORE:
            return self._entered(case, tape, logs.variable(f"q{tape}") + move), one, one
        if move != 1 or not isinstance(echo, Place):
            return LOST, one, one
        said = self._kept_next(case, echo, tape)
        return (LOST, one, one) if said.token is None else (said.place, said.i, said.r)

    def read(self, case: Case, now: Situation, tape: int) -> int:
        """A symbol that a read head can be at in what was said since `=`."""
        logs = self._logs
        kept = logs.kept[tape]
        echo = now.echoes[logs.steps.tapes.index(tape)]
        if isinstance(echo, int):
            end = logs.filled[tape] + logs.variable(f"e{tape}")
            if case.holds(logs.variable(f"q{tape}") - end):
                return echo
        if not isinstance(echo, Place):
            return case.choose(sorted(kept.every_symbol))
        said = self._kept_next(case, echo, tape)
        if said.token is None:
            raise Impossible  # no cell was written after all that is said
        return case.choose(sorted(kept.symbols[said.token]))

    def _entered(self, case: Case, tape: int, head: Linear) -> Echo:
        """What is known of a read head that comes to a cell from elsewhere."""
        over = head - self._logs.filled[tape]
        if not self._follows(tape) or case.holds(-1 * over):
            return BEFORE
        return self._start if case.holds(-1 * over + 1) else LOST

    def _kept_next(self, case: Case, place: Place, tape: int) -> Said:
        """What is said next, from a place on, of what a tape keeps."""
        said = Said("", place, *(self._logs.variable(f"{name}{tape}") for name in "ir"))
        # Each round passes over one token that the tape does not keep; a pass of them has no end.
        for _ in range(len(self._sayer.code) + 1):
            said = self._sayer.next_said(case, said.place, said.i, said.r)
            if said.token is None or said.token in self._logs.kept[tape].symbols:
                return said
        raise Unproved(f"tape {tape + 1}: it keeps too little of what is said to follow it")

    def _tells(self, tape: int) -> bool:
        return len(self._logs.kept[tape].every_symbol) > 1

    def _follows(self, tape: int) -> bool:
        kept = self._logs.kept[tape]
        return self._memory.echoes == "follow" and self._tells(tape) and kept.by_token
