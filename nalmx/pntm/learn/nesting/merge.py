"""States of an automaton of nested words, by merging terms that nothing tells apart.

As when merging states of a prefix tree: a term of states that has no rule yet is blue. One that no state
can stand for is a state; of others, the one comes first whose best state is farthest ahead, in nats. Whether
a state can stand for a term is seen by reading all examples with that rule: what comes to the same must be
answered alike. Strictly, a term is a state, too, where hardly anything speaks for any: that nothing
contradicts it yet is no evidence where most rules are still to come.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ....clock import look
from ...nested import ALONE, NestedAutomaton, Rule
from ...tasks import Example
from .forest import Forest, forest_of
from .terms import CONFLICT, COUNT, FIRST_STATE, INSIDE, LEFT, NOTHING, hash_table, judge, read

_FIRST = 4_000  # examples to begin with, and how many times more next
_MORE = 2
_MOST_STATES = 300
_MOST_RULES = 20_000
_WORK, _STRICT_WORK = 30_000, 300_000  # terms looked at, for each example
_LARGEST = 0.5  # times the answers: nats that rules may take
_SURE = 7.0  # nats
_LITTLE, _OFTEN = 3.0, 20  # nats that are hardly anything, and examples in which more should show
_LOOKED_AT = 150  # blue terms among which the surest is looked for


def nested_automaton(
    examples: Sequence[Example], *, strict: bool = False
) -> NestedAutomaton | None:
    """The automaton that merging gives, from few and short examples first; None where there is none.

    It answers every example that it has all the rules for.
    """
    forest = forest_of(examples)
    if forest is None:
        return None
    size, known = _FIRST, None
    while True:
        part = forest.first(min(size, len(forest.ends)))
        merging = _Merging(part, known, strict)
        if not merging.run():
            if known is None:
                return None
            merging = _Merging(part, None, strict)  # what few examples suggested may be wrong
            if not merging.run():
                return None
        if size >= len(forest.ends):
            return merging.automaton()
        size, known = size * _MORE, merging


class _Merging:
    """Rules and states so far, and the terms of examples that are left."""

    def __init__(self, forest: Forest, known: _Merging | None, strict: bool) -> None:
        self._forest, self._strict = forest, strict
        self._terms = forest.terms()
        self._count = len(self._terms)
        often = np.bincount(forest.said, minlength=len(forest.answers))
        self._nats = -np.log(np.maximum(often, 1) / len(forest.said))
        # Rules that take more to tell than a part of the answers explain nothing.
        self._most = min(_LARGEST * float(self._nats[forest.said].sum()), _MOST_RULES)
        self._table = hash_table(self._count + _MOST_RULES)
        self._new_table = hash_table(self._count)
        self._stamp = self._work = 0
        self._most_work = (_STRICT_WORK if strict else _WORK) * len(forest.ends)
        self.rules: dict[Rule, int] = {} if known is None else dict(known.rules)
        self.labels: list[int] = [NOTHING] * (1 if known is None else len(known.labels))

    @property
    def states(self) -> int:
        return len(self.labels)

    def run(self) -> bool:
        """Make rules until no term is left; False where there come to be too many, or they contradict."""
        while self._read():
            blue = self._blue()
            if not blue:
                return True
            told = len(self.rules) * math.log(self.states)
            if told > self._most or self.states > _MOST_STATES or self._work > self._most_work:
                return False
            self._make_a_rule(blue[:_LOOKED_AT])
        return False

    def automaton(self) -> NestedAutomaton:
        """The states and rules, with the answers that examples end in."""
        answers = self._forest.answers
        finals = tuple(None if label < 0 else answers[label] for label in self.labels)
        return NestedAutomaton(self._forest.tokens, self._forest.pairs, dict(self.rules), finals)

    def _make_a_rule(self, blue: Sequence[int]) -> None:
        """A state of a term that no state can stand for, or the surest of what can."""
        best: tuple[float, int, int] | None = None
        most = 0.0
        for term in blue:
            told = self._judged(term)
            order = np.argsort(-told, kind="stable")[:2].tolist()
            first, second = (float(told[q]) for q in (order * 2)[:2])
            if first == CONFLICT:
                self._add(term, self.states)
                return
            ahead = first - max(second, 0.0) if len(order) > 1 else first
            if best is None or ahead > best[0]:
                best, most = (ahead, term, order[0]), first
            if ahead > _SURE:
                break
        assert best is not None
        if self._strict and most <= _LITTLE and self._terms[blue[0], COUNT] >= _OFTEN:
            self._add(blue[0], self.states)
        else:
            self._add(*best[1:])

    def _add(self, term: int, state: int) -> None:
        if state == self.states:
            self.labels.append(NOTHING)
        left, symbol, inside = self._terms[term, : INSIDE + 1].tolist()
        self.rules[FIRST_STATE - left, symbol, _state_of(inside)] = state

    def _read(self) -> bool:
        """Read the terms by the rules; False where they are contradicted."""
        look()
        rules = [
            (
                FIRST_STATE - left,
                symbol,
                ALONE if inside < 0 else FIRST_STATE - inside,
                FIRST_STATE - q,
            )
            for (left, symbol, inside), q in self.rules.items()
        ]
        labels = np.array(self.labels, np.int64)
        self._count = read(
            self._terms, self._count, np.array(rules, np.int64).reshape(-1, 4), labels, self._table
        )
        self.labels = labels.tolist()
        return self._count >= 0

    def _judged(self, term: int) -> np.ndarray:
        look()
        told = np.zeros(self.states)
        self._stamp, work = judge(
            self._terms, self._count, np.array(self.labels, np.int64), self._table, self._nats, term,
            self._new_table, self._stamp, told, self._strict,
        )  # fmt: skip
        self._work += work
        return told

    def _blue(self) -> list[int]:
        """Terms of states alone, those that most examples pass first."""
        terms = self._terms[: self._count]
        found = np.flatnonzero((terms[:, LEFT] < 0) & (terms[:, INSIDE] < 0))
        return [*found[np.argsort(-terms[found, COUNT], kind="stable")].tolist()]


def _state_of(number: int) -> int:
    return ALONE if number == NOTHING else FIRST_STATE - number
