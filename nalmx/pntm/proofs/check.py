"""The verdict on what a machine answers to the prompts of a task.

What is wrong is found first, by cheap means. What seems right is proved for every length if that can
be, and else up to the greatest length of which all prompts can be answered in the time there is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...errors import NoTruthValue
from ..machine import Machine
from ..tasks import Example, SequenceTask, Tokens
from ..tasks.prompts import describe
from .answers import (
    LENGTHS,
    Comparison,
    Enumerated,
    Side,
    answers_of,
    enumerated,
    random_prompts,
    searched,
    shrunk,
    truth_of,
)
from .checking import check_proof
from .place_value import computes
from .proof import Gap, Proof
from .search import find_proof
from .verdict import Differences, SequenceVerdict, WrongAnswer

PROOF = "induction over the answer, with linear invariants on counts and cells"
ENUMERATION = "every prompt answered"
TESTS = "random prompts and Hypothesis"
_FIRST_PROMPTS, _FIRST_SECONDS = 10_000, 1.0
_SECONDS_TO_PROVE = 60.0
_FEW = 3  # wrong answers that are kept of those to given examples


@dataclass(frozen=True, slots=True)
class SequenceEffort:
    """How long all prompts of a length are answered where there is no proof, and the seed of tests."""

    seconds: float = 60.0
    seed: int = 0
    stop_requested: Callable[[], bool] = lambda: False
    on_progress: Callable[[str], None] = lambda doing: None


@dataclass(frozen=True, slots=True)
class Checked(NoTruthValue):
    """A verdict, and its proof where it is `proved`."""

    _ask = "checked.verdict.holds('proved')"

    verdict: SequenceVerdict
    proof: Proof | None = None


def check_truth(
    machine: Machine, task: SequenceTask, effort: SequenceEffort | None = None
) -> Checked:
    """Whether a machine answers as a task says, for prompts of every length if possible."""
    effort = effort or SequenceEffort()
    began = time.perf_counter()
    tried = _tried(machine, truth_of(task), task, effort)
    if tried.wrong is not None:
        return Checked(_on(task, began, "refuted", TESTS, counterexample=tried.wrong))
    proof = _proof(machine, task, effort)
    if isinstance(proof, Proof):
        return Checked(_on(task, began, "proved", PROOF), proof)
    return Checked(_up_to(machine, truth_of(task), task, effort, began, tried, proof.reason))


def check_agreement(
    left: Checked,
    right: Checked,
    machine: Machine,
    program: Machine,
    task: SequenceTask,
    effort: SequenceEffort | None = None,
) -> SequenceVerdict:
    """Whether two machines answer alike, where it is known how each compares with the truth."""
    effort = effort or SequenceEffort()
    began = time.perf_counter()
    verdicts = left.verdict, right.verdict
    if all(verdict.verdict == "proved" for verdict in verdicts):
        return _on(task, began, "proved", "both are proved to answer as the task says")
    tried = _tried(machine, answers_of(program), task, effort)
    if tried.wrong is not None:
        return _on(task, began, "refuted", TESTS, counterexample=tried.wrong)
    if "refuted" in [verdict.verdict for verdict in verdicts]:
        # It is known already that one of them is wrong.
        effort = replace(effort, seconds=min(effort.seconds, _FIRST_SECONDS))
    if all(verdict.verdict == "proved up to length" for verdict in verdicts):
        shorter = min(verdicts, key=lambda verdict: verdict.longest or 0)
        return replace(shorter, method="both are proved to answer as the task says up to it")
    reason = "no proof that both answer alike was looked for"
    return _up_to(machine, answers_of(program), task, effort, began, tried, reason)


def check_examples(
    machine: Machine, examples: Sequence[Example], what: str, noisy: Sequence[Example] = ()
) -> SequenceVerdict:
    """Whether a machine answers examples as they say; nothing is said of other prompts.

    Those of `noisy` that it answers otherwise are taken for errors, and refute nothing.
    """
    exact = _on_prompts(machine, [(e.prompt, e.answer) for e in examples], what)
    if not noisy:
        return exact
    known = _on_prompts(machine, [(e.prompt, e.answer) for e in noisy], what)
    prompts = (exact.prompts or 0) + (known.prompts or 0)
    return replace(
        exact, prompts=prompts, errors=known.wrong, seconds=exact.seconds + known.seconds
    )


def check_agreement_on(
    machine: Machine, program: Machine, prompts: Sequence[Tokens], what: str
) -> SequenceVerdict:
    """Whether two machines answer prompts alike; nothing is said of other prompts."""
    return _on_prompts(machine, list(zip(prompts, answers_of(program)(prompts), strict=True)), what)


def _on_prompts(
    machine: Machine, pairs: Sequence[tuple[Tokens, Tokens | None]], what: str
) -> SequenceVerdict:
    began = time.perf_counter()
    pairs = sorted(pairs, key=lambda pair: (len(pair[0]), pair[0]))
    comparison = Comparison(machine, lambda prompts: [answer for _, answer in pairs])
    wrong = list(comparison.differences([prompt for prompt, _ in pairs]))
    unseen = sum(one.unseen is not None for one in wrong)
    few = tuple({one.prompt: one for one in reversed(wrong)}.values())[: -_FEW - 1 : -1]
    return SequenceVerdict(
        "refuted" if wrong else "tested",
        "the given prompts",
        what,
        prompts=len(pairs),
        counterexample=wrong[0] if wrong else None,
        reason=None if wrong else "what is right for other prompts is not known",
        seconds=time.perf_counter() - began,
        wrong=Differences(len(wrong), len(pairs), unseen, few) if wrong else None,
    )


@dataclass(frozen=True, slots=True)
class _Tried:
    """What cheap tests showed: prompts, all short ones among them, or one that is answered wrongly."""

    all_short: Enumerated
    random: int
    wrong: WrongAnswer | None


def _tried(machine: Machine, right: Side, task: SequenceTask, effort: SequenceEffort) -> _Tried:
    comparison = Comparison(machine, right)
    effort.on_progress("answering short prompts")
    short = enumerated(
        comparison,
        task,
        _FIRST_SECONDS,
        most=_FIRST_PROMPTS,
        stop_requested=effort.stop_requested,
    )
    if short.wrong is not None:
        return _Tried(short, 0, short.wrong)
    effort.on_progress("answering random prompts")
    prompts = random_prompts(task, effort.seed)
    wrong = searched(comparison, task, effort.seed) or comparison.wrong(prompts)
    if wrong is not None:
        effort.on_progress("looking for a shorter counterexample")
        wrong = shrunk(comparison, task, wrong)
    return _Tried(short, len(prompts), wrong)


def _proof(machine: Machine, task: SequenceTask, effort: SequenceEffort) -> Proof | Gap:
    """A proof that was checked apart from where it was found."""
    if task.specification is None:
        return Gap("the truth of this task has no form that a proof for all lengths could use")
    effort.on_progress("looking for a proof for all lengths")
    deadline = time.monotonic() + _SECONDS_TO_PROVE

    def stop() -> bool:
        return effort.stop_requested() or time.monotonic() > deadline

    proof = find_proof(machine, task.specification, seed=effort.seed, stop_requested=stop)
    if isinstance(proof, Gap):
        return proof
    if not computes(task.specification):
        return Gap("the columns of the specification do not add up")
    effort.on_progress("checking the proof")
    return check_proof(machine, task.specification, proof, stop) or proof


def _up_to(
    machine: Machine,
    right: Side,
    task: SequenceTask,
    effort: SequenceEffort,
    began: float,
    tried: _Tried,
    reason: str,
) -> SequenceVerdict:
    """The verdict without a proof for all lengths."""
    found = enumerated(
        Comparison(machine, right),
        task,
        effort.seconds,
        tried.all_short,
        stop_requested=effort.stop_requested,
        on_progress=effort.on_progress,
    )
    facts: dict[str, Any] = {
        "prompts": found.prompts + tried.random,
        "longest_tried": max(LENGTHS),
        "reason": f"{reason}; all prompts of {found.longest + 1} tokens take more than "
        f"{effort.seconds:g} s",
    }
    if found.wrong is not None:
        return _on(task, began, "refuted", ENUMERATION, counterexample=found.wrong)
    if not found.longest:
        return _on(task, began, "tested", TESTS, **facts)
    return _on(task, began, "proved up to length", ENUMERATION, longest=found.longest, **facts)


def _on(task: SequenceTask, began: float, level: Any, method: str, **facts: Any) -> SequenceVerdict:
    shape = f"prompts of {task.name}"
    if task.specification is not None:
        shape = describe(task.specification)
    return SequenceVerdict(level, method, shape, **facts, seconds=time.perf_counter() - began)
