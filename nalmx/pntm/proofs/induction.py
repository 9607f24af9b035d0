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

from ..machine import Machine
from ..tasks.specification import Specification
from .image import Unsupported, Word, image_of
from .linear import Form, contradictory, follows, minus, substituted
from .situations import Memory, Path, Said, Situation
from .steps import Steps

TOO_DEEP = "the table or the specification is nested too deeply"
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
        steps = Steps(image, proof.memory)
        return next(gaps(steps, dict(proof.situations), stop_requested), None)
    except Unsupported as reason:
        return Gap(str(reason))
    except RecursionError:
        return Gap(TOO_DEEP)


def gaps(
    steps: Steps,
    proof: Mapping[Situation, Facts],
    stop_requested: Callable[[], bool] = lambda: False,
) -> Iterator[Gap]:
    """Everything that a proof does not show of the situations that can be reached.

    Situations come from the steps of the machine; of the proof, only their facts are looked up.
    """
    size, given = steps.image.size, steps.image.given()
    reached: list[Situation] = []
    known: set[Situation] = set()

    def arrive(situation: Situation, assumed: Facts, updates: dict[int, Form]) -> Iterator[Gap]:
        facts = proof.get(situation)
        if facts is None:
            yield Gap("a situation was not foreseen", situation)
            return
        if any(len(form) != size or {*map(type, form)} != {int} for form in facts):
            raise Unsupported("the proof is of another machine")
        missing = tuple(f for f in facts if not follows(substituted(f, updates), assumed))
        if missing:
            yield Gap("a fact does not follow", situation, missing)
        if situation not in known:
            known.add(situation)
            reached.append(situation)

    for situation, path, updates in steps.begin(Possible(given)):
        yield from arrive(situation, (*given, *path.guards), updates)
    for now in reached:  # which grows
        if stop_requested():
            raise Unsupported("there was no time to check the proof")
        facts = (*given, *proof[now])
        oracle = Possible(facts)
        for said in _next_said(steps, oracle, now):
            yield from _wrong_answers(steps, oracle, now, said)
            if said.token in steps.answers:
                for situation, path, updates in steps.after(oracle, now, said):
                    yield from arrive(situation, (*facts, *path.guards), updates)


def _next_said(steps: Steps, oracle: Possible, now: Situation) -> Iterator[Said]:
    """What should be said next, but where no prompt of the task comes."""
    ends_in = steps.image.specification.ends_in
    for said in steps.saying.next_said(oracle, now):
        if said.token is not None or ends_in is None or ends_in(said.place.state):
            yield said


def _wrong_answers(steps: Steps, oracle: Possible, now: Situation, said: Said) -> Iterator[Gap]:
    vocabulary = steps.image.machine.vocabulary
    if said.token is not None and said.token not in steps.answers:
        yield Gap(f"the token {said.token!r} of answers was never seen in training", now)
        return
    wanted = vocabulary.end if said.token is None else steps.answers[said.token]
    for answer, _ in steps.answers_of(oracle, said.path, now):
        if answer != wanted:
            spelled = "nothing" if answer < 0 else repr(vocabulary.spell(answer))
            token = "the end" if said.token is None else repr(said.token)
            yield Gap(f"{spelled} cannot be ruled out where {token} should be said", now)
