"""What a task's answer is, as data that can be reasoned about for prompts of every length.

A prompt has a shape: blocks of any number of tokens, and single tokens between them. The answer is
said by instructions in order. A pass walks along one or several blocks and says a token at each
place; it carries a state, and a fold does so without a word. Others say a last token, compare two
counts, or repeat instructions.

    addition:  x⁺ + y⁺;  pass along x and y, both to their end, with the carry as state; last, a carry

`answer_of` reads a specification literally. The tasks' own `answer` is written apart from it, and
tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from ...errors import SettingError
from .tokens import Token, Tokens

State: TypeAlias = Hashable


@dataclass(frozen=True, slots=True)
class Block:
    """Any number of these tokens, at least `least`, in any order."""

    tokens: Tokens
    least: int = 1

    def __post_init__(self) -> None:
        if not self.tokens or self.least < 0:
            raise SettingError(
                f"a block needs tokens and a least number of them from 0 on, not {self.tokens} and "
                f"{self.least}"
            )


@dataclass(frozen=True, slots=True)
class Stream:
    """The tokens of a block one by one; only some of them, or from the last to the first."""

    block: int = 0
    only: Tokens | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Pass:
    """Walk along streams: at each place, `step(state, tokens)` gives the next state and what is said.

    States that are equal must behave alike. A stream that has ended shows None. The pass ends with
    the longest stream, or with the first one where `with_first` is set.
    """

    streams: tuple[Stream, ...]
    step: Callable[[State, tuple[Token | None, ...]], tuple[State, Token]]
    with_first: bool = False


@dataclass(frozen=True, slots=True)
class Fold:
    """Walk along a stream without a word: at each place, `step(state, token)` gives the next state."""

    step: Callable[[State, Token], State]
    stream: Stream = Stream()


@dataclass(frozen=True, slots=True)
class Say:
    """Say a token that depends on the state, or nothing."""

    token: Callable[[State], Token | None]


@dataclass(frozen=True, slots=True)
class Compare:
    """Say one of three tokens: the first stream is shorter, as long, or longer than the second."""

    first: Stream
    second: Stream
    tokens: tuple[Token, Token, Token]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Instructions, once for each token of a block."""

    block: int
    body: tuple[Pass | Say | Compare, ...]


Instruction: TypeAlias = Pass | Fold | Say | Compare | Repeat


@dataclass(frozen=True, slots=True)
class PlaceValue:
    """What a pass over digits computes: value(answer) = Σ weight · value(stream), in base `base`.

    It does if every column keeps  Σ weight · digit + carry(state) = digit said + base · carry(next).
    """

    weights: tuple[int, ...]
    base: int
    carry: Callable[[State], int]


@dataclass(frozen=True)
class Specification:
    """The shape of prompts, and what is said after one.

    `ends_in(state)` holds for the prompts of the task only, where it is given: the state after the
    last pass or fold. `no_longer` lists pairs of blocks of which the first is no longer than the second.
    """

    shape: tuple[Block | Token, ...]
    instructions: tuple[Instruction, ...]
    start: State = 0
    ends_in: Callable[[State], bool] | None = None
    no_longer: tuple[tuple[int, int], ...] = ()
    place_value: PlaceValue | None = None

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(part for part in self.shape if isinstance(part, Block))

    @property
    def tokens(self) -> Tokens:
        """The tokens of prompts."""
        parts = ((part,) if isinstance(part, str) else part.tokens for part in self.shape)
        return tuple(token for part in parts for token in part)

    def words(self, prompt: Tokens) -> tuple[Tokens, ...]:
        """The blocks of a prompt; a `SettingError` where it has another shape."""
        words: list[Tokens] = []
        at = 0
        for place, part in enumerate(self.shape):
            if isinstance(part, str):
                if prompt[at : at + 1] != (part,):
                    raise SettingError(f"a prompt has no {part!r} at place {at + 1}")
                at += 1
                continue
            ends = self._ends(place)
            begin = at
            while at < len(prompt) and prompt[at] in part.tokens and prompt[at] not in ends:
                at += 1
            words.append(prompt[begin:at])
            if at - begin < part.least:
                raise SettingError(f"a prompt has fewer than {part.least} tokens at place {at + 1}")
        if at < len(prompt):
            raise SettingError(f"{prompt[at][:20]!r} at place {at + 1} of a prompt is out of place")
        return tuple(words)

    def _ends(self, place: int) -> Tokens:
        """The tokens that end a block: what comes after it."""
        if place + 1 == len(self.shape):
            return ()
        following = self.shape[place + 1]
        return (following,) if isinstance(following, str) else following.tokens

    def admits(self, prompt: Tokens) -> bool:
        """Whether this is a prompt of the task."""
        try:
            words = self.words(prompt)
        except SettingError:
            return False
        if any(len(words[a]) > len(words[b]) for a, b in self.no_longer):
            return False
        return self.ends_in is None or self.ends_in(_said(self, words)[1])


def answer_of(specification: Specification, prompt: Tokens) -> Tokens:
    """What is said after a prompt of the task's shape."""
    return _said(specification, specification.words(prompt))[0]


def along(words: tuple[Tokens, ...], stream: Stream) -> Tokens:
    """The tokens of a stream."""
    word = words[stream.block]
    if stream.only is not None:
        word = tuple(token for token in word if token in stream.only)
    return word[::-1] if stream.backward else word


def _said(specification: Specification, words: tuple[Tokens, ...]) -> tuple[Tokens, State]:
    answer: list[Token] = []
    state = specification.start

    def follow(instruction: Instruction) -> None:
        nonlocal state
        match instruction:
            case Pass():
                streams = [along(words, stream) for stream in instruction.streams]
                length = len(streams[0]) if instruction.with_first else max(map(len, streams))
                for place in range(length):
                    seen = tuple(s[place] if place < len(s) else None for s in streams)
                    state, said = instruction.step(state, seen)
                    answer.append(said)
            case Fold():
                for one in along(words, instruction.stream):
                    state = instruction.step(state, one)
            case Say():
                token = instruction.token(state)
                answer.extend([] if token is None else [token])
            case Compare():
                first, second = (
                    len(along(words, s)) for s in (instruction.first, instruction.second)
                )
                answer.append(instruction.tokens[1 + (first > second) - (first < second)])
            case Repeat():
                for _ in words[instruction.block]:
                    for part in instruction.body:
                        follow(part)

    for instruction in specification.instructions:
        follow(instruction)
    return tuple(answer), state


def say(token: Token) -> Say:
    """Say this token."""
    return Say(lambda state: token)


def spell(*streams: Stream) -> Pass:
    """Say what the first of some streams shows."""
    return Pass(streams, lambda state, seen: (state, seen[0] or ""))


def after_each(
    tokens: Tokens, move: Callable[[Token, Token], Token], start: Token
) -> Specification:
    """Answers that follow a state: `move(state, token)` after each token."""

    def step(state: State, seen: tuple[Token | None, ...]) -> tuple[State, Token]:
        following = move(str(state), str(seen[0]))
        return following, following

    return Specification((Block(tokens),), (Pass((Stream(),), step),), start)
