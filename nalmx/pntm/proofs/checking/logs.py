"""What a machine has on its tapes after every prompt of a shape, read from the machine's data.

A tape is a log: its write head goes on by one cell in a step that appends, always the same way, and
stays in every other step, so each cell is visited once. Cells are counted along the log, the first one
appended is 1, and what is not appended is blank.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...tasks.specification import Block, Compare, Instruction, Pass, Repeat, Specification, Stream
from .cases import Word
from .multipliers import Linear, Unproved

STAY = -(2**31)  # no jump, or nothing written
BLANK = 0
ROW = -1  # the column of the table that is no tape


class Effect(NamedTuple):
    """What a row does to a tape: how the read head moves, where it jumps, and what is appended."""

    move: int
    jump: int | None
    symbol: int | None

    @property
    def appends(self) -> bool:
        return self.symbol is not None

    @property
    def kind(self) -> tuple[int, int | None, bool]:
        """What it does, whatever the symbol."""
        return self.move, self.jump, self.appends


@dataclass(frozen=True, slots=True)
class Stretch:
    """Cells of a tape up to `high`: the rows of a word, or one cell with one of some symbols."""

    low: Linear
    high: Linear
    content: Word | frozenset[int]


@dataclass(frozen=True, slots=True)
class Letters:
    """The rows of a block with their classes; the register's states before it; its first variable."""

    classes: Mapping[int, int]
    entry: frozenset[int]
    first: int

    @property
    def every_class(self) -> frozenset[int]:
        return frozenset(self.classes.values())


@dataclass(frozen=True, slots=True)
class Kept:
    """The symbols that tokens of the answer append to a tape; whether a token does always or never."""

    symbols: Mapping[str, frozenset[int]]
    by_token: bool

    @property
    def every_symbol(self) -> frozenset[int]:
        return frozenset().union(*self.symbols.values())


