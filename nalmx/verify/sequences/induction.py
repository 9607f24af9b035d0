"""Proofs for prompts of every length, checked step by step.

A proof lists the situations that an answering machine can be in, each with linear facts about the
counts and cells there. It is checked that the facts hold after `=`; that where they hold, everything
that the table can say is what the specification says next; and that the facts of the next situation
hold then. By induction on the tokens of the answer the machine says what the specification says,
whatever the length. Nothing in a proof is believed: wrong facts are not confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ...pntm.machine import Machine
from ...tasks.sequences.specification import Specification
from .image import Image, Unsupported, Word, image_of
from .linear import Form, contradictory, follows, minus, substituted
from .situations import Memory, Path, Said, Situation
from .steps import Steps

Facts: TypeAlias = tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """The situations there are, with facts; and what situations know of the past."""

    situations: Mapping[Situation, Facts]
    memory: Memory


class Possible:
    """The oracle of all prompts: what can hold together with some constraints."""

    def __init__(self, constraints: Sequence[Form]) -> None:
        self.constraints = tuple(constraints)

    def assume(self, path: Path, *guards: Form) -> Path | None:
        new = Path((*path.guards, *guards), path.rows)
        return None if contradictory((*self.constraints, *new.guards)) else new

    def read(
        self, path: Path, word: Word, index: Form, rows: Sequence[int]
    ) -> Iterator[tuple[int, Path]]:
        for other, place, row in path.rows:
            if other == word and self._same(path, index, place):
                # It is the row read there before, if that can be.
                if row in rows:
                    yield row, path
                return
        for row in rows:
            yield row, Path(path.guards, (*path.rows, (word, index, row)))

    def _same(self, path: Path, left: Form, right: Form) -> bool:
        if left == right:
            return True
        known = (*self.constraints, *path.guards)
        return follows(minus(left, right), known) and follows(minus(right, left), known)


@dataclass(frozen=True, slots=True)
class Gap:
    """What a proof does not show: in words, and the facts of a situation that do not follow."""

    reason: str
    situation: Situation | None = None
    facts: Facts = ()


def check_proof(
    machine: Machine,
    specification: Specification,
    proof: Proof,
    stop_requested: Callable[[], bool] = lambda: False,
) -> Gap | None:
    """The first gap of a proof; None where the machine says what is specified, for all prompts."""
    try:
        image = image_of(machine, specification)
        return next(gaps(Steps(image, proof.memory), proof.situations, stop_requested), None)
    except Unsupported as reason:
        return Gap(str(reason))


def gaps(
    steps: Steps,
    proof: Mapping[Situation, Facts],
    stop_requested: Callable[[], bool] = lambda: False,
) -> Iterator[Gap]:
    """Everything that a proof does not show."""
    image = steps.image
    for facts in proof.values():
        if any(len(form) != image.size for form in facts):
            raise Unsupported("the proof is of another machine")
    given = image.given()
    oracle = Possible(given)
    for situation, path, updates in steps.begin(oracle):
        yield from _not_shown(proof, situation, (*given, *path.guards), updates)
    for situation, facts in proof.items():
        if stop_requested():
            raise Unsupported("there was no time to check the proof")
        yield from _gaps_after(steps, proof, situation, (*given, *facts))


def _gaps_after(
    steps: Steps, proof: Mapping[Situation, Facts], now: Situation, known: Facts
) -> Iterator[Gap]:
    """The gaps of the step that is done in a situation."""
    oracle = Possible(known)
    ends_in = steps.image.specification.ends_in
    for said in steps.saying.next_said(oracle, now):
        if said.token is None and ends_in is not None and not ends_in(said.place.state):
            continue  # no prompt of the task comes here
        yield from _wrong_answers(steps, oracle, now, said)
        if said.token is not None and said.token in steps.answers:
            for situation, path, updates in steps.after(oracle, now, said):
                yield from _not_shown(proof, situation, (*known, *path.guards), updates)


def _wrong_answers(steps: Steps, oracle: Possible, now: Situation, said: Said) -> Iterator[Gap]:
    vocabulary = steps.image.machine.vocabulary
    wanted = vocabulary.end if said.token is None else steps.answers.get(said.token)
    for answer, _ in steps.answers_of(oracle, said.path, now):
        if answer != wanted:
            spelled = "nothing" if answer < 0 else repr(vocabulary.spell(answer))
            token = "the end" if said.token is None else repr(said.token)
            yield Gap(f"{spelled} cannot be ruled out where {token} should be said", now)


def _not_shown(
    proof: Mapping[Situation, Facts], situation: Situation, known: Facts, updates: dict[int, Form]
) -> Iterator[Gap]:
    if situation not in proof:
        yield Gap("a situation was not foreseen", situation)
        return
    missing = tuple(f for f in proof[situation] if not follows(substituted(f, updates), known))
    if missing:
        yield Gap("a fact does not follow", situation, missing)


__all__ = ["Facts", "Gap", "Image", "Possible", "Proof", "check_proof", "gaps"]
