"""What a machine's tapes and heads look like once it has read a prompt of a shape.

A tape is a log where its write head moves one cell on, always the same way, in a step that writes,
and never otherwise. Then its cells hold, one after another, the tokens of those parts of the prompt
that are written to it. How many there are is a variable, so everything is said for all lengths at
once: the tokens of a block are counted by what they do, and ends of stretches and positions of heads
are linear forms in these counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from ..action import MOVE, WRITE_HEAD, Jump, Move, UnsupportedAction, numbers_of
from ..machine import BLANK, ROW, Machine
from ..tasks.specification import (
    Block,
    Compare,
    Instruction,
    Pass,
    Repeat,
    Specification,
    Stream,
)
from .linear import constant, minus, plus, times
from .proof import Form


class Unsupported(Exception):
    """Why a machine is outside what can be proved for all lengths."""


@dataclass(frozen=True, slots=True)
class Word:
    """The tokens of some classes of a block, in their order."""

    block: int
    classes: frozenset[int]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Cells `low` + 1 to `high` of a tape: a word's tokens, or one cell with one of some symbols."""

    low: Form
    high: Form
    content: Word | frozenset[int]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a row does to a tape; cells are counted along the log, the first one written is 1."""

    move: int
    jump: int | None
    symbol: int | None  # what it appends

    @property
    def moves_alike(self) -> tuple[int, int | None, bool]:
        return self.move, self.jump, self.symbol is not None


@dataclass
class Letters:
    """The rows that occur in a block: each is a token with the register's state after it."""

    entry: frozenset[int]
    rows: tuple[int, ...]
    classes: dict[int, int]  # of rows
    counts: tuple[int, ...]  # variables, by class

    def of(self, word: Word) -> tuple[int, ...]:
        return tuple(row for row in self.rows if self.classes[row] in word.classes)


@dataclass
class AbstractTapes:
    """Variables, and what a machine has on its tapes after a prompt and `=`.

    Variables are places in forms, from 1: counts of classes first, then i and r, the place in a pass
    and the repetition, then for each tape that the table looks at the read head's cell q, the number
    e of cells written since, and the place and repetition of what was said at the cell read.
    """

    machine: Machine
    specification: Specification
    tapes: tuple[int, ...]
    size: int = 0
    names: list[str] = field(default_factory=list)
    blocks: list[Letters] = field(default_factory=list)
    stretches: dict[int, list[Stretch]] = field(default_factory=dict)
    heads: dict[int, Form] = field(default_factory=dict)
    ends: frozenset[int] = frozenset()  # register states after `=`
    directions: dict[int, int] = field(default_factory=dict)
    # The symbols that answer tokens append to a tape, by tape and token.
    echoes: dict[int, dict[str, frozenset[int]]] = field(default_factory=dict)
    _effects: dict[tuple[int, int], Effect] = field(default_factory=dict)

    def variable(self, name: str) -> int:
        return self.names.index(name) + 1

    def form(self, name: str) -> Form:
        at = self.variable(name)
        return tuple(int(at == j) for j in range(self.size))

    def fixed(self, number: int) -> Form:
        return constant(number, self.size)

    def length(self, word: Word) -> Form:
        """How many tokens a word has."""
        counts = self.blocks[word.block].counts
        return tuple(int(any(counts[k] == j for k in word.classes)) for j in range(self.size))

    def word(self, stream: Stream) -> Word:
        """The word that a stream of the specification walks along."""
        letters = self.blocks[stream.block]
        chosen = {letters.classes[row] for row in letters.rows if self._shown(row, stream)}
        return Word(stream.block, frozenset(chosen))

    def _shown(self, row: int, stream: Stream) -> bool:
        return stream.only is None or self.token(row) in stream.only

    def token(self, row: int) -> str:
        """A row's token."""
        return self.machine.vocabulary.spell(row % self.machine.vocabulary.size)

    def effect(self, row: int, tape: int) -> Effect:
        """What a row does to a tape; `Unsupported` where the tape is then no log."""
        known = self._effects.get((row, tape))
        if known is None:
            try:
                known = self._effects[row, tape] = self._effect(row, tape)
            except UnsupportedAction as unknown:
                raise Unsupported(f"tape {tape + 1}: {unknown}") from None
        return known

    def _effect(self, row: int, tape: int) -> Effect:
        machine = self.machine
        way = self.directions[tape]
        origin = int(machine.starts[tape, 0])
        act = machine.acts(row, tape)
        match act.write_head:
            case Move(cells):
                step = way * cells
            case Jump():
                raise Unsupported(f"tape {tape + 1}: the write head jumps at {self.token(row)!r}")
            case other:
                raise UnsupportedAction(other, "a proof for all lengths")
        if step not in (0, 1) or (step == 0 and act.symbol is not None):
            raise Unsupported(
                f"tape {tape + 1}: the write head does not go on cell by cell at {self.token(row)!r}"
            )
        symbol = (act.symbol or BLANK) if step else None
        match act.read_head:
            case Move(cells):
                return Effect(way * cells, None, symbol)
            case Jump(cell):
                return Effect(0, way * (cell - origin), symbol)
            case other:
                raise UnsupportedAction(other, "a proof for all lengths")

    def _echoes(self, tape: int) -> dict[str, frozenset[int]]:
        vocabulary = self.machine.vocabulary
        found: dict[str, set[int]] = {}
        for token in vocabulary.outputs:
            if token != vocabulary.end:
                for row in self.answer_rows(token):
                    symbol = self.effect(row, tape).symbol
                    if symbol is not None:
                        found.setdefault(vocabulary.spell(token), set()).add(symbol)
        return {token: frozenset(symbols) for token, symbols in found.items()}

    def answer_rows(self, token: int) -> list[int]:
        """The rows that a token of the answer can be taken in with."""
        size = self.machine.vocabulary.size
        return sorted({int(self.machine.register[c, token]) * size + token for c in self._said})

    @cached_property
    def _said(self) -> frozenset[int]:
        """The register states that occur from `=` on."""
        vocabulary = self.machine.vocabulary
        tokens = [u for u in vocabulary.outputs if u != vocabulary.end]
        return self.machine.states_after(self.ends, tokens)

    def given(self) -> list[Form]:
        """What holds of the counts: none is negative, and blocks have the lengths they may have."""
        whole = [Word(b, frozenset(range(len(x.counts)))) for b, x in enumerate(self.blocks)]
        lengths = list(map(self.length, whole))
        known = [
            tuple(int(at == j) for j in range(self.size))
            for letters in self.blocks
            for at in letters.counts
        ]
        for block, length in zip(self.specification.blocks, lengths, strict=True):
            known.append(minus(length, self.fixed(block.least)))
        known += [minus(lengths[b], lengths[a]) for a, b in self.specification.no_longer]
        return known


