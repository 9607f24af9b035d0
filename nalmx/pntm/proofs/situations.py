"""What is assumed on the way from one situation to the next.

An oracle decides which guards on counts and cells can hold and which tokens can stand at a place: one
that knows a single prompt follows that prompt, one that knows constraints follows all prompts that
satisfy them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from .abstract_tapes import Word
from .proof import Form, Memory, Place


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
