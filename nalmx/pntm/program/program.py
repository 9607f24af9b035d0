"""A program: what a hardened machine does, with nothing in it that makes no difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from ...clock import move_on_after
from ...showing import Shown
from ..batch import decode_batch
from ..keys import Keys
from ..machine import Machine, longest_answer
from ..minimise import minimise
from ..tasks import SequenceTask, Token, Tokens
from ..tasks.prompts import prompts_of
from ..tasks.specification import Block
from .diagrams import dot, mermaid, program_lines
from .form_text import closed_form_lines
from .python_code import python_source

_EVERY = 4_000  # prompts of a task, from the shortest on
_RANDOM = {20: 300, 60: 60, 200: 20}
_UNSEEN = {15: 300, 150: 60, 1_000: 5}
_ROUNDS = 10
_SECONDS = 60.0  # to make a program small


@dataclass(frozen=True, eq=False, repr=False)
class Program(Shown):
    """A machine of the smallest size found: shifts, writes and symbols by token, and a next-token table.

    Example: `extract_program(machine, task).run(("a", "b"))`.
    """

    machine: Machine

    @property
    def rules(self) -> int:
        """Lines of the table that say a token."""
        return self.machine.entries

    def run(self, prompt: Sequence[Token], limit: int | None = None) -> Tokens | None:
        """The answer to a prompt; None where it does not end within `limit` tokens."""
        return self.machine.decode(prompt, limit)

    def run_all(
        self, prompts: Sequence[Sequence[Token]], limits: Sequence[int]
    ) -> list[Tokens | None]:
        """The answers to many prompts, millions of tokens a second."""
        return decode_batch(self.machine, prompts, limits)

    def lines(self, most: int | None = None) -> list[str]:
        """The program as text for a terminal, at most so many lines of it."""
        return program_lines(self.machine, most)

    def closed_forms(self, blocks: Sequence[frozenset[Token] | Token]) -> list[str]:
        """Positions, reads and answers as formulas, for prompts made of these blocks."""
        return closed_form_lines(self.machine, blocks)

    def to_python(self, name: str = "program") -> str:
        """A Python function of this name that needs nothing else."""
        return python_source(self.machine, name)

    def to_mermaid(self) -> str:
        return mermaid(self.machine)

    def to_dot(self) -> str:
        return dot(self.machine)

    def to_json(self) -> dict[str, Any]:
        return self.machine.to_json()

    @classmethod
    def from_json(cls, data: Any) -> Program:
        return cls(Machine.from_json(data))


def extract_program(machine: Machine, task: SequenceTask, seed: int = 0) -> Program:
    """The program of a machine for a task: all short prompts are explored, and random ones.

    A prompt that the program then answers differently is explored too, until none is found. That
    none is left is for verification to say.
    """
    random = np.random.default_rng([seed, 1])
    tokens = set(machine.vocabulary.prompt)  # others the machine cannot take in

    def sayable(prompts: Iterable[Tokens]) -> list[Tokens]:
        return [prompt for prompt in prompts if tokens.issuperset(prompt)]

    known = sayable([*_every(task), *_drawn(task, random, _RANDOM)])
    for _ in range(_ROUNDS):
        program = program_for(machine, known)
        unseen = sayable(_drawn(task, random, _UNSEEN))
        limits = [longest_answer(prompt) for prompt in unseen]
        pairs = zip(
            unseen,
            decode_batch(machine, unseen, limits),
            program.run_all(unseen, limits),
            strict=True,
        )
        differing = [prompt for prompt, own, other in pairs if own != other]
        if not differing:
            break
        known += differing
    return program


def program_for(machine: Machine, prompts: Iterable[Sequence[Token]]) -> Program:
    """The program of a machine that answers these prompts alike; of others, nothing is known.

    Where it takes too long to make it small, it is the machine as it is.
    """
    found = machine
    with move_on_after(_SECONDS):
        found = minimise(machine, Keys.of(machine, prompts))
    return Program(found)


def blocks_of(task: SequenceTask) -> list[frozenset[Token] | Token] | None:
    """The blocks of a task's prompts, where it has a specification."""
    if task.specification is None:
        return None
    return [
        frozenset(part.tokens) if isinstance(part, Block) else part
        for part in task.specification.shape
    ]


def _every(task: SequenceTask) -> list[Tokens]:
    """The first prompts of a task, from the shortest on."""

    def ascending() -> Iterator[Tokens]:
        for tokens in range(1, 40):
            yield from prompts_of(task, tokens)

    return list(islice(ascending(), _EVERY))


def _drawn(
    task: SequenceTask, random: np.random.Generator, lengths: dict[int, int]
) -> list[Tokens]:
    return [e.prompt for n, many in lengths.items() for e in task.examples(random, many, n)]
