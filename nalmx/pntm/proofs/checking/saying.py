"""What a specification says next, followed with linear forms in place of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

from ...tasks.specification import Compare, Fold, Pass, Repeat, Say, State, Stream
from ..proof import Memory, Place
from .cases import Case
from .logs import Logs
from .multipliers import Linear, Unproved


@dataclass(frozen=True, slots=True)
class _Enter:
    """A repetition begins: once more, or on behind it."""

    block: int
    behind: int


@dataclass(frozen=True, slots=True)
class _Again:
    begin: int


_Code: TypeAlias = Pass | Fold | Say | Compare | _Enter | _Again


class Said(NamedTuple):
    """A token, None at the end; the place after it, with the place in a pass and the repetition."""

    token: str | None
    place: Place
    i: Linear
    r: Linear


class Sayer:
    """Reads a specification along all prompts at once."""

    def __init__(self, logs: Logs, memory: Memory) -> None:
        self._logs = logs
        self._memory = memory
        self._possible = cache(self._rows_after)
        self.code: list[_Code] = []
        for one in logs.specification.instructions:
            begin = len(self.code)
            if isinstance(one, Repeat):
                behind = begin + len(one.body) + 2
                self.code += [_Enter(one.block, behind), *one.body, _Again(begin)]
            else:
                self.code.append(one)

    def next_said(self, case: Case, place: Place, i: Linear, r: Linear) -> Said:
        """The next token from a place on."""
        at, state, rows, one = place.at, place.state, place.rows, self._logs.one
        silent = set()  # repetitions that began with nothing said since
        while at < len(self.code):
            match self.code[at]:
                case Pass() as walk:
                    column = self._column(case, walk, state, rows, i)
                    if column is not None:
                        state, token, shown = column
                        return Said(token, Place(at, state, shown), i + 1, r)
                case Say(token_of):
                    said = token_of(state)
                    if said is not None:
                        return Said(said, Place(at + 1, state), one, r)
                case Compare(first, second, tokens):
                    a, b = (self._length(stream) for stream in (first, second))
                    order = 0 if case.holds(b - a - 1) else 2 if case.holds(a - b - 1) else 1
                    return Said(tokens[order], Place(at + 1, state), one, r)
                case _Enter(block, behind):
                    if case.holds(self._length(Stream(block)) - r):
                        silent.add(at)
                    else:
                        at, r = behind - 1, one
                case _Again(begin):
                    # Where nothing was said in a repetition, nothing is in the others.
                    ended = begin in silent
                    at, r = (at, one) if ended else (begin - 1, r + 1)
                case _:
                    raise Unproved("instructions of this kind are not followed")
            at, i, rows = at + 1, one, ()
        return Said(None, Place(at, state), i, r)

    def remember(self, case: Case, place: Place, i: Linear) -> None:
        """Note the rows that streams showed in the step before, where a proof keeps them."""
        walk = self.code[place.at] if place.at < len(self.code) else None
        if self._memory.tokens and place.rows and isinstance(walk, Pass):
            for stream, row in zip(walk.streams, place.rows, strict=True):
                if row is not None:
                    case.note(self._logs.words[stream], self._index(stream, i - 1), row)

    def _length(self, stream: Stream) -> Linear:
        return self._logs.length(self._logs.words[stream])

    def _index(self, stream: Stream, i: Linear) -> Linear:
        """Where in its word a stream is at the place i of a pass."""
        return self._length(stream) + 1 - i if stream.backward else i

    def _column(
        self, case: Case, walk: Pass, state: State, last: Sequence[int | None], i: Linear
    ) -> tuple[State, str, tuple[int | None, ...]] | None:
        """The state after a place of a pass, what is said, and what is kept; None behind its end."""
        inside = [case.holds(self._length(stream) - i) for stream in walk.streams]
        if not (inside[0] if walk.with_first else any(inside)):
            return None
        rows = [
            self._read(case, stream, before, i) if is_inside else None
            for stream, is_inside, before in zip(
                walk.streams, inside, last or [None] * len(inside), strict=True
            )
        ]
        seen = tuple(None if row is None else self._logs.token(row) for row in rows)
        state, token = walk.step(state, seen)
        if not isinstance(token, str):
            raise Unproved(f"a pass says {token!r}, which is no token")
        kept = tuple(map(self._kept, walk.streams, rows))
        return state, token, kept if any(row is not None for row in kept) else ()

    def _read(self, case: Case, stream: Stream, last: int | None, i: Linear) -> int:
        index = self._index(stream, i)
        return case.read(self._logs.words[stream], index, self._possible(stream, last))

    def _rows_after(self, stream: Stream, last: int | None) -> list[int]:
        """The rows that can follow in a stream, by the register's states before and after them."""
        rows, steps = self._logs.rows_of(self._logs.words[stream]), self._logs.steps
        if not self._tells_states(stream) or stream.only is not None:
            return rows
        if stream.backward:
            return [
                x
                for x in rows
                if last is None or steps.row(x // steps.size, last % steps.size) == last
            ]
        before = self._logs.blocks[stream.block].entry if last is None else [last // steps.size]
        return [x for x in rows if x in steps.rows(before, [x % steps.size])]

    def _tells_states(self, stream: Stream) -> bool:
        """Whether the register has several states before or in the block of a stream."""
        letters, size = self._logs.blocks[stream.block], self._logs.steps.size
        return len(letters.entry | {row // size for row in letters.classes}) > 1

    def _kept(self, stream: Stream, row: int | None) -> int | None:
        """What a situation keeps of a row: all, its state where that tells what follows, or nothing."""
        if row is None or self._memory.tokens:
            return row
        if not self._tells_states(stream):
            return None
        return row if stream.backward else row - row % self._logs.steps.size
