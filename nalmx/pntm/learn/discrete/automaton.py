"""A finite automaton over prompt tokens, learnt from answers: a register for what tokens alone do
not show.

Answers label prefixes of prompts: token by token where every answer is as long as its prompt, and
otherwise the whole prompt by its whole answer. States of the prefix tree are merged while no two
labels contradict each other, the merge with most evidence first (Lang, Pearlmutter & Price 1998,
evidence-driven state merging in the blue-fringe framework).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....clock import look
from ...tasks import Example
from ...vocabulary import Ids, Vocabulary

_MOST_LABELS = 200
_MOST_NODES = 20_000
_MOST_BRANCHES = 2_000_000  # of all nodes, taken or not
_MOST_STATES = 64


def learn_automaton(
    vocabulary: Vocabulary, examples: Sequence[Example], most_states: int = _MOST_STATES
) -> Ids | None:
    """Transitions (states, vocabulary) that explain the labels; None where they cannot be few."""
    labels = _labels(examples)
    if labels is None or not vocabulary.prompt:
        return None
    order = sorted(range(len(examples)), key=lambda i: (len(examples[i].prompt), i))
    tree = _Tree(len(vocabulary.prompt))
    most = min(_MOST_NODES, _MOST_BRANCHES // len(vocabulary.prompt))
    for i in order:
        look()
        if len(tree.labels) > most:
            break
        symbols = vocabulary.encode_prompt(examples[i].prompt)[:-1].tolist()
        if not tree.add(symbols, labels[i]):
            return None
    red = tree.merged(most_states)
    if red is None:
        return None
    number = {state: i for i, state in enumerate(red)}
    table = np.repeat(np.arange(len(red))[:, None], vocabulary.size, axis=1)
    for state, i in number.items():
        for symbol, child in enumerate(tree.children[state]):
            table[i, symbol] = number[tree.find(child)] if child >= 0 else i
    return table


def _labels(examples: Sequence[Example]) -> list[list[int]] | None:
    """Labels of the last tokens of every prompt: one for each token, or one for the last."""
    known: dict[object, int] = {}
    if all(len(e.answer) == len(e.prompt) for e in examples):
        labels = [[known.setdefault(t, len(known)) for t in e.answer] for e in examples]
    else:
        labels = [[known.setdefault(e.answer, len(known))] for e in examples]
    return labels if 1 < len(known) <= min(_MOST_LABELS, len(examples) // 2) else None


class _Tree:
    """A prefix tree whose nodes are merged into the states of an automaton."""

    def __init__(self, symbols: int) -> None:
        self._symbols = symbols
        self.children: list[list[int]] = [[-1] * symbols]
        self.labels: list[int] = [-1]
        self.parents = [0]  # of a merged node: the node that it was merged into

    def add(self, symbols: Sequence[int], labels: Sequence[int]) -> bool:
        """Add a prompt with labels of its last nodes; False where a node has another label."""
        node, first = 0, len(symbols) - len(labels)
        if first < 0:
            return self._label(0, labels[-1])
        for at, symbol in enumerate(symbols):
            child = self.children[node][symbol]
            if child < 0:
                child = len(self.labels)
                self.children[node][symbol] = child
                self.children.append([-1] * self._symbols)
                self.labels.append(-1)
                self.parents.append(child)
            node = child
            if at >= first and not self._label(node, labels[at - first]):
                return False
        return True

    def _label(self, node: int, label: int) -> bool:
        if self.labels[node] >= 0:
            return self.labels[node] == label
        self.labels[node] = label
        return True

    def find(self, node: int) -> int:
        """The state that a node was merged into."""
        while self.parents[node] != node:
            node = self.parents[node]
        return node

    def merged(self, most: int) -> list[int] | None:
        """Merge until every node belongs to a state; the states, or None where there are too many."""
        red = [0]
        while True:
            fringe = dict.fromkeys(
                self.find(child)
                for state in red
                for child in self.children[state]
                if child >= 0 and self.find(child) not in red
            )
            if not fringe:
                return red
            best: tuple[int, int, int] | None = None
            apart: int | None = None
            for blue in fringe:
                fits = [(score, state) for state in red if (score := self._score(state, blue)) >= 0]
                if not fits:
                    apart = blue
                    break
                score, state = max(fits, key=lambda fit: fit[0])
                if best is None or score > best[0]:
                    best = score, state, blue
            if apart is not None:
                red.append(apart)
                if len(red) > most:
                    return None
            else:
                assert best is not None
                self._fold(best[1], best[2], None)

    def _score(self, state: int, blue: int) -> int:
        """Labels that agree if a node is merged into a state; −1 where two contradict."""
        look()
        undo: list[tuple[int, int, int, int]] = []
        score = self._fold(state, blue, undo)
        for kind, node, symbol, before in reversed(undo):
            if kind == 0:
                self.children[node][symbol] = before
            elif kind == 1:
                self.labels[node] = before
            else:
                self.parents[node] = before
        return score

    def _fold(self, into: int, node: int, undo: list[tuple[int, int, int, int]] | None) -> int:
        """Merge a node and what follows from that; −1 at the first contradiction."""
        agreeing = 0
        pending = [(into, node)]
        while pending:
            into, node = (self.find(n) for n in pending.pop())
            if into == node:
                continue
            own, other = self.labels[into], self.labels[node]
            if own >= 0 and other >= 0:
                if own != other:
                    return -1
                agreeing += 1
            elif other >= 0:
                if undo is not None:
                    undo.append((1, into, 0, own))
                self.labels[into] = other
            if undo is not None:
                undo.append((2, node, 0, self.parents[node]))
            self.parents[node] = into
            for symbol, child in enumerate(self.children[node]):
                if child < 0:
                    continue
                mine = self.children[into][symbol]
                if mine < 0:
                    if undo is not None:
                        undo.append((0, into, symbol, -1))
                    self.children[into][symbol] = child
                else:
                    pending.append((mine, child))
        return agreeing
