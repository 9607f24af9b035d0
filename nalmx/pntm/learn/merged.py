"""A machine by merging states: the form is chosen on prompts held out, and then all examples count.

Every fifth prompt is held out, as for the exam of any machine; but here nothing of the machine, its
states included, knows them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...errors import NoTruthValue
from ..machine import Machine
from ..tasks import Example
from ..transducer import Transducer
from ..transducer_machine import machine_of
from ..vocabulary import Vocabulary
from .discrete.data import Data
from .discrete.exam import examine
from .findings import Exam
from .merging.merge import merged
from .merging.tree import Form, forms_of

_MOST_STATES = 1_000  # of a machine


@dataclass(frozen=True, eq=False)
class Merged(NoTruthValue):
    """A transducer that answers all examples, its machine, and the exam of what those shown give.

    A prompt held out may take two transitions one after the other that none of those shown takes:
    `foretold` counts them where all of the prompt is answered rightly, `missed` where it is not.
    """

    _ask = "merged.exam.passed"

    transducer: Transducer
    machine: Machine
    exam: Exam
    foretold: int
    missed: int


@lru_cache(maxsize=1)
def merged_machine(examples: tuple[Example, ...], vocabulary: Vocabulary) -> Merged | None:
    """The machine whose form foretells most of what is held out; None where none passes its exam."""
    data = Data(examples, vocabulary)
    best: tuple[Exam, Form, Transducer] | None = None
    for form in forms_of(examples):
        shown = merged(data.shown, vocabulary, form)
        if shown is None:
            continue
        exam = examine(data, np.array([*_right(shown, data)], bool))
        if exam.passed and (best is None or exam.right > best[0].right):
            best = exam, form, shown
        if exam.right == 1:
            break
    if best is None:
        return None
    exam, form, shown = best
    whole = merged(examples, vocabulary, form)
    if whole is None or not all(whole.answer(e.prompt) == e.answer for e in examples):
        return None
    machine = machine_of(whole, vocabulary)
    if machine.states > _MOST_STATES:
        return None
    return Merged(whole, machine, exam, *_new_pairs(shown, data))


def _right(transducer: Transducer, data: Data) -> Iterator[bool]:
    """For every question held out, whether it is answered rightly from the prompt alone."""
    streams = data.streams
    answers = {example: transducer.answer(example.prompt) for example in data.held_out}
    encoded = {
        example: [*data.vocabulary.encode(Example(example.prompt, said)).tolist()]
        for example, said in answers.items()
        if said is not None
    }
    for question in np.flatnonzero(data.held).tolist():
        owner = int(data.owner[question])
        said = encoded.get(data.examples[owner])
        at = int(streams.asked[question] - streams.bounds[owner]) + 1
        yield said is not None and at < len(said) and said[at] == streams.targets[question]


def _new_pairs(transducer: Transducer, data: Data) -> tuple[int, int]:
    shown = {pair for example in data.shown for pair in transducer.pairs(example.prompt)}
    foretold = missed = 0
    for example in data.held_out:
        new = len({*transducer.pairs(example.prompt)} - shown)
        if transducer.answer(example.prompt) == example.answer:
            foretold += new
        else:
            missed += new
    return foretold, missed
