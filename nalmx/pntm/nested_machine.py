"""An automaton of nested words as a machine that reads its prompt again, and says its states to itself.

While the prompt is read, tape 1 gets its tokens. Then each of them is read from there, and the machine says
silently where it leads: to a state, or through an opening bracket, which puts the state and the bracket on
tape 2, or through a closing one, which takes them off. The last state has the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .action import CELL, READ_HEAD, WRITE_HEAD, idle, moving, writing
from .machine import BLANK, ROW, Decision, Machine
from .nested import ALONE, NestedAutomaton
from .tasks import Token
from .vocabulary import Vocabulary

_PROMPT, _AROUND = 0, 1  # tapes


def nested_machine(automaton: NestedAutomaton, vocabulary: Vocabulary) -> Machine:
    """The machine that answers as an automaton does; its vocabulary has silent tokens besides."""
    opened = sorted({(before, pair) for before, pair, inside in automaton.rules if inside != ALONE})
    states = range(automaton.states)
    names = [f"q{q}" for q in states], [f"({p},{a}" for p, a in opened], [f")q{q}" for q in states]
    mark = _unused((*vocabulary.prompt, *vocabulary.answer))
    silent = [mark + name for kind in names for name in kind]
    first = vocabulary.equals + 1 + len(vocabulary.answer)  # the symbol of the first silent token
    spoken = Vocabulary(vocabulary.prompt, (*vocabulary.answer, *silent), len(silent))
    opening = first + automaton.states
    closing = opening + len(opened)
    actions = idle(spoken.size, 2)
    given = np.arange(vocabulary.equals)
    actions[given, _PROMPT, WRITE_HEAD] = moving(np.ones(len(given)))
    actions[given, _PROMPT, CELL] = writing(True, BLANK + 1 + given)
    actions[first : spoken.end, _PROMPT, READ_HEAD] = moving(1)
    pushed = np.arange(len(opened))
    for head in (WRITE_HEAD, READ_HEAD):
        actions[opening + pushed, _AROUND, head] = moving(np.ones(len(opened)))
        actions[closing : spoken.end, _AROUND, head] = moving(-1)
    actions[opening + pushed, _AROUND, CELL] = writing(True, BLANK + 1 + pushed)
    # Every state looks at the token, and at what is around it where that is a closing bracket.
    rows = {vocabulary.equals: 0, **{opening + k: 0 for k in range(len(opened))}}
    rows |= {first + q: q for q in states} | {closing + q: q for q in states}
    table = _Table(automaton, vocabulary, first, opening, closing, opened)
    return Machine(
        spoken,
        np.zeros((1, spoken.size), np.int64),
        actions,
        np.array([[0, 1], [0, 0]], np.int64),
        table.nodes(rows),
    )


def _unused(tokens: Sequence[Token]) -> str:
    """A mark that no token begins with."""
    mark = "~"
    while any(token.startswith(mark) for token in tokens):
        mark += "~"
    return mark


class _Table:
    """The table of the machine, from the root on."""

    def __init__(
        self, automaton: NestedAutomaton, vocabulary: Vocabulary, first: int, opening: int,
        closing: int, opened: Sequence[tuple[int, int]],
    ) -> None:  # fmt: skip
        self._automaton, self._vocabulary = automaton, vocabulary
        self._first, self._opening, self._closing = first, opening, closing
        self._opened = {key: at for at, key in enumerate(opened)}
        self._nodes: list[Decision] = []
        self._symbols = {token: BLANK + 1 + at for at, token in enumerate(vocabulary.prompt)}

    def nodes(self, rows: dict[int, int]) -> tuple[Decision, ...]:
        """What is said in a row of each state, and the end where an answer was said."""
        states = [self._looks(state) for state in range(self._automaton.states)]
        ways = {row: states[state] for row, state in rows.items()}
        end = self._added(Decision(answer=self._vocabulary.equals + 1 + self._opening_end))
        for word in {word for word in self._automaton.finals if word}:
            ways[self._said(word[0])] = end
        self._added(Decision(None, ROW, tuple(sorted(ways.items()))))
        # Nodes were made after those they lead to; in a table they come before them.
        last = len(self._nodes) - 1
        return tuple(
            Decision(n.answer, n.tape, tuple((v, last - to) for v, to in n.branches))
            for n in reversed(self._nodes)
        )

    @property
    def _opening_end(self) -> int:
        """How many tokens are said, silent ones included."""
        return self._closing + self._automaton.states - self._vocabulary.equals - 1

    def _said(self, token: Token) -> int:
        return self._vocabulary.equals + 1 + self._vocabulary.answer.index(token)

    def _added(self, node: Decision) -> int:
        self._nodes.append(node)
        return len(self._nodes) - 1

    def _leaf(self, symbol: int) -> int:
        return self._added(Decision(answer=symbol))

    def _looks(self, state: int) -> int:
        """What is said in a state, by the token that comes."""
        automaton, (alone, opening, closing) = self._automaton, self._automaton.numbers
        ways: dict[int, int] = {}
        word = automaton.finals[state]
        if word:
            last = self._leaf(self._said(word[0]))
            ways[BLANK] = self._added(Decision(None, _AROUND, ((BLANK, last),)))  # all is closed
        for token, number in alone.items():
            target = automaton.rules.get((state, number, ALONE))
            if target is not None:
                ways[self._symbols[token]] = self._leaf(self._first + target)
        for token, pair in opening.items():
            if (state, pair) in self._opened:
                at = self._opened[state, pair]
                ways[self._symbols[token]] = self._leaf(self._opening + at)
        for token, pair in closing.items():
            around = {
                BLANK + 1 + at: self._leaf(self._closing + automaton.rules[before, kind, state])
                for (before, kind), at in self._opened.items()
                if kind == pair and (before, kind, state) in automaton.rules
            }
            if around:
                ways[self._symbols[token]] = self._added(
                    Decision(None, _AROUND, tuple(sorted(around.items())))
                )
        return self._added(Decision(None, _PROMPT, tuple(sorted(ways.items()))))
