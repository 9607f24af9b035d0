"""One token of an answer, for all prompts at once: what should be said, and what a machine says.

A situation is everything finite about a machine that answers: where in the specification it stands,
the register, the last token. What is not finite, the counts and cells, are variables. An oracle
decides which guards on them can hold and which tokens can stand at a place: one that knows a single
prompt follows that prompt, one that knows constraints follows all prompts that satisfy them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from ...pntm.machine import BLANK, ROW
from ...tasks.sequences.specification import (
    Compare,
    Pass,
    Repeat,
    Say,
    Specification,
    State,
    Stream,
)
from .image import Image, Unsupported, Word
from .linear import Form, minus, plus

BEFORE, LOST = (
    "before",
    "lost",
)  # a read head that has not come to what was said, or is astray in it


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a specification: the instruction, the state, and the last rows its streams showed."""

    at: int = 0
    state: State = 0
    rows: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """The finite part of an answering machine that has just taken in a token."""

    place: Place
    register: int
    token: int
    echoes: tuple[Place | str | int, ...]  # by tape: what is known of what was said and is kept


@dataclass(frozen=True, slots=True)
class Memory:
    """How much of the past situations know; the more, the more of them there are.

    `tokens`: the tokens that the streams showed last. `echoes`: of what was said and is kept on a
    tape, nothing, the `last` of it, or where in the specification what the read head is at was said
    (`follow`).
    """

    tokens: bool = False
    echoes: Literal["nothing", "last", "follow"] = "nothing"


@dataclass(frozen=True, slots=True)
class Path:
    """What is assumed on the way: guards, and rows that stand at places of words."""

    guards: tuple[Form, ...] = ()
    rows: tuple[tuple[Word, Form, int], ...] = ()


class Oracle(Protocol):
    """Knows which guards can hold, and which rows can stand at a place."""

    def assume(self, path: Path, *guards: Form) -> Path | None:
        """The path with more guards, or None where they cannot hold."""
        ...

    def read(
        self, path: Path, word: Word, index: Form, rows: Sequence[int]
    ) -> Iterator[tuple[int, Path]]:
        """The rows of these that can stand at a place of a word."""
        ...


@dataclass(frozen=True, slots=True)
class Said:
    """What should be said next, None at the end; the place after it with its variables i and r."""

    path: Path
    token: str | None
    place: Place
    i: Form
    r: Form


@dataclass(frozen=True, slots=True)
class Enter:
    """The begin of a repetition: go on, or behind it."""

    block: int
    behind: int


@dataclass(frozen=True, slots=True)
class Again:
    """The end of a repetition: back to its begin."""

    begin: int


_NO_MEMORY = Memory()

Code: TypeAlias = tuple[Pass | Say | Compare | Enter | Again, ...]


def flat(specification: Specification) -> Code:
    """The instructions in a row."""
    code: list[Pass | Say | Compare | Enter | Again] = []
    for one in specification.instructions:
        if isinstance(one, Repeat):
            begin = len(code)
            code += [Enter(one.block, begin + len(one.body) + 2), *one.body, Again(begin)]
        else:
            code.append(one)
    return tuple(code)


