"""Transducers that fit all examples and are like each other: one transition, or one state more, apart.

Where a machine is no smaller than a transducer that explains the examples, the examples must tell that
one from its neighbours: those with one transition redirected, and those with one state divided in two
that differ in one thing. It is a test of the examples by mutants, as a test suite of a program is
tested by them (DeMillo, Lipton & Sayward 1978), and what survives is a rival.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

import numba
import numpy as np

from ....clock import look
from ...machine import Machine
from ...tasks import Example, Tokens
from ...transducer import Transducer
from ...transducer_machine import transducer_of
from ...vocabulary import Ids
from ..merging.merge import merged
from ..merging.tree import forms_of

_MOST = 20_000  # neighbours of a kind
_LARGEST = 4.0  # times the answers: of a few examples, an automaton is no smaller
_UNSEEN = -1
# What a neighbour has: another target of a transition (0); or a state of its own there, which has
# another target (1) or word (2) for a token, or another last word (3).
_TARGET, _OWN_TARGET, _OWN_WORD, _OWN_END = range(4)
_Mutant: TypeAlias = tuple[
    int, int, int, int, int
]  # state, token, what, its token, the other thing


def automaton_of(machine: Machine, examples: Sequence[Example]) -> Transducer | None:
    """The transducer that a machine is, or one of a simple form that explains the answers."""
    known = transducer_of(machine)
    if known is not None:
        return known
    for form in forms_of(examples)[:-1]:
        found = merged(examples, machine.vocabulary, form, _LARGEST)
        if found is not None and all(found.answer(e.prompt) == e.answer for e in examples):
            return found
    return None


def size_of_transducer(transducer: Transducer) -> float:
    """Nats to tell it: where each transition leads and what it says, and the last words."""
    ways = sum(way is not None for row in transducer.steps for way in row)
    said, last = len(transducer.words), len(set(transducer.finals))
    return ways * math.log(transducer.states * said) + transducer.states * math.log(max(1, last))


@dataclass(frozen=True, eq=False)
class Neighbours:
    """How many neighbours of a transducer were tried, and those that answer every example as it does:
    the ones `redirected`, and the ones with a state `divided`."""

    tried: int
    redirected: tuple[Transducer, ...]
    divided: tuple[Transducer, ...]


def neighbours(transducer: Transducer, examples: Sequence[Example]) -> Neighbours:
    """Neighbours that are tried, evenly chosen among all of a kind, and those that fit every example."""
    words = sorted(transducer.words)
    number = {word: at for at, word in enumerate(words)}
    steps = np.array(
        [[_UNSEEN if way is None else way[0] for way in row] for row in transducer.steps], np.int64
    )
    said = np.array(
        [[_UNSEEN if way is None else number[way[1]] for way in row] for row in transducer.steps],
        np.int64,
    )
    finals = np.array([_UNSEEN if w is None else number[w] for w in transducer.finals], np.int64)
    given = _Given.of(transducer, words, examples)
    tried, found = 0, []
    for mutants in (_redirected(steps), _divided(steps, said, finals)):
        chosen = _evenly(list(mutants))
        tried += len(chosen)
        fits = _survivors(steps, said, finals, *given.arrays(steps, said), chosen)
        found.append(tuple(_mutated(transducer, words, one) for one in chosen[fits].tolist()))
    return Neighbours(tried, *found)


def _evenly(mutants: list[_Mutant]) -> Ids:
    every = np.array(mutants, np.int64).reshape(-1, 5)
    if len(every) <= _MOST:
        return every
    return np.asarray(every[np.linspace(0, len(every) - 1, _MOST).astype(int)])


def _redirected(steps: Ids) -> Iterator[_Mutant]:
    for (q, a), target in np.ndenumerate(steps):
        look()
        if target != _UNSEEN:
            yield from ((q, a, _TARGET, 0, r) for r in range(len(steps)) if r != target)


def _divided(steps: Ids, said: Ids, finals: Ids) -> Iterator[_Mutant]:
    words = sorted({*said.ravel().tolist()} - {_UNSEEN})
    for (q, a), target in np.ndenumerate(steps):
        look()
        if target == _UNSEEN:
            continue
        for b, (after, word) in enumerate(zip(steps[target], said[target], strict=True)):
            if after != _UNSEEN:
                yield from ((q, a, _OWN_TARGET, b, r) for r in range(len(steps)) if r != after)
                yield from ((q, a, _OWN_WORD, b, w) for w in words if w != word)
        if finals[target] != _UNSEEN:
            others = set(finals.tolist()) - {finals[target], _UNSEEN}
            yield from ((q, a, _OWN_END, 0, w) for w in sorted(others))


@dataclass(frozen=True, eq=False)
class _Given:
    """Examples as numbers, and words as numbers one after another."""

    symbols: Ids
    bounds: Ids  # where the symbols of each example begin
    answers: Ids
    ends: Ids  # where the answer of each example begins
    tokens: Ids  # of words
    words: Ids  # where each word begins

    @classmethod
    def of(
        cls, transducer: Transducer, words: Sequence[Tokens], examples: Sequence[Example]
    ) -> _Given:
        number = {token: at for at, token in enumerate(transducer.tokens)}
        every = dict.fromkeys(chain(*words, *(e.answer for e in examples)))
        spoken = {token: at for at, token in enumerate(every)}
        return cls(
            np.array([number[token] for e in examples for token in e.prompt], np.int64),
            np.cumsum([0, *(len(e.prompt) for e in examples)]),
            np.array([spoken[token] for e in examples for token in e.answer], np.int64),
            np.cumsum([0, *(len(e.answer) for e in examples)]),
            np.array([spoken[token] for word in words for token in word], np.int64),
            np.cumsum([0, *map(len, words)]),
        )

    def arrays(self, steps: Ids, said: Ids) -> tuple[Ids, ...]:
        """All of it, with state and place in the answer before each symbol, and, transition by
        transition, where it is taken."""
        sizes = np.diff(self.words)
        states, places = _walked(steps, said, self.symbols, self.bounds, self.ends, sizes)
        ways = states * steps.shape[1] + self.symbols
        visits = np.argsort(ways, kind="stable")
        first = np.searchsorted(ways[visits], np.arange(steps.size + 1))
        owner = np.repeat(np.arange(len(self.bounds) - 1), np.diff(self.bounds))
        found: tuple[Ids, ...] = (
            self.symbols, self.bounds, self.answers, self.ends, self.tokens, self.words,
            states, places, visits, first, owner,
        )  # fmt: skip
        return found


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _walked(steps: Any, said: Any, symbols: Any, bounds: Any, ends: Any, sizes: Any) -> Any:
    """The state before every symbol, and what was said before it."""
    states, places = np.zeros(len(symbols), np.int64), np.zeros(len(symbols), np.int64)
    for example in range(len(bounds) - 1):
        state, place = 0, ends[example]
        for at in range(bounds[example], bounds[example + 1]):
            states[at], places[at] = state, place
            place += sizes[said[state, symbols[at]]]
            state = steps[state, symbols[at]]
    return states, places


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _survivors(
    steps: Any, said: Any, finals: Any, symbols: Any, bounds: Any, answers: Any, ends: Any,
    tokens: Any, words: Any, states: Any, places: Any, visits: Any, first: Any, owner: Any,
    mutants: Any,
) -> Any:  # fmt: skip
    """Which mutants answer every example: each is followed from where its transition is taken."""
    own = len(steps)  # the state that a divided one has for itself
    alive = np.ones(len(mutants), np.bool_)
    for i in range(len(mutants)):
        q, a, what, b, other = mutants[i]
        twin, until = steps[q, a], 0
        for visit in range(first[q * steps.shape[1] + a], first[q * steps.shape[1] + a + 1]):
            at = visits[visit]
            if at < until:
                continue  # on the way from the visit before
            example = owner[at]
            place = places[at] + words[said[q, a] + 1] - words[said[q, a]]
            state = other if what == 0 else own
            at += 1
            fits = True
            while fits and at < bounds[example + 1]:
                if state == states[at] and place == places[at]:
                    break  # from here on all is as it was
                symbol = symbols[at]
                inner = twin if state == own else state
                target, word = steps[inner, symbol], said[inner, symbol]
                if state == own and symbol == b and what == 1:
                    target = other
                elif inner == q and symbol == a:
                    target = other if what == 0 else own
                if state == own and symbol == b and what == 2:
                    word = other
                if target < 0:
                    fits = False
                    break
                for k in range(words[word], words[word + 1]):
                    if place == ends[example + 1] or tokens[k] != answers[place]:
                        fits = False
                        break
                    place += 1
                state = target
                at += 1
            until = at
            if fits and at == bounds[example + 1]:
                word = finals[twin if state == own else state]
                if state == own and what == 3:
                    word = other
                fits = word >= 0 and place + words[word + 1] - words[word] == ends[example + 1]
                if fits:
                    for k in range(words[word], words[word + 1]):
                        if tokens[k] != answers[place]:
                            fits = False
                            break
                        place += 1
            if not fits:
                alive[i] = False
                break
    return alive


def _mutated(transducer: Transducer, words: Sequence[Tokens], mutant: Sequence[int]) -> Transducer:
    q, a, what, b, other = mutant
    steps, finals = [list(row) for row in transducer.steps], list(transducer.finals)
    way = steps[q][a]
    assert way is not None
    if what == _TARGET:
        steps[q][a] = other, way[1]
    else:
        steps.append(list(steps[way[0]]))
        finals.append(finals[way[0]])
        steps[q][a] = len(steps) - 1, way[1]
        if way[0] == q:
            steps[-1][a] = steps[q][a]
        after = steps[-1][b]
        if what == _OWN_END:
            finals[-1] = words[other]
        elif after is not None:
            steps[-1][b] = (other, after[1]) if what == _OWN_TARGET else (after[0], words[other])
    return Transducer(transducer.tokens, tuple(map(tuple, steps)), tuple(finals))
