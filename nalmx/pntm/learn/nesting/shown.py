"""How often examples show where rules lead: what tells an automaton from one with a state more.

Where the truth has a state more than an automaton, some rule leads there that is taken to lead to another
state, and a next rule tells both apart. Within brackets that next rule may be rare, so that there every rule
is looked at together with those that gave what it is used on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice, product
from typing import TypeAlias

import numpy as np

from ....clock import look
from ...nested import ALONE, NestedAutomaton, Rule
from ...tasks import Token, Tokens

Way: TypeAlias = tuple[Rule, Rule | None, Rule | None]
"""A rule, and those that gave the state before and the state within; None where that is the first state, or
where there are no brackets."""

_MOST_WAYS = 100_000


def least_shown(automaton: NestedAutomaton, prompts: Sequence[Tokens]) -> tuple[int, Rule]:
    """How often that way is shown that is shown least, and its rule.

    A way is shown by a prompt that takes it, and that would be answered otherwise, or not at all, if it led
    to another state: as often as that holds for the state for which it holds least. The automaton answers
    all prompts, which differ.
    """
    reading, ways = Reading(automaton), list(islice(_ways(automaton), _MOST_WAYS + 1))
    if len(ways) > _MOST_WAYS:
        return 0, ways[0][0]
    shown = {way: np.zeros(automaton.states, np.int64) for way in ways}
    for prompt in prompts:
        look()
        told: dict[Way, np.ndarray] = {}
        for way, others in reading.told(prompt):
            told[way] = told[way] | others if way in told else others
        for way, others in told.items():
            shown[way] += others
    least = {
        way: int(np.delete(counts, automaton.rules[way[0]]).min(initial=len(prompts)))
        for way, counts in shown.items()
    }
    worst = min(ways, key=least.__getitem__)
    return least[worst], worst[0]


def _ways(automaton: NestedAutomaton) -> Iterator[Way]:
    """Every rule with every two that may have given what it is used on."""
    givers: dict[int, list[Rule | None]] = defaultdict(list, {0: [None]})
    for rule, state in automaton.rules.items():
        givers[state].append(rule)
    for rule in automaton.rules:
        if not automaton.pairs:
            yield rule, None, None
            continue
        before, _, inside = rule
        for pair in product(givers[before], [None] if inside == ALONE else givers[inside]):
            yield rule, *pair


class Reading:
    """Reads prompts forwards for ways, and backwards for what is said from each state on."""

    def __init__(self, automaton: NestedAutomaton) -> None:
        self._automaton = automaton
        states = automaton.states
        words = {word: at for at, word in enumerate(dict.fromkeys(automaton.finals))}
        # What is not known leads to a state of its own, from which nothing is said.
        self._ends = np.array([*map(words.__getitem__, automaton.finals), words.get(None, -1)])
        unknown = partial(np.full, states + 1, states)
        self._by_before = defaultdict[tuple[int, int], np.ndarray](unknown)
        self._by_inside = defaultdict[tuple[int, int], np.ndarray](unknown)
        for (before, symbol, inside), after in automaton.rules.items():
            self._by_before[symbol, inside][before] = after
            self._by_inside[before, symbol][inside] = after

    def told(self, prompt: Sequence[Token]) -> Iterator[tuple[Way, np.ndarray]]:
        """The ways that a prompt takes, each with the states that it tells from where the way leads."""
        single, opening, closing = self._automaton.numbers
        taken: list[tuple[Way, int] | None] = []
        around: list[tuple[int, Rule | None, int]] = []
        # By the place of a closing bracket the state before it, by that of an opening one the state within.
        within: dict[int, tuple[int, int]] = {}
        state, giver = 0, None
        for place, token in enumerate(prompt):
            if token in opening:
                around.append((state, giver, place))
                state, giver = 0, None
                taken.append(None)
                continue
            if token in closing:
                before, one, opened = around.pop()
                within[place] = before, opened
                rule, way = (before, closing[token], state), (one, giver)
            else:
                rule, way = (state, single[token], ALONE), (giver if opening else None, None)
            state, giver = self._automaton.rules[rule], rule
            taken.append(((rule, *way), state))
            if token in closing:
                inner = rule[2]
                within[within[place][1]] = inner, place
        said = self._ends
        after: dict[int, np.ndarray] = {}
        for place in reversed(range(len(prompt))):
            token = prompt[place]
            if (found := taken[place]) is not None:
                yield found[0], (said != said[found[1]])[:-1]
            if token in closing:
                after[place] = said
                said = said[self._by_inside[within[place][0], closing[token]]]
            elif token in opening:
                inner, closed = within[place]
                said = after[closed][self._by_before[opening[token], inner]]
            else:
                said = said[self._by_before[single[token], ALONE]]