def abstract_tapes_of(machine: Machine, specification: Specification) -> AbstractTapes:
    """Read every prompt of a specification's shape at once; `Unsupported` where that cannot be."""
    tapes = sorted({n.tape for n in machine.table if n.answer is None and n.tape != ROW})
    abstract = AbstractTapes(machine, specification, tuple(tapes))
    size = machine.vocabulary.size
    known = {token: u for u, token in enumerate(machine.vocabulary.prompt)}
    for spelled in specification.tokens:
        if spelled not in known:
            raise Unsupported(f"the token {spelled!r} was never seen in training")
    abstract.directions = {tape: _direction(machine, tape) for tape in tapes}

    # The rows of each part, so that the number of variables is known before forms are made.
    states = frozenset({0})
    entries: list[frozenset[int]] = []
    parts: tuple[Block | str | None, ...] = (*specification.shape, None)  # None is `=`
    for part in parts:
        entries.append(states)
        if isinstance(part, Block):
            tokens = [known[token] for token in part.tokens]
            rows = _rows(machine, machine.states_after(states, tokens), tokens)
            after = frozenset(row // size for row in rows)
            states = after | states if part.least == 0 else after
            classes = _classes(abstract, rows, len(abstract.blocks))
            first = len(abstract.names) + 1
            count = 1 + max(classes.values())
            abstract.names += [f"n{len(abstract.blocks) + 1}.{k + 1}" for k in range(count)]
            abstract.blocks.append(
                Letters(entries[-1], rows, classes, tuple(range(first, first + count)))
            )
        else:
            token = machine.vocabulary.equals if part is None else known[part]
            states = frozenset(int(machine.register[c, token]) for c in states)
    abstract.ends = states
    abstract.names += ["i", "r"]
    for tape in tapes:
        abstract.names += [f"q{tape + 1}", f"e{tape + 1}", f"i{tape + 1}", f"r{tape + 1}"]
    abstract.size = len(abstract.names) + 1

    for tape in tapes:
        way, start = abstract.directions[tape], machine.starts[tape]
        head = abstract.fixed(way * (int(start[1]) - int(start[0])))
        edge = abstract.fixed(0)
        stretches: list[Stretch] = []
        block = 0
        for part, states in zip(parts, entries, strict=True):
            if isinstance(part, Block):
                head, edge = _read_block(abstract, tape, block, head, edge, stretches)
                block += 1
            else:
                token = machine.vocabulary.equals if part is None else known[part]
                rows = tuple(int(machine.register[c, token]) * size + token for c in states)
                head, edge = _read_token(abstract, tape, rows, head, edge, stretches)
        abstract.stretches[tape], abstract.heads[tape] = stretches, head
        abstract.echoes[tape] = abstract._echoes(tape)
    return abstract


def _direction(machine: Machine, tape: int) -> int:
    """Which way a tape is written: that of most steps of its write head."""
    return -1 if numbers_of(machine.actions[:, tape, WRITE_HEAD], MOVE).sum() < 0 else 1


def _rows(machine: Machine, states: Iterable[int], tokens: Iterable[int]) -> tuple[int, ...]:
    size = machine.vocabulary.size
    listed = list(tokens)
    return tuple(sorted({int(machine.register[c, u]) * size + u for c in states for u in listed}))


def _classes(abstract: AbstractTapes, rows: tuple[int, ...], block: int) -> dict[int, int]:
    """Rows by what they do to the heads, and which streams of the specification show them."""
    streams = [s for s in _streams(abstract.specification.instructions) if s.block == block]
    numbers: dict[object, int] = {}
    found = {}
    for row in rows:
        does = tuple(abstract.effect(row, tape).moves_alike for tape in abstract.tapes)
        shown = tuple(
            stream.only is None or abstract.token(row) in stream.only for stream in streams
        )
        found[row] = numbers.setdefault((does, shown), len(numbers))
    return found


def _streams(instructions: Iterable[Instruction]) -> list[Stream]:
    found: list[Stream] = []
    for one in instructions:
        match one:
            case Pass():
                found += one.streams
            case Compare():
                found += [one.first, one.second]
            case Repeat():
                found += [*_streams(one.body), Stream(one.block)]
    return found


def _read_block(
    abstract: AbstractTapes, tape: int, block: int, head: Form, edge: Form, stretches: list[Stretch]
) -> tuple[Form, Form]:
    """Head and end of a tape after a block; its stretch is added."""
    letters = abstract.blocks[block]
    effects = {letters.classes[row]: abstract.effect(row, tape) for row in letters.rows}
    written = frozenset(k for k, effect in effects.items() if effect.symbol is not None)
    jumps = {effect.jump for effect in effects.values()}
    if jumps != {None}:
        if len(jumps) > 1 or not abstract.specification.blocks[block].least:
            raise Unsupported(f"tape {tape + 1}: the read head jumps by the token")
        head = abstract.fixed(next(iter(jumps)) or 0)
    else:
        counted = [
            times(effect.move, abstract.length(Word(block, frozenset({k}))))
            for k, effect in effects.items()
        ]
        head = plus(head, *counted)
    if written:
        word = Word(block, written)
        end = plus(edge, abstract.length(word))
        stretches.append(Stretch(edge, end, word))
        edge = end
    return head, edge


def _read_token(
    abstract: AbstractTapes,
    tape: int,
    rows: tuple[int, ...],
    head: Form,
    edge: Form,
    stretches: list[Stretch],
) -> tuple[Form, Form]:
    """Head and end of a tape after a single token."""
    effects = [abstract.effect(row, tape) for row in rows]
    if len({effect.moves_alike for effect in effects}) > 1:
        raise Unsupported(
            f"tape {tape + 1}: what {abstract.token(rows[0])!r} moves depends on the prompt"
        )
    effect = effects[0]
    head = (
        plus(head, abstract.fixed(effect.move))
        if effect.jump is None
        else abstract.fixed(effect.jump)
    )
    if effect.symbol is not None:
        end = plus(edge, abstract.fixed(1))
        symbols = frozenset(e.symbol for e in effects if e.symbol is not None)
        stretches.append(Stretch(edge, end, symbols))
        edge = end
    return head, edge
