"""The provers of claims about machines, in the order in which a check asks them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from ...clock import deadline, limited, look, until
from ...verify.effort import Effort
from ..machine import Machine
from ..tasks import SequenceTask
from ..tasks.prompts import describe
from .answers import (
    LENGTHS,
    NOTHING,
    Comparison,
    Enumerated,
    answers_of,
    enumerated,
    random_prompts,
    searched,
    shrunk,
    truth_of,
)
from .checking import check_proof
from .finite import decided
from .place_value import computes
from .proof import Gap, Proof
from .search import find_proof
from .verdict import SequenceVerdict

if TYPE_CHECKING:
    from ...verify.prover import Prover

    SequenceProver: TypeAlias = Prover["SequenceClaim", "Known", SequenceVerdict]

PROOF = "induction over the answer, with linear invariants on counts and cells"
ENUMERATION = "every prompt answered"
AUTOMATA = "exact equivalence with the finite automaton of the task"
TESTS = "random prompts and Hypothesis"
_FIRST_TOKENS = 100_000
# What a question counts whether inequalities contradict each other, which takes 0.1 to 1 ms. The programs of
# `benchmarks/programs.py` are proved with at most 20,000 of them.
_QUESTION = 10
_PAIR = 10  # what a pair of states counts, beside a term of a polynomial

Tell: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SequenceClaim:
    """A machine answers every prompt of a task as the task says, or as another machine does."""

    machine: Machine
    task: SequenceTask
    other: Machine | None = None

    @property
    def comparison(self) -> Comparison:
        right = truth_of(self.task) if self.other is None else answers_of(self.other)
        return Comparison(self.machine, right)

    def verdict(self, level: Any, method: str, **facts: Any) -> SequenceVerdict:
        """A verdict on this claim."""
        specification = self.task.specification
        shape = f"prompts of {self.task.name}" if specification is None else describe(specification)
        return SequenceVerdict(level, method, shape, **facts)


@dataclass(frozen=True, slots=True)
class Known:
    """What the provers so far learnt of a claim that they left open.

    All prompts up to a length, `all_short`, and `random` ones are answered alike; `reason` says why there is
    no proof for all lengths.
    """

    all_short: Enumerated = NOTHING
    random: int = 0
    reason: str = "no proof that both answer alike was looked for"


@dataclass(frozen=True, slots=True)
class Tests:
    """`refuted` at a prompt among all short ones, random ones, and those that Hypothesis tries."""

    tell: Tell

    def attempt(
        self, claim: SequenceClaim, effort: Effort, known: Known
    ) -> SequenceVerdict | Known:
        comparison, task = claim.comparison, claim.task
        self.tell("answering short prompts")
        short = enumerated(comparison, task, min(_FIRST_TOKENS, effort.tokens))
        if short.wrong is not None:
            return claim.verdict("refuted", TESTS, counterexample=short.wrong)
        look()
        self.tell("answering random prompts")
        prompts = random_prompts(task, effort.seed)
        wrong = searched(comparison, task, effort.seed) or comparison.wrong(prompts)
        if wrong is None:
            return replace(known, all_short=short, random=len(prompts))
        self.tell("looking for a shorter counterexample")
        wrong = shrunk(comparison, task, wrong)
        return claim.verdict("refuted", TESTS, counterexample=wrong)


@dataclass(frozen=True, slots=True)
class Automata:
    """`proved` by pairs of states, or `refuted` by the shortest prompt, where task and machine are finite."""

    tell: Tell

    def attempt(
        self, claim: SequenceClaim, effort: Effort, known: Known
    ) -> SequenceVerdict | Known:
        self.tell("comparing states")
        with until(deadline()), limited(effort.operations // _PAIR):
            found = decided(claim.machine, claim.task.specification)
            if found is True:
                return claim.verdict("proved", AUTOMATA)
            wrong = claim.comparison.wrong([found]) if isinstance(found, tuple) else None
            if wrong is not None:
                return claim.verdict(
                    "refuted", AUTOMATA, counterexample=replace(wrong, shortest=True)
                )
        return known


@dataclass(frozen=True, slots=True)
class Induction:
    """`proved`, with a `Proof` as evidence that was checked apart from where it was found."""

    tell: Tell

    def attempt(
        self, claim: SequenceClaim, effort: Effort, known: Known
    ) -> SequenceVerdict | Known:
        found: Proof | Gap = Gap("no proof was found with the effort there is")
        with until(deadline()), limited(effort.operations // _QUESTION):
            found = self._proof(claim, effort.seed)
        if isinstance(found, Proof):
            return claim.verdict("proved", PROOF, evidence=found)
        return replace(known, reason=found.reason)

    def _proof(self, claim: SequenceClaim, seed: int) -> Proof | Gap:
        machine, specification = claim.machine, claim.task.specification
        if specification is None:
            return Gap("the truth of this task has no form that a proof for all lengths could use")
        self.tell("looking for a proof for all lengths")
        proof = find_proof(machine, specification, seed=seed)
        if isinstance(proof, Gap):
            return proof
        if not computes(specification):
            return Gap("the columns of the specification do not add up")
        self.tell("checking the proof")
        return check_proof(machine, specification, proof) or proof


@dataclass(frozen=True, slots=True)
class EveryPrompt:
    """`proved up to length`: every prompt up to it is answered; what that leaves is `tested` only."""

    tell: Tell

    def attempt(self, claim: SequenceClaim, effort: Effort, known: Known) -> SequenceVerdict:
        found = enumerated(
            claim.comparison, claim.task, effort.tokens, known.all_short, tell=self.tell
        )
        if found.wrong is not None:
            return claim.verdict("refuted", ENUMERATION, counterexample=found.wrong)
        facts: dict[str, Any] = {
            "prompts": found.prompts + known.random,
            "reason": f"{known.reason}; to answer all prompts of {found.longest + 1} tokens takes more "
            + ("time than there is" if deadline().passed else f"than {effort.tokens:,} tokens"),
        }
        if known.random:
            facts["longest_tried"] = max(LENGTHS)
        if found.longest:
            return claim.verdict("proved up to length", ENUMERATION, longest=found.longest, **facts)
        if known.random:
            return claim.verdict("tested", TESTS, **facts)
        return claim.verdict("unknown", "none", **facts)


def of_truth(tell: Tell) -> tuple[SequenceProver, ...]:
    """The provers of a claim that a machine answers as its task says."""
    return Automata(tell), Tests(tell), Induction(tell), EveryPrompt(tell)


def of_agreement(tell: Tell) -> tuple[SequenceProver, ...]:
    """The provers of a claim that two machines answer alike."""
    return Tests(tell), EveryPrompt(tell)
