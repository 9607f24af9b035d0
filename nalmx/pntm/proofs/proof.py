"""Proofs about prompts of every length, as data: what the search writes and the checker reads.

A situation is everything finite of an answering machine: where in the specification it stands, its
register, the last token. What is not finite, counts and cells, are variables v1, …, vn, and a form
(c, a1, …, an) stands for c + a1·v1 + … + an·vn. The variables are, in this order: how many tokens of
each class a block has, block by block (rows of a block that do the same to every tape and that the same
streams show are one class; classes are numbered as their first rows come); the place i in a pass and
the repetition r; and for each tape that the table looks at the read head's cell q, the number e of
cells written since `=`, and the place and repetition of what was said at the cell read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..tasks.specification import State

Form: TypeAlias = tuple[int, ...]
Invariants: TypeAlias = tuple[Form, ...]
# Forms that cannot all be ≥ 0, each with the multiplier that shows it: their sum is below 0.
Contradiction: TypeAlias = tuple[tuple[int, Form], ...]

# A read head that has not come to what was said, or is astray in it.
BEFORE, LOST = "before", "lost"


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
class Proof:
    """The situations there are, with invariants ≥ 0; what they know of the past; why invariants follow."""

    situations: Mapping[Situation, Invariants]
    memory: Memory
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """What a proof does not show: in words, and the invariants of a situation that do not follow."""

    reason: str
    situation: Situation | None = None
    invariants: Invariants = ()
