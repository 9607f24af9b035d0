"""A machine by merging states: the form is chosen on prompts held out, and then all examples count.

Every fifth prompt is held out, as for the exam of any machine; but here nothing of the machine, its
states included, knows them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...errors import NoTruthValue
from ..machine import Machine
from ..nested import NestedAutomaton
from ..tasks import Example, Tokens
from ..transducer import Transducer, agreement
from ..transducer_machine import machine_of
from ..vocabulary import Vocabulary
from .discrete.data import Data
from .discrete.exam import examine
from .findings import Exam
from .merging.merge import merged
from .merging.rivals import Undecided, rival_of
from .merging.shown import least_shown
from .merging.tree import Form, forms_of

_MOST_STATES = 1_000  # of a machine
SHOWN = 8  # times that examples must show where a way leads
_LONGEST = 30  # tokens of a prompt in a line of text


@dataclass(frozen=True, eq=False)
class Merged(NoTruthValue):
    """A transducer that answers all examples, its machine, and the exam of what those shown give.

    A prompt held out may take two transitions one after the other that none of those shown takes:
    `foretold` counts them where all of the prompt is answered rightly, `missed` where it is not.
    """

    _ask = "merged.exam.passed"

    transducer: Transducer
    form: Form
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
        exam = examine(data, np.array([*rightly_answered(shown, data)], bool))
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
    return Merged(whole, form, machine, exam, *_new_pairs(shown, data))


def left_open(found: Merged, examples: Sequence[Example], vocabulary: Vocabulary) -> str | None:
    """What examples leave open of the machine that merging them gives; None where they decide it.

    They do where no other machine of its kind with as many states or fewer answers them all (`rival_of`),
    and where they show often enough where each way of two tokens leads (`least_shown`).
    """
    whole = found.transducer
    if found.form == "early":
        return (
            "whether other transducers answer the examples is decided of no words but single tokens"
        )
    entered = {way[0] for row in whole.steps for way in row if way is not None}
    if whole.unseen or any(whole.finals[q] is None for q in entered):
        return "no example shows what some of its states say to some token, or in the end"
    least, prompt = least_shown(whole, examples)
    if least < SHOWN:
        return (
            f"where {shown(prompt)} leads is shown {least} times, and less than {SHOWN} is little"
        )
    try:
        rival = rival_of(whole, examples, vocabulary, found.form)
    except Undecided:
        return (
            "whether as small a machine answers the examples, too, takes more effort than there is"
        )
    if rival is None:
        return None
    told = agreement(whole, rival)
    assert isinstance(told, tuple)
    own, its = (side.answer(told) for side in (whole, rival))
    return (
        f"another machine of {rival.states} states answers all examples; to {shown(told)} the machine "
        f"says {_answer(own)}, and that one {_answer(its)}"
    )


def _answer(said: Tokens | None) -> str:
    return "what no example shows" if said is None else shown(said)


def shown(tokens: Tokens) -> str:
    """Tokens in a line of text, shortened if they are many."""
    text = " ".join(tokens[:_LONGEST]) + (" …" if len(tokens) > _LONGEST else "")
    return f"`{text}`" if tokens else "nothing"


def rightly_answered(transducer: Transducer | NestedAutomaton, data: Data) -> Iterator[bool]:
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
