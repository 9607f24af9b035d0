"""What a specification says next, for all prompts at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..tasks.specification import (
    Compare,
    Fold,
    Pass,
    Repeat,
    Say,
    Specification,
    Stream,
)
from .abstract_tapes import AbstractTapes, Unsupported, Word
from .linear import minus, plus
from .proof import Form, Memory, Place, Situation
from .situations import Oracle, Path, Said


@dataclass(frozen=True, slots=True)
class Enter:
    """The begin of a repetition: go on, or behind it."""

    block: int
    behind: int


@dataclass(frozen=True, slots=True)
class Again:
    """The end of a repetition: back to its begin."""

    begin: int


Instructions: TypeAlias = Pass | Fold | Say | Compare | Enter | Again
Code: TypeAlias = tuple[Instructions, ...]


def flat(specification: Specification) -> Code:
    """The instructions in a row."""
    code: list[Instructions] = []
    for one in specification.instructions:
        if isinstance(one, Repeat):
            begin = len(code)
            code += [Enter(one.block, begin + len(one.body) + 2), *one.body, Again(begin)]
        else:
            code.append(one)
    return tuple(code)


class Semantics:
    """A specification read along prompts that a machine has taken in."""

    def __init__(self, abstract: AbstractTapes, memory: Memory) -> None:
        self.abstract = abstract
        self.memory = memory
        self.start = Place(state=abstract.specification.start)
        self._machine = abstract.machine
        self._code = flat(abstract.specification)
        self._one = abstract.fixed(1)
        self._stateful = [len(x.entry | _states(abstract, x.rows)) > 1 for x in abstract.blocks]

    @property
    def instructions(self) -> int:
        return len(self._code)

    def next_said(self, oracle: Oracle, now: Situation) -> Iterator[Said]:
        """What the specification says next in a situation."""
        i, r = self.abstract.form("i"), self.abstract.form("r")
        yield from self.said(oracle, self.remembered(now.place, i), now.place, i, r)

    def said(
        self,
        oracle: Oracle,
        path: Path,
        place: Place,
        i: Form,
        r: Form,
        silent: frozenset[int] = frozenset(),
    ) -> Iterator[Said]:
        """What the specification says next at a place, with the variables i and r.

        `silent` are the repetitions that were gone through without a word.
        """
        if place.at == len(self._code):
            yield Said(path, None, place, i, r)
            return
        onward = Place(place.at + 1, place.state)
        match self._code[place.at]:
            case Pass() as walk:
                yield from self._walk(oracle, path, walk, place, i, r, silent)
            case Say(token):
                token_said = token(place.state)
                if token_said is None:
                    yield from self.said(oracle, path, onward, self._one, r, silent)
                else:
                    yield Said(path, token_said, onward, self._one, r)
            case Compare(first, second, tokens):
                a, b = (self.abstract.length(self.abstract.word(s)) for s in (first, second))
                guards = ((minus(b, a, 1),), (minus(a, b), minus(b, a)), (minus(a, b, 1),))
                for token_said, assumed in zip(tokens, guards, strict=True):
                    known = oracle.assume(path, *assumed)
                    if known is not None:
                        yield Said(known, token_said, onward, self._one, r)
            case Enter(block, behind):
                length = self.abstract.length(self.abstract.word(Stream(block)))
                within = oracle.assume(path, minus(length, r))
                if within is not None:
                    yield from self.said(oracle, within, onward, self._one, r, silent | {place.at})
                over = oracle.assume(path, minus(r, length, 1))
                if over is not None:
                    after = Place(behind, place.state)
                    yield from self.said(oracle, over, after, self._one, self._one, silent)
            case Again(begin):
                enter = self._code[begin]
                if begin in silent and isinstance(enter, Enter):
                    # Nothing was said, so that nothing is in any repetition from here on.
                    after = Place(enter.behind, place.state)
                    yield from self.said(oracle, path, after, self._one, self._one, silent)
                    return
                again = Place(begin, place.state)
                yield from self.said(oracle, path, again, self._one, plus(r, self._one), silent)
            case _:
                raise Unsupported("instructions of this kind are not followed")

    def _walk(
        self,
        oracle: Oracle,
        path: Path,
        walk: Pass,
        place: Place,
        i: Form,
        r: Form,
        silent: frozenset[int],
    ) -> Iterator[Said]:
        words = [self.abstract.word(stream) for stream in walk.streams]
        lengths = list(map(self.abstract.length, words))
        for known, inside in self._inside(oracle, path, lengths, i):
            if not (inside[0] if walk.with_first else any(inside)):
                onward = Place(place.at + 1, place.state)
                yield from self.said(oracle, known, onward, self._one, r, silent)
                continue
            last = place.rows or (None,) * len(words)
            for rows, reading in self._rows(oracle, known, walk, words, lengths, inside, last, i):
                seen = tuple(None if row is None else self.abstract.token(row) for row in rows)
                state, token = walk.step(place.state, seen)
                if not isinstance(token, str):  # None would be taken for the end
                    raise Unsupported(f"a pass says {token!r}, which is no token")
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
                word = self.abstract.word(stream)
                back = minus(plus(self.abstract.length(word), self._one, self._one), i)
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
        letters = self.abstract.blocks[stream.block]
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


def _tail(walk: Pass) -> Pass:
    return Pass(walk.streams[1:], walk.step)


def _states(abstract: AbstractTapes, rows: Sequence[int]) -> frozenset[int]:
    return frozenset(row // abstract.machine.vocabulary.size for row in rows)
