"""A machine by merging terms: automata of nested words, and finite ones of which not all is shown.

As when states are merged, every fifth prompt is held out, and nothing of what is examined by them knows
them. What answers them all is kept; otherwise all examples are merged. Where brackets are, and not all
held out is answered rightly, they are merged strictly, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...errors import NoTruthValue
from ..machine import Machine
from ..nested import NestedAutomaton
from ..nested_machine import nested_machine
from ..tasks import Example
from ..transducer import Transducer
from ..transducer_machine import machine_of
from ..vocabulary import Vocabulary
from .discrete.data import Data
from .discrete.exam import examine
from .findings import Exam
from .merged import SHOWN, rightly_answered, shown
from .nesting.forest import pairs_of
from .nesting.merge import nested_automaton
from .nesting.shown import least_shown


@dataclass(frozen=True, eq=False)
class Nested(NoTruthValue):
    """An automaton that answers all examples, its machine, and the exam of what those shown give."""

    _ask = "nested.exam.passed"

    automaton: NestedAutomaton
    machine: Machine
    exam: Exam


@lru_cache(maxsize=1)
def nested_words(examples: tuple[Example, ...], vocabulary: Vocabulary) -> Nested | None:
    """The automaton of examples; None where it does not pass its exam, or answers an example wrongly."""
    data = Data(examples, vocabulary)
    best: tuple[Exam, NestedAutomaton] | None = None
    nested = bool(pairs_of([example.prompt for example in examples]))
    for strict in (False, True) if nested else (False,):
        known = nested_automaton(data.shown, strict=strict)
        if known is None:
            continue
        exam = examine(data, np.array([*rightly_answered(known, data)], bool))
        if not exam.passed or (best is not None and exam.right <= best[0].right):
            continue
        whole = known if _answers(known, examples) else nested_automaton(examples, strict=strict)
        if whole is not None and _answers(whole, examples):
            best = exam, whole
        if exam.right == 1:
            break
    if best is None:
        return None
    exam, whole = best
    if whole.pairs:
        return Nested(whole, nested_machine(whole, vocabulary), exam)
    return Nested(whole, machine_of(_transducer(whole), vocabulary), exam)


def left_open(found: Nested, examples: Sequence[Example]) -> str | None:
    """What examples leave open of the automaton that they give; None where they decide it.

    They do where prompts held out are all answered rightly, and where for each rule and each other state that
    it might lead to, several prompts take it and would be answered otherwise. With brackets that is asked of
    each rule after those that gave what it is used on: what a state more would change is rare there.
    """
    if found.exam.right < 1:  # of another automaton than the one that is kept
        return f"of prompts held out, not all are answered rightly: {found.exam}"
    prompts = sorted({example.prompt for example in examples}, key=lambda p: (len(p), p))
    least, rule = least_shown(found.automaton, prompts)
    if least < SHOWN:
        taker = next(prompt for prompt in prompts if rule in found.automaton.run(prompt)[0])
        return (
            f"where a step that {shown(taker)} takes leads is shown {least} times, and less than {SHOWN} is "
            "little"
        )
    return None


def _answers(automaton: NestedAutomaton, examples: Sequence[Example]) -> bool:
    return all(automaton.answer(e.prompt) == e.answer for e in examples)


def _transducer(automaton: NestedAutomaton) -> Transducer:
    """An automaton without brackets."""
    steps = tuple(
        tuple(
            None if target is None else (target, ())
            for a in range(len(automaton.tokens))
            for target in [automaton.rules.get((q, a, -1))]
        )
        for q in range(automaton.states)
    )
    return Transducer(automaton.tokens, steps, automaton.finals).minimal()
