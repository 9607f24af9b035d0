"""Automata that fit all examples and are like each other: one transition, or one state more, apart.

Where a machine is no larger than an automaton that explains the examples, the examples must tell that
automaton from its neighbours: those with one transition redirected, and those with one state divided
in two that differ in one thing. It is a test of the examples by mutants, as a test suite of a program
is tested by them (DeMillo, Lipton & Sayward 1978), and what survives is a rival.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from ...tasks import Example, Tokens
from ...vocabulary import Ids, Vocabulary
from ..discrete.automaton import learn_automaton
from .probes import END, START

_MOST = 20_000  # neighbours
_BLOCK = 500  # examples


@dataclass(frozen=True, eq=False)
class Automaton:
    """Transitions (states, prompt tokens) and what each state says: an answer, or its next token."""

    tokens: Tokens
    steps: Ids
    says: tuple[Tokens | None, ...]
    running: bool  # a token after each token of the prompt, or an answer after the last one

    def answer(self, prompt: Tokens) -> Tokens | None:
        """None where a state has nothing to say."""
        state, found = 0, list[Tokens | None]()
        for token in prompt:
            state = int(self.steps[state, self.tokens.index(token)])
            found.append(self.says[state])
        last = found if self.running else [self.says[state]]
        return None if None in last else tuple(t for said in last if said for t in said)

    @property
    def size(self) -> float:
        """Nats to tell it."""
        states, tokens = self.steps.shape
        kinds = len(set(self.says))
        return float(states * tokens * np.log(states) + states * np.log(kinds))


def automaton_of(
    vocabulary: Vocabulary, examples: Sequence[Example], most: float = 1000.0
) -> Automaton | None:
    """The automaton that explains the answers; None where there is none that takes so many nats."""
    tokens = len(vocabulary.prompt)
    states = [n for n in range(1, 65) if n * tokens * np.log(n) <= most]
    table = learn_automaton(vocabulary, examples, states[-1])
    if table is None:
        return None
    running = all(len(e.answer) == len(e.prompt) for e in examples)
    steps = table[:, : len(vocabulary.prompt)]
    says: list[Tokens | None] = [None] * len(steps)
    for example in examples:
        state = 0
        for at, symbol in enumerate(vocabulary.encode_prompt(example.prompt)[:-1].tolist()):
            state = int(steps[state, symbol])
            if running:
                said = example.answer[at : at + 1]
                if says[state] not in (None, said):
                    return None
                says[state] = said
        if not running:
            if says[state] not in (None, example.answer):
                return None
            says[state] = example.answer
    return Automaton(vocabulary.prompt, steps, tuple(says), running)


@dataclass(frozen=True, eq=False)
class Neighbours:
    """How many neighbours an automaton has, and those that answer every example as it does."""

    tried: int
    survivors: tuple[Automaton, ...]


def neighbours(
    automaton: Automaton,
    examples: Sequence[Example],
    stop_requested: Callable[[], bool] = lambda: False,
) -> Neighbours:
    """Neighbours that are tried, evenly chosen among all, and those that fit every example."""
    kinds = list(dict.fromkeys(says for says in automaton.says))
    outputs = np.array([kinds.index(says) for says in automaton.says])
    mutants = _mutants(automaton.steps, outputs, len(kinds))
    if len(mutants) > _MOST:
        mutants = mutants[np.linspace(0, len(mutants) - 1, _MOST).astype(int)]
    tried, alive = len(mutants), mutants
    for begin in range(0, len(examples), _BLOCK):
        symbols, bounds = _flat(automaton, examples[begin : begin + _BLOCK])
        states = _states(automaton.steps, symbols, bounds)
        fits = _survivors(
            automaton.steps, outputs, symbols, bounds, states, alive, automaton.running
        )
        alive = alive[fits]
        if stop_requested() or not len(alive):
            break
    return Neighbours(tried, tuple(_mutated(automaton, kinds, m) for m in alive.tolist()))


def difference(
    one: Automaton, other: Automaton, allowed: frozenset[tuple[str, str]]
) -> Tokens | None:
    """The shortest prompt, of allowed pairs of neighbours, to which both say something else."""
    start = (0, 0, START)
    seen = {start}
    ahead: deque[tuple[tuple[int, int, str], Tokens]] = deque([(start, ())])
    while ahead:
        (a, b, last), prompt = ahead.popleft()
        for at, token in enumerate(one.tokens):
            if (last, token) not in allowed:
                continue
            new = int(one.steps[a, at]), int(other.steps[b, at]), token
            if new in seen:
                continue
            seen.add(new)
            longer: Tokens = (*prompt, token)
            mine, theirs = one.says[new[0]], other.says[new[1]]
            ends = (token, END) in allowed
            if ends and mine is not None and theirs is not None and mine != theirs:
                return longer
            ahead.append((new, longer))
    return None


def _flat(automaton: Automaton, examples: Sequence[Example]) -> tuple[Ids, Ids]:
    number = {token: at for at, token in enumerate(automaton.tokens)}
    symbols = [number[token] for example in examples for token in example.prompt]
    return np.array(symbols), np.cumsum([0, *(len(e.prompt) for e in examples)])


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _states(steps: Any, symbols: Any, bounds: Any) -> Any:
    """The state before every token."""
    found = np.zeros(len(symbols), np.int64)
    for example in range(len(bounds) - 1):
        state = 0
        for at in range(bounds[example], bounds[example + 1]):
            found[at] = state
            state = steps[state, symbols[at]]
    return found


def _mutants(steps: Ids, outputs: Ids, kinds: int) -> Ids:
    """Rows (state, symbol, token changed or −1 for all, new target or output): redirections, then
    divisions of the state that a transition leads to, with a transition or the output changed."""
    states, tokens = steps.shape
    found = [
        (q, a, -1, r) for q in range(states) for a in range(tokens)
        for r in range(states) if r != steps[q, a]
    ]  # fmt: skip
    for q in range(states):
        for a in range(tokens):
            target = steps[q, a]
            found += [
                (q, a, b, r) for b in range(tokens) for r in range(states) if r != steps[target, b]
            ]
            found += [(q, a, tokens, k) for k in range(kinds) if k != outputs[target]]
    return np.array(found, np.int64).reshape(-1, 4)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _survivors(
    steps: Any, outputs: Any, symbols: Any, bounds: Any, states: Any, mutants: Any, running: bool
) -> Any:
    """Which mutants say to every example what the automaton says."""
    count, tokens = steps.shape
    alive = np.ones(len(mutants), np.bool_)
    for i in range(len(mutants)):
        q, a, b, r = mutants[i]
        twin = steps[q, a]
        for example in range(len(bounds) - 1):
            state = 0
            last = bounds[example + 1] - 1
            for at in range(bounds[example], bounds[example + 1]):
                symbol = symbols[at]
                if state == q and symbol == a:
                    new = r if b < 0 else count
                elif state == count:
                    if b == symbol:
                        new = r
                    elif twin == q and symbol == a:
                        new = count
                    else:
                        new = steps[twin, symbol]
                else:
                    new = steps[state, symbol]
                state = new
                if running or at == last:
                    said = outputs[twin if state == count else state]
                    if state == count and b == tokens:
                        said = r
                    if said != outputs[steps[states[at], symbol]]:
                        alive[i] = False
                        break
            if not alive[i]:
                break
    return alive


def _mutated(automaton: Automaton, kinds: list[Tokens | None], mutant: list[int]) -> Automaton:
    q, a, b, r = mutant
    states, tokens = automaton.steps.shape
    if b < 0:
        steps = automaton.steps.copy()
        steps[q, a] = r
        return Automaton(automaton.tokens, steps, automaton.says, automaton.running)
    twin = int(automaton.steps[q, a])
    steps = np.concatenate([automaton.steps, automaton.steps[twin : twin + 1]])
    says = (*automaton.says, kinds[r] if b == tokens else automaton.says[twin])
    steps[q, a] = states
    if twin == q:
        steps[states, a] = states
    if b < tokens:
        steps[states, b] = r
    return Automaton(automaton.tokens, steps, says, automaton.running)
