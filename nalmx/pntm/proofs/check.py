"""The verdict on what a machine answers to the prompts of a task.

What is wrong is found first, by cheap means. What seems right is proved for every length if that can
be, and else up to the greatest length of which all prompts can be answered with the effort there is.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...clock import deadline, move_on_after, until
from ...verify.effort import Effort
from ..machine import Machine
from ..tasks import Example, SequenceTask, Tokens
from .answers import Comparison, answers_of
from .provers import Known, SequenceClaim, Tell, of_agreement, of_truth
from .verdict import Differences, SequenceVerdict

if TYPE_CHECKING:
    from .provers import SequenceProver

_FEW = 3  # wrong answers that are kept of those to given examples
_FEW_TOKENS = 100_000  # where it is known already that one of two machines is wrong


def silently(doing: str) -> None:
    """Progress that nobody sees."""


def check_truth(
    machine: Machine, task: SequenceTask, effort: Effort | None = None, tell: Tell = silently
) -> SequenceVerdict:
    """Whether a machine answers as a task says, for prompts of every length if possible."""
    claim = SequenceClaim(machine, task)
    return checked(claim, effort or Effort(), of_truth(tell))


def check_agreement(
    left: SequenceVerdict,
    right: SequenceVerdict,
    machine: Machine,
    program: Machine,
    task: SequenceTask,
    effort: Effort | None = None,
    tell: Tell = silently,
) -> SequenceVerdict:
    """Whether two machines answer alike, where it is known how each compares with the truth."""
    effort = effort or Effort()
    claim, levels = SequenceClaim(machine, task, program), {left.verdict, right.verdict}
    if levels == {"proved"}:
        return claim.verdict("proved", "both are proved to answer as the task says")
    if levels == {"proved up to length"}:
        shorter = min(left, right, key=lambda verdict: verdict.longest or 0)
        return replace(shorter, method="both are proved to answer as the task says up to it")
    if "refuted" in levels:
        effort = replace(effort, tokens=min(effort.tokens, _FEW_TOKENS))
    return checked(claim, effort, of_agreement(tell))


def checked(
    claim: SequenceClaim,
    effort: Effort,
    provers: Iterable[SequenceProver],
) -> SequenceVerdict:
    """What the first prover says that settles a claim; the last one always says something."""
    began = time.perf_counter()
    found: SequenceVerdict | Known = Known()
    with move_on_after(effort.seconds):
        for prover in provers:
            assert isinstance(found, Known)
            with until(deadline()):
                found = prover.attempt(claim, effort, found)
            if isinstance(found, SequenceVerdict):
                break
    assert isinstance(found, SequenceVerdict)
    return replace(found, seconds=time.perf_counter() - began)


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
