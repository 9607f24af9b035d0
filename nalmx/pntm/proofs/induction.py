"""Proofs for prompts of every length, gone through step by step as they are looked for.

The situations that can be reached come from the steps of the machine; what a proof says of them are
invariants. Those that do not follow are gaps, and why the others follow is noted: contradictions between
linear forms. `checking` reads what comes out, and shares no code with this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..machine import Machine
from ..tasks.specification import Specification
from .abstract_tapes import Unsupported, Word, abstract_tapes_of
from .linear import contradiction, minus, negated, substituted
from .proof import Contradiction, Form, Gap, Invariants, Proof, Situation
from .situations import Path, Said
from .steps import Steps

TOO_DEEP = "the table or the specification is nested too deeply"


class Possible:
    """The oracle of all prompts: what can hold together with some constraints, and what follows."""

    def __init__(
        self, constraints: Sequence[Form], noted: dict[Contradiction, None] | None = None
    ) -> None:
        self.constraints = tuple(constraints)
        self._noted = {} if noted is None else noted

    def assume(self, path: Path, *guards: Form) -> Path | None:
        new = Path((*path.guards, *guards), path.rows)
        return None if self._excluded(new) else new

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

    def follows(self, path: Path, form: Form) -> bool:
        """Whether form ≥ 0 is shown to follow on a path, for whole numbers."""
        if form in self.constraints or form in path.guards:
            return True
        return (form[0] >= 0 and not any(form[1:])) or self._excluded(path, negated(form))

    def _excluded(self, path: Path, *more: Form) -> bool:
        found = contradiction((*self.constraints, *path.guards, *more))
        if found is not None:
            self._noted[found] = None
        return found is not None

    def _same(self, path: Path, left: Form, right: Form) -> bool:
        if left == right:
            return True
        return all(self.follows(path, form) for form in (minus(left, right), minus(right, left)))


def completed(
    machine: Machine,
    specification: Specification,
    proof: Proof,
) -> Proof | Gap:
    """A proof with the multipliers that its invariants follow by, or what does not follow."""
    noted: dict[Contradiction, None] = {}
    try:
        steps = Steps(abstract_tapes_of(machine, specification), proof.memory)
        gap = next(gaps(steps, dict(proof.situations), noted), None)
    except Unsupported as reason:
        return Gap(str(reason))
    except RecursionError:
        return Gap(TOO_DEEP)
    return gap or replace(proof, contradictions=tuple(noted))


def gaps(
    steps: Steps,
    proof: Mapping[Situation, Invariants],
    noted: dict[Contradiction, None] | None = None,
) -> Iterator[Gap]:
    """Everything that does not follow in the situations that can be reached; `noted` is why the rest does.

    Situations come from the steps of the machine; of the proof, only their invariants are looked up.
    """
    size, given = steps.abstract.size, steps.abstract.given()
    reached: list[Situation] = []
    known: set[Situation] = set()

    def arrive(
        oracle: Possible, situation: Situation, path: Path, updates: dict[int, Form]
    ) -> Iterator[Gap]:
        invariants = proof.get(situation)
        if invariants is None:
            yield Gap("a situation was not foreseen", situation)
            return
        if any(len(form) != size or {*map(type, form)} != {int} for form in invariants):
            raise Unsupported("the proof is of another machine")
        missing = tuple(f for f in invariants if not oracle.follows(path, substituted(f, updates)))
        if missing:
            yield Gap("an invariant does not follow", situation, missing)
        if situation not in known:
            known.add(situation)
            reached.append(situation)

    begin = Possible(given, noted)
    for situation, path, updates in steps.begin(begin):
        yield from arrive(begin, situation, path, updates)
    for now in reached:  # which grows
        oracle = Possible((*given, *proof[now]), noted)
        for said in _next_said(steps, oracle, now):
            yield from _wrong_answers(steps, oracle, now, said)
            if said.token in steps.answers:
                for situation, path, updates in steps.after(oracle, now, said):
                    yield from arrive(oracle, situation, path, updates)


def _next_said(steps: Steps, oracle: Possible, now: Situation) -> Iterator[Said]:
    """What should be said next, but where no prompt of the task comes."""
    ends_in = steps.abstract.specification.ends_in
    for said in steps.semantics.next_said(oracle, now):
        if said.token is not None or ends_in is None or ends_in(said.place.state):
            yield said


def _wrong_answers(steps: Steps, oracle: Possible, now: Situation, said: Said) -> Iterator[Gap]:
    vocabulary = steps.abstract.machine.vocabulary
    if said.token is not None and said.token not in steps.answers:
        yield Gap(f"the token {said.token!r} of answers was never seen in training", now)
        return
    wanted = vocabulary.end if said.token is None else steps.answers[said.token]
    for answer, _ in steps.answers_of(oracle, said.path, now):
        if answer != wanted:
            spelled = "nothing" if answer < 0 else repr(vocabulary.spell(answer))
            token = "the end" if said.token is None else repr(said.token)
            yield Gap(f"{spelled} cannot be ruled out where {token} should be said", now)