class Steps:
    """A machine's steps, one row at a time, by the meaning of its data."""

    def __init__(self, machine: Mapping[str, Any]) -> None:
        if machine.get("silent"):
            raise Unproved("what a machine says silently is not followed")
        self._data = machine
        self.given: list[str] = machine["prompt_tokens"]
        self.said: list[str] = machine["answer_tokens"]
        self.equals = len(self.given)
        self.size = len(self.given) + len(self.said) + 2
        self.end = self.size - 1
        self.table = machine["table"]
        self.tapes = sorted({n[0] for n in self.table if not isinstance(n, int)} - {ROW})
        self._ways = {tape: self._way(tape) for tape in self.tapes}
        self.words: list[str] = [*self.given, "=", *self.said, "end"]

    def row(self, state: int, symbol: int) -> int:
        """The row in which a symbol is taken in: the register's next state and the symbol."""
        return int(self._data["register"][state][symbol]) * self.size + symbol

    def rows(self, states: Iterable[int], symbols: Iterable[int]) -> list[int]:
        """The rows in which symbols are taken in, each from any of some states."""
        listed = list(symbols)
        return sorted({self.row(state, symbol) for state in states for symbol in listed})

    def states_after(self, states: Iterable[int], symbols: Iterable[int]) -> frozenset[int]:
        """The states that the register can come to from some by any number of some symbols."""
        listed, found = list(symbols), set(states)
        new = found
        while new:
            new = {row // self.size for row in self.rows(new, listed)} - found
            found |= new
        return frozenset(found)

    def effect(self, row: int, tape: int) -> Effect:
        """What a row does to a tape, which must be a log."""
        way, origin = self._ways[tape], self._data["starts"][tape][0]
        (step, move), (leap, target) = (
            self._data["moves"][row][tape],
            self._data["jumps"][row][tape],
        )
        symbol = self._data["writes"][row][tape]
        if leap != STAY or way * step not in (0, 1) or (step == 0 and symbol != STAY):
            raise Unproved(f"tape {tape + 1} is no log at {self.words[row % self.size]!r}")
        appended = None if step == 0 else BLANK if symbol == STAY else symbol
        return Effect(way * move, None if target == STAY else way * (target - origin), appended)

    def start(self, tape: int) -> int:
        """The cell of the read head before the first token."""
        write, read = self._data["starts"][tape]
        return int(self._ways[tape] * (read - write))

    def _way(self, tape: int) -> int:
        """Which way a tape is written: that of most steps of its write head."""
        return -1 if sum(row[tape][0] for row in self._data["moves"]) < 0 else 1


class Logs:
    """The tapes right after `=`, in linear forms of the counts of each class of each block."""

    def __init__(self, machine: Mapping[str, Any], specification: Specification) -> None:
        self.steps = steps = Steps(machine)
        self.specification = specification
        self.blocks: list[Letters] = []
        self._parts: list[tuple[Block | str, list[int]]] = []
        states, first = frozenset({0}), 1
        for part, taken in self._symbols():
            before = states
            if isinstance(part, Block):
                states = steps.states_after(states, taken)
            rows = steps.rows(states, taken)
            self._parts.append((part, rows))
            states = frozenset(row // steps.size for row in rows)
            if isinstance(part, Block):
                letters = Letters(self._classes(rows), before, first)
                self.blocks.append(letters)
                first += len(letters.every_class)
                states |= frozenset() if part.least else before
        self.ends = states
        self.words = {stream: self._word(stream) for stream in _streams(specification.instructions)}
        names = ["i", "r", *(f"{name}{tape}" for tape in steps.tapes for name in "qeir")]
        self.places = {name: first + k for k, name in enumerate(names)}
        self.size = first + len(names)
        self.one = self.fixed(1)
        self.heads: dict[int, Linear] = {}
        self.stretches: dict[int, list[Stretch]] = {}
        self.filled: dict[int, Linear] = {}
        self.kept: dict[int, Kept] = {}
        for tape in steps.tapes:
            self._read(tape)
            self.kept[tape] = self._keeps(tape)

    def _symbols(self) -> Iterator[tuple[Block | str, list[int]]]:
        """The parts of a prompt, the last one is `=`, with the symbols that each can have."""
        symbols = {token: k for k, token in enumerate(self.steps.given)}
        for part in self.specification.shape:
            spelled = part.tokens if isinstance(part, Block) else (part,)
            if not symbols.keys() >= set(spelled):
                raise Unproved("a token of prompts was never seen in training")
            yield part, [symbols[token] for token in spelled]
        yield "=", [self.steps.equals]

    def fixed(self, number: int) -> Linear:
        return Linear((number, *[0] * (self.size - 1)))

    def variable(self, name: str) -> Linear:
        return self._sum_of([self.places[name]])

    def _sum_of(self, places: Container[int]) -> Linear:
        return Linear(tuple(int(at in places) for at in range(self.size)))

    def length(self, word: Word) -> Linear:
        """How many tokens a word has."""
        block, classes = word
        return self._sum_of({self.blocks[block].first + k for k in classes})

    def _word(self, stream: Stream) -> Word:
        """The rows that a stream shows."""
        classes = self.blocks[stream.block].classes.items()
        return stream.block, frozenset(k for row, k in classes if self._shows(stream, row))

    def rows_of(self, word: Word) -> list[int]:
        return [row for row, k in self.blocks[word[0]].classes.items() if k in word[1]]

    def token(self, row: int) -> str:
        return self.steps.words[row % self.steps.size]

    def given(self) -> Iterator[Linear]:
        """What is ≥ 0 for every prompt of the shape."""
        yield from (self._sum_of({at}) for at in range(1, self.places["i"]))
        whole = [self.length((k, block.every_class)) for k, block in enumerate(self.blocks)]
        for block, length in zip(self.specification.blocks, whole, strict=True):
            yield length - block.least
        yield from (whole[b] - whole[a] for a, b in self.specification.no_longer)

    def _shows(self, stream: Stream, row: int) -> bool:
        return stream.only is None or self.token(row) in stream.only

    def _classes(self, rows: Sequence[int]) -> dict[int, int]:
        """Rows by what they do to the tapes and which streams show them."""
        streams = [
            s for s in _streams(self.specification.instructions) if s.block == len(self.blocks)
        ]
        kinds: dict[object, int] = {}
        return {
            row: kinds.setdefault(
                (
                    tuple(self.steps.effect(row, tape).kind for tape in self.steps.tapes),
                    tuple(self._shows(stream, row) for stream in streams),
                ),
                len(kinds),
            )
            for row in rows
        }

    def _read(self, tape: int) -> None:
        """What every part of a prompt appends to a tape, and where it leaves the read head."""
        head, high = self.fixed(self.steps.start(tape)), self.fixed(0)
        self.stretches[tape] = []
        blocks = iter(enumerate(self.blocks))
        for part, rows in self._parts:
            effects = {row: self.steps.effect(row, tape) for row in rows}
            jumps = {effect.jump for effect in effects.values()}
            content: Word | frozenset[int]
            if isinstance(part, Block):
                block, letters = next(blocks)
                moves = {k: effects[row].move for row, k in letters.classes.items()}
                moved = [move * self.length((block, frozenset({k}))) for k, move in moves.items()]
                appending = {k for row, k in letters.classes.items() if effects[row].appends}
                content = block, frozenset(appending)
                length = self.length(content)
                alike = jumps == {None} or (len(jumps) == 1 and part.least > 0)
            else:
                moved = [self.fixed(effects[rows[0]].move)]
                appending = {e.symbol for e in effects.values() if e.symbol is not None}
                content, length = frozenset(appending), self.one
                alike = len({effect.kind for effect in effects.values()}) == 1
            if not alike:
                raise Unproved(f"where the head of tape {tape + 1} goes depends on the prompt")
            (jump, *_) = jumps
            head = sum(moved, start=head) if jump is None else self.fixed(jump)
            if appending:
                self.stretches[tape].append(Stretch(high, high + length, content))
                high += length
        self.heads[tape], self.filled[tape] = head, high

    def _keeps(self, tape: int) -> Kept:
        """What answers append, from every state that the register can have from `=` on."""
        steps = self.steps
        answers = range(steps.equals + 1, steps.size - 1)
        states = steps.states_after(self.ends, answers)
        by_token = {
            steps.words[symbol]: {
                steps.effect(row, tape).symbol for row in steps.rows(states, [symbol])
            }
            for symbol in answers
        }
        return Kept(
            {
                token: frozenset(symbol for symbol in found if symbol is not None)
                for token, found in by_token.items()
                if found != {None}
            },
            by_token=all(None not in found or len(found) == 1 for found in by_token.values()),
        )


def _streams(instructions: Iterable[Instruction]) -> Iterator[Stream]:
    for one in instructions:
        match one:
            case Pass():
                yield from one.streams
            case Compare():
                yield from (one.first, one.second)
            case Repeat():
                yield from (*_streams(one.body), Stream(one.block))
