"""A machine by merging terms: automata of nested words, and finite ones of which not all is shown.

As when states are merged, every fifth prompt is held out, and nothing of what is examined by them knows
them. What answers them all is kept; otherwise all examples are merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ...clock import look
from ...errors import NoTruthValue
from ..machine import Machine
from ..nested import NestedAutomaton, Rule
from ..nested_machine import nested_machine
from ..tasks import Example, Tokens
from ..transducer import Transducer
from ..transducer_machine import machine_of
from ..vocabulary import Vocabulary
from .discrete.data import Data
from .discrete.exam import examine
from .findings import Exam
from .merged import SHOWN, rightly_answered, shown
from .nesting.merge import nested_automaton

_TRIED = 400  # prompts that take a rule


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
    known = nested_automaton(data.shown)
    if known is None:
        return None
    exam = examine(data, np.array([*rightly_answered(known, data)], bool))
    if not exam.passed:
        return None
    whole = known if _answers(known, examples) else nested_automaton(examples)
    if whole is None or not _answers(whole, examples):
        return None
    if whole.pairs:
        return Nested(whole, nested_machine(whole, vocabulary), exam)
    return Nested(whole, machine_of(_transducer(whole), vocabulary), exam)


def left_open(found: Nested, examples: Sequence[Example]) -> str | None:
    """What examples leave open of the automaton that they give; None where they decide it.

    They do where prompts held out are all answered rightly, and where for each rule and each other state that
    it might lead to, several prompts take the rule and would be answered otherwise.
    """
    if found.exam.right < 1:  # of another automaton than the one that is kept
        return f"of prompts held out, not all are answered rightly: {found.exam}"
    automaton = found.automaton
    takers: dict[Rule, dict[Tokens, None]] = {rule: {} for rule in automaton.rules}
    for prompt in sorted({example.prompt for example in examples}, key=lambda p: (len(p), p)):
        for rule in automaton.run(prompt)[0]:
            if len(takers[rule]) < _TRIED:
                takers[rule][prompt] = None
    for rule, prompts in takers.items():
        for state in range(automaton.states):
            if state == automaton.rules[rule]:
                continue
            look()
            told = _told(automaton, rule, state, prompts)
            if told < SHOWN:
                return (
                    f"where a step that {shown(next(iter(prompts)))} takes leads is shown {told} times, "
                    f"and less than {SHOWN} is little"
                )
    return None


def _answers(automaton: NestedAutomaton, examples: Sequence[Example]) -> bool:
    return all(automaton.answer(e.prompt) == e.answer for e in examples)


def _told(automaton: NestedAutomaton, rule: Rule, state: int, prompts: dict[Tokens, None]) -> int:
    """How many prompts would have another answer, or none, if a rule led to another state; as many as
    matter."""
    other = replace(automaton, rules={**automaton.rules, rule: state})
    told = 0
    for prompt in prompts:
        told += other.answer(prompt) != automaton.answer(prompt)
        if told == SHOWN:
            break
    return told


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
