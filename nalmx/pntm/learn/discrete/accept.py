"""When a machine counts as learned: it answers every example by a rule, or all but noise.

A machine that answers everything must also say prompts that its table was grown without (`exam`).
Where wrong tokens are allowed, what it does not say must look like noise besides: independent of the
prompt (`independence`), no more than was allowed, and told, machine and errors together, more briefly
than any simple predictor tells the answers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...machine import Machine
from ...tasks import Example
from ...vocabulary import Vocabulary
from .data import Data, Streams, first_questions
from .exam import contexts
from .independence import dependence
from .judge import FittedMachine, coder_of
from .noise import Agreement, agreement, description_length
from .refit import refitted
from .table import split_part

COMPARED_QUESTIONS = 3_000
EVIDENCE = 50  # examples, for differences to be called noise
TOLERATED = 0.25  # of answer tokens may be wrong at most
_GAIN = 10.0  # nats: answers that no rule gives are told so much more briefly once in e¹⁰ times
_MORE_NOISE, _RARE = 1.5, 0.02  # how much more may be wrong in examples held out, and besides


@dataclass(frozen=True)
class Told:
    """A machine, how far it agrees with examples, and how briefly they are told by it."""

    fitted: FittedMachine
    told: Agreement
    length: float

    @property
    def not_learned(self) -> FittedMachine:
        """The machine with its errors where its own answers are fed back."""
        return replace(self.fitted, errors=1 - self.told.tokens, learned=False)


def examined(fitted: FittedMachine) -> FittedMachine:
    """A machine that answers everything, learned where it passes its exam."""
    exam = fitted.sit()
    return replace(fitted, exam=exam, learned=exam.passed, reason=exam.reason)


def judged(
    machine: Machine, examples: Sequence[Example], vocabulary: Vocabulary, noise: float
) -> FittedMachine:
    """A machine, learned where its answers to the examples bear that out, however it was found."""
    some = first_questions(examples, COMPARED_QUESTIONS)
    length = description_length(machine, agreement(machine, some), some, math.inf)
    told = agreement(machine, examples)
    fitted = refitted(machine, Data(examples, vocabulary, told.heard))
    return accepted(
        Told(replace(fitted, machine=machine), told, length), examples, vocabulary, noise
    )


def accepted(
    best: Told, examples: Sequence[Example], vocabulary: Vocabulary, noise: float
) -> FittedMachine:
    """A machine, learned where it answers all examples but for noise in this part of their tokens."""
    told, fitted = best.told, best.not_learned
    if told.wrong:
        if not noise:
            return fitted
        reason = _no_noise(told, examples, noise) or _unexplained(best, examples, vocabulary)
        if reason is not None:
            return replace(fitted, reason=reason)
    again = refitted(fitted.machine, Data(examples, vocabulary, told.heard))
    fitted = examined(replace(fitted, sit=again.sit))
    return replace(fitted, noise=told.noise if fitted.learned and told.wrong else None)


def _no_noise(told: Agreement, examples: Sequence[Example], most: float) -> str | None:
    """Why the errors cannot be taken for noise; None where they can."""
    if len(examples) < EVIDENCE:
        return f"{len(examples)} examples are too few to tell errors from a rule; give {EVIDENCE}"
    if told.noise.interval[0] > most:
        return f"{told.noise.rate:.1%} of answer tokens would be errors, more than {most:.0%}"
    return told.unlike_noise or dependence(examples, told.said)


def _unexplained(best: Told, examples: Sequence[Example], vocabulary: Vocabulary) -> str | None:
    """Why the machine explains nothing; None where the examples are told more briefly by it, its
    register included, than by any predictor, and its table, grown anew without some prompts, says
    those about as well as all."""
    states, size = best.fitted.machine.register.shape
    some = Streams.of(first_questions(examples, COMPARED_QUESTIONS), vocabulary)
    coder, everything = coder_of(some), np.arange(len(some.targets))
    lengths: dict[str, float] = {}
    for name, context in contexts(some).items():
        parts = split_part(everything, [context.astype(np.int32)])
        lengths[name] = sum(coder.length(part) for part in parts)
    shortest = min(lengths, key=lambda name: lengths[name])
    if best.length + states * size * math.log(states) + _GAIN >= lengths[shortest]:
        return f"machine and errors together are no shorter than what {shortest} leaves to say"
    data = Data(examples, vocabulary)  # registers were made of what it shows, no more
    new = refitted(best.fitted.machine, Data(data.shown, vocabulary, best.told.heard)).finished
    held = agreement(new.machine, data.held_out)
    if 1 - held.tokens > _MORE_NOISE * (1 - best.told.tokens) + _RARE:
        return f"of examples held out, {1 - held.tokens:.1%} of tokens are wrong"
    return None
