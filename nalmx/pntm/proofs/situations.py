"""Situations of an answering machine, and what is assumed on the way to the next one.

A situation is everything finite: where in the specification the machine stands, its register, the
last token. What is not finite, the counts and cells, are variables. An oracle decides which guards on
them can hold and which tokens can stand at a place: one that knows a single prompt follows that
prompt, one that knows constraints follows all prompts that satisfy them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ..tasks.specification import State
from .image import Word
from .linear import Form

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


NO_MEMORY = Memory()