class Steps:
    """The steps of one machine that should follow one specification."""

    def __init__(self, image: Image, memory: Memory = _NO_MEMORY) -> None:
        self.image = image
        self.memory = memory
        self._machine = image.machine
        self._code = flat(image.specification)
        self._one = image.fixed(1)
        self._echoes = {tape: image.echoes(tape) for tape in image.tapes}
        self._stateful = [len(x.entry | _states(image, x.rows)) > 1 for x in image.blocks]
        vocabulary = image.machine.vocabulary
        self.answers = {t: vocabulary.equals + 1 + k for k, t in enumerate(vocabulary.answer)}
        self.start = Place(state=image.specification.start)

    def begin(self, oracle: Oracle) -> Iterator[tuple[Situation, Path, dict[int, Form]]]:
        """The situations right after `=`, with the values of the variables there."""
        image = self.image
        for register in sorted(image.ends):
            for path, echoes in self._first_echoes(oracle, Path(), image.tapes):
                updates = {image.variable("i"): self._one, image.variable("r"): self._one}
                for tape in image.tapes:
                    updates[image.variable(f"q{tape + 1}")] = image.heads[tape]
                    updates[image.variable(f"e{tape + 1}")] = image.fixed(0)
                    updates[image.variable(f"i{tape + 1}")] = self._one
                    updates[image.variable(f"r{tape + 1}")] = self._one
                token = self._machine.vocabulary.equals
                yield Situation(self.start, register, token, echoes), path, updates

    def _first_echoes(
        self, oracle: Oracle, path: Path, tapes: tuple[int, ...]
    ) -> Iterator[tuple[Path, tuple[Place | str | int, ...]]]:
        if not tapes:
            yield path, ()
            return
        over = minus(self.image.heads[tapes[0]], self._filled(tapes[0]))
        for known, echo in self._enters(oracle, path, tapes[0], over):
            for rest, others in self._first_echoes(oracle, known, tapes[1:]):
                yield rest, (echo, *others)

    def _enters(
        self, oracle: Oracle, path: Path, tape: int, over: Form
    ) -> Iterator[tuple[Path, Place | str]]:
        """What a read head is at that stands `over` cells behind what the prompt left on a tape."""
        if not self._follows(tape):
            yield path, BEFORE
            return
        fixed = self.image.fixed
        branches = (
            (BEFORE, (minus(fixed(0), over),)),
            (self.start, (minus(over, fixed(1)), minus(fixed(1), over))),
            (LOST, (minus(over, fixed(2)),)),
        )
        for echo, guards in branches:
            known = oracle.assume(path, *guards)
            if known is not None:
                yield known, echo

    def _several(self, tape: int) -> bool:
        """Whether what is said leaves different symbols on a tape; else no more need be known."""
        return len(frozenset().union(*self._echoes[tape].values())) > 1

    def _follows(self, tape: int) -> bool:
        return self.memory.echoes == "follow" and self._several(tape)

    def _filled(self, tape: int) -> Form:
        """How many cells of a tape a prompt fills."""
        regions = self.image.regions[tape]
        return regions[-1].high if regions else self.image.fixed(0)

    # What should be said.

    def next_said(self, oracle: Oracle, now: Situation) -> Iterator[Said]:
        """What the specification says next in a situation."""
        i, r = self.image.form("i"), self.image.form("r")
        yield from self.said(oracle, self.remembered(now.place, i), now.place, i, r)

    def said(self, oracle: Oracle, path: Path, place: Place, i: Form, r: Form) -> Iterator[Said]:
        """What the specification says next at a place, with the variables i and r."""
        if place.at == len(self._code):
            yield Said(path, None, place, i, r)
            return
        onward = Place(place.at + 1, place.state)
        match self._code[place.at]:
            case Pass() as walk:
                yield from self._walk(oracle, path, walk, place, i, r)
            case Say(token):
                token_said = token(place.state)
                if token_said is None:
                    yield from self.said(oracle, path, onward, self._one, r)
                else:
                    yield Said(path, token_said, onward, self._one, r)
            case Compare(first, second, tokens):
                a, b = (self.image.length(self.image.word(s)) for s in (first, second))
                guards = ((minus(b, a, 1),), (minus(a, b), minus(b, a)), (minus(a, b, 1),))
                for token_said, assumed in zip(tokens, guards, strict=True):
                    known = oracle.assume(path, *assumed)
                    if known is not None:
                        yield Said(known, token_said, onward, self._one, r)
            case Enter(block, behind):
                length = self.image.length(self.image.word(Stream(block)))
                within = oracle.assume(path, minus(length, r))
                if within is not None:
                    yield from self.said(oracle, within, onward, self._one, r)
                over = oracle.assume(path, minus(r, length, 1))
                if over is not None:
                    after = Place(behind, place.state)
                    yield from self.said(oracle, over, after, self._one, self._one)
            case Again(begin):
                again = Place(begin, place.state)
                yield from self.said(oracle, path, again, self._one, plus(r, self._one))

    def _walk(
        self, oracle: Oracle, path: Path, walk: Pass, place: Place, i: Form, r: Form
    ) -> Iterator[Said]:
        words = [self.image.word(stream) for stream in walk.streams]
        lengths = list(map(self.image.length, words))
        for known, inside in self._inside(oracle, path, lengths, i):
            if not (inside[0] if walk.with_first else any(inside)):
                onward = Place(place.at + 1, place.state)
                yield from self.said(oracle, known, onward, self._one, r)
                continue
            last = place.rows or (None,) * len(words)
            for rows, reading in self._rows(oracle, known, walk, words, lengths, inside, last, i):
                seen = tuple(None if row is None else self.image.token(row) for row in rows)
                state, token = walk.step(place.state, seen)
                kept = tuple(
                    row if self.memory.tokens else self._kept(row, stream)
                    for row, stream in zip(rows, walk.streams, strict=True)
                )
                after = Place(place.at, state, kept if any(k is not None for k in kept) else ())
                yield Said(reading, token, after, plus(i, self._one), r)

    def _kept(self, row: int | None, stream: Stream) -> int | None:
        """What must be known of a row to tell what can come next: its state; backward, all of it."""
        if row is None or not self._stateful[stream.block]:
            return None
        return row if stream.backward else row - row % self._machine.vocabulary.size

    def remembered(self, place: Place, i: Form) -> Path:
        """What is known of tokens that were shown in the step before."""
        if not self.memory.tokens or not place.rows:
            return Path()
        walk = self._code[place.at]
        assert isinstance(walk, Pass)
        known = []
        for stream, row in zip(walk.streams, place.rows, strict=True):
            if row is not None:
                word = self.image.word(stream)
                back = minus(plus(self.image.length(word), self._one, self._one), i)
                known.append((word, back if stream.backward else minus(i, self._one), row))
        return Path((), tuple(known))

    def _inside(
        self, oracle: Oracle, path: Path, lengths: Sequence[Form], i: Form
    ) -> Iterator[tuple[Path, tuple[bool, ...]]]:
        """Which streams have a token at place i."""
        if not lengths:
            yield path, ()
            return
        for inside, guard in ((True, minus(lengths[0], i)), (False, minus(i, lengths[0], 1))):
            known = oracle.assume(path, guard)
            if known is not None:
                for rest, others in self._inside(oracle, known, lengths[1:], i):
                    yield rest, (inside, *others)

    def _rows(
        self,
        oracle: Oracle,
        path: Path,
        walk: Pass,
        words: Sequence[Word],
        lengths: Sequence[Form],
        inside: Sequence[bool],
        last: Sequence[int | None],
        i: Form,
    ) -> Iterator[tuple[tuple[int | None, ...], Path]]:
        """The rows that the streams of a pass can show at place i."""
        if not words:
            yield (), path
            return
        rest = (words[1:], lengths[1:], inside[1:], last[1:])
        if not inside[0]:
            for others, known in self._rows(oracle, path, _tail(walk), *rest, i):
                yield (None, *others), known
            return
        stream = walk.streams[0]
        index = minus(plus(lengths[0], self._one), i) if stream.backward else i
        possible = self._following(stream, words[0], last[0])
        for row, reading in oracle.read(path, words[0], index, possible):
            for others, known in self._rows(oracle, reading, _tail(walk), *rest, i):
                yield (row, *others), known

    def _following(self, stream: Stream, word: Word, last: int | None) -> Sequence[int]:
        """The rows that can come next in a stream, from what the register must be between them."""
        letters = self.image.blocks[stream.block]
        rows = letters.of(word)
        if not self._stateful[stream.block] or stream.only is not None:
            return rows
        size, register = self._machine.vocabulary.size, self._machine.register
        if stream.backward:
            if last is None:
                return rows
            return [x for x in rows if register[x // size, last % size] == last // size]
        before = letters.entry if last is None else {last // size}
        return [x for x in rows if any(register[c, x % size] == x // size for c in before)]

    # What the machine says.

    def answers_of(self, oracle: Oracle, path: Path, now: Situation) -> Iterator[tuple[int, Path]]:
        """The symbols that the table can give; −1 where it has no entry."""
        row = now.register * self._machine.vocabulary.size + now.token
        yield from self._look(oracle, path, now, row, 0, {})

    def _look(
        self,
        oracle: Oracle,
        path: Path,
        now: Situation,
        row: int,
        at: int,
        seen: dict[int, int],
    ) -> Iterator[tuple[int, Path]]:
        node = self._machine.table[at]
        if node.answer is not None:
            yield node.answer, path
            return
        if node.tape == ROW:
            choices: Iterator[tuple[int, Path]] = iter([(row, path)])
        elif node.tape in seen:
            choices = iter([(seen[node.tape], path)])
        else:
            choices = self._symbols(oracle, path, now, node.tape)
        branches = dict(node.branches)
        for symbol, known in choices:
            child = branches.get(symbol, node.otherwise)
            if child is None:
                yield -1, known
                continue
            more = seen if node.tape == ROW else {**seen, node.tape: symbol}
            yield from self._look(oracle, known, now, row, child, more)

    def _symbols(
        self, oracle: Oracle, path: Path, now: Situation, tape: int
    ) -> Iterator[tuple[int, Path]]:
        """What a read head can see."""
        image = self.image
        head, written = image.form(f"q{tape + 1}"), image.form(f"e{tape + 1}")
        known = oracle.assume(path, minus(image.fixed(0), head))
        if known is not None:
            yield BLANK, known
        for region in image.regions[tape]:
            known = oracle.assume(path, minus(head, region.low, 1), minus(region.high, head))
            if known is None:
                continue
            if isinstance(region.content, frozenset):
                yield from ((symbol, known) for symbol in sorted(region.content))
                continue
            rows = image.blocks[region.content.block].of(region.content)
            index = minus(head, region.low)
            for row, reading in oracle.read(known, region.content, index, rows):
                symbol = image.effect(row, tape).symbol
                assert symbol is not None
                yield symbol, reading
        filled = self._filled(tape)
        known = oracle.assume(path, minus(head, filled, 1), minus(plus(filled, written), head))
        if known is not None:
            yield from self._echoed(oracle, known, now, tape)
        known = oracle.assume(path, minus(head, plus(filled, written), 1))
        if known is not None:
            yield BLANK, known

    def _echoed(
        self, oracle: Oracle, path: Path, now: Situation, tape: int
    ) -> Iterator[tuple[int, Path]]:
        """What a read head can see of what was said."""
        image, echoes = self.image, self._echoes[tape]
        place = now.echoes[image.tapes.index(tape)]
        if isinstance(place, int):
            end = plus(self._filled(tape), image.form(f"e{tape + 1}"))
            head = image.form(f"q{tape + 1}")
            known = oracle.assume(path, minus(head, end))
            if known is not None:
                yield place, known
            known = oracle.assume(path, minus(end, head, 1))
            if known is None:
                return
            path = known
        if not isinstance(place, Place):
            every = frozenset().union(*echoes.values())
            yield from ((symbol, path) for symbol in sorted(every))
            return
        for said in self._appended(oracle, path, place, tape):
            if said.token is not None:
                yield from ((symbol, said.path) for symbol in sorted(echoes[said.token]))

    def _appended(self, oracle: Oracle, path: Path, place: Place, tape: int) -> Iterator[Said]:
        """What is said next, from a place on, of what a tape keeps."""
        i, r = (self.image.form(f"{name}{tape + 1}") for name in "ir")
        waiting = [Said(path, "", place, i, r)]
        # Each round passes over one token that the tape does not keep; a pass of them has no end.
        for _ in range(len(self._code) + 1):
            following = [
                one
                for known in waiting
                for one in self.said(oracle, known.path, known.place, known.i, known.r)
            ]
            yield from (s for s in following if s.token is None or s.token in self._echoes[tape])
            waiting = [
                s for s in following if s.token is not None and s.token not in self._echoes[tape]
            ]
            if not waiting:
                return
        raise Unsupported(f"tape {tape + 1}: it keeps too little of what is said to follow it")

    # What taking it in does.

    def after(
        self, oracle: Oracle, now: Situation, said: Said
    ) -> Iterator[tuple[Situation, Path, dict[int, Form]]]:
        """The situations after a token is taken in, with the new values of the variables."""
        image = self.image
        token = self.answers[said.token or ""]
        register = int(self._machine.register[now.register, token])
        row = register * self._machine.vocabulary.size + token
        updates = {image.variable("i"): said.i, image.variable("r"): said.r}
        for tape in image.tapes:
            effect = image.effect(row, tape)
            head, written = image.form(f"q{tape + 1}"), image.form(f"e{tape + 1}")
            moved = plus(head, image.fixed(effect.move))
            updates[image.variable(f"q{tape + 1}")] = (
                moved if effect.jump is None else image.fixed(effect.jump)
            )
            if effect.symbol is not None:
                updates[image.variable(f"e{tape + 1}")] = plus(written, self._one)
        for path, echoes, more in self._next_echoes(oracle, said.path, now, row, image.tapes):
            yield Situation(said.place, register, token, echoes), path, {**updates, **more}

    def _next_echoes(
        self, oracle: Oracle, path: Path, now: Situation, row: int, tapes: tuple[int, ...]
    ) -> Iterator[tuple[Path, tuple[Place | str | int, ...], dict[int, Form]]]:
        if not tapes:
            yield path, (), {}
            return
        tape = tapes[0]
        for known, echo, updates in self._next_echo(oracle, path, now, row, tape):
            for rest, others, more in self._next_echoes(oracle, known, now, row, tapes[1:]):
                yield rest, (echo, *others), {**updates, **more}

    def _next_echo(
        self, oracle: Oracle, path: Path, now: Situation, row: int, tape: int
    ) -> Iterator[tuple[Path, Place | str | int, dict[int, Form]]]:
        image = self.image
        effect = image.effect(row, tape)
        echo = now.echoes[image.tapes.index(tape)]
        i, r = image.variable(f"i{tape + 1}"), image.variable(f"r{tape + 1}")
        begin = {i: self._one, r: self._one}
        if not self._follows(tape):
            last = self.memory.echoes == "last" and self._several(tape)
            yield path, effect.symbol if last and effect.symbol is not None else echo, {}
        elif effect.jump is not None or (echo == BEFORE and effect.move != 0):
            head = plus(image.form(f"q{tape + 1}"), image.fixed(effect.move))
            head = head if effect.jump is None else image.fixed(effect.jump)
            over = minus(head, self._filled(tape))
            yield from ((p, e, begin) for p, e in self._enters(oracle, path, tape, over))
        elif effect.move == 0 or echo == LOST:
            yield path, echo, {}
        elif effect.move == 1 and isinstance(echo, Place):
            for said in self._appended(oracle, path, echo, tape):
                if said.token is None:
                    yield said.path, LOST, begin
                else:
                    yield said.path, said.place, {i: said.i, r: said.r}
        else:
            yield path, LOST, begin


def _tail(walk: Pass) -> Pass:
    return Pass(walk.streams[1:], walk.step)


def _states(image: Image, rows: Sequence[int]) -> frozenset[int]:
    return frozenset(row // image.machine.vocabulary.size for row in rows)
