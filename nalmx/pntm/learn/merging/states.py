"""The tree of prompts, and the states made of it so far: what merging and the search for rivals share."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...tasks import Tokens
from ...transducer import Transducer, Transition
from ...vocabulary import Ids
from .fold import BEGIN, CONFLICT, COUNT, END, FIELDS, LAST, NONE, RED, STOP, fold
from .tree import Tree


class States:
    """States are red nodes of the tree, the root first, and nodes that a state leads to are blue."""

    def __init__(self, tree: Tree) -> None:
        self.tree, self.nodes = tree, tree.nodes()
        self.states = [0]
        self.nodes[0, RED] = True
        self.work = np.zeros(2)  # ways looked at by folding, and room for a sum
        count = len(self.nodes)
        # What a fold may change: of each node that goes, five numbers, and the ways of one that stays.
        log = np.empty((2 * tree.memory.size + 16 * count, 2), np.int64)
        stack = np.empty((count + 1, 2), np.int64)
        self.arrays = (
            tree.memory, log, stack, tree.said, tree.nats, self.work, tree.width, tree.rigid
        )  # fmt: skip

    def targets(self, nodes: Any) -> Ids:
        return self.nodes[nodes, FIELDS::2]

    def blue(self) -> list[int]:
        """The places of ways from states to nodes that are none, those that most examples take first."""
        targets = self.targets(self.states)
        at, symbols = np.nonzero((targets != NONE) & ~self.nodes[targets, RED].astype(bool))
        order = np.argsort(-self.nodes[targets[at, symbols], COUNT], kind="stable")
        places = np.array(self.states)[at] * self.tree.width + FIELDS + 2 * symbols
        return [*places[order].tolist()]

    def target(self, place: int) -> int:
        """The node that the way at a place leads to."""
        return int(self.tree.memory[place])

    def promote(self, node: int) -> None:
        """Make a state of a node."""
        self.nodes[node, RED] = True
        self.states.append(node)

    def fits(self, place: int, state: int) -> bool:
        """Whether the target of a way can be folded into a state."""
        return bool(fold(*self.arrays, place, state, 0, False) != CONFLICT)

    def fold(self, place: int, state: int, later: int = 0) -> None:
        """Fold the target of a way into a state that it fits."""
        fold(*self.arrays, place, state, later, True)

    def transducer(self, tokens: Tokens) -> Transducer:
        """What the states and the nodes that are left do."""
        number, order = {0: 0}, [0]
        steps: list[tuple[Transition, ...]] = []
        for node in order:
            row: list[Transition] = []
            for target, way in self.nodes[node, FIELDS:].reshape(-1, 2).tolist():
                if target == NONE:
                    row.append(None)
                    continue
                if target not in number:
                    number[target] = len(order)
                    order.append(target)
                row.append((number[target], self._words(*self.nodes[way, [BEGIN, END]].tolist())))
            steps.append(tuple(row))
        finals = [
            None if begin == NONE else self._words(begin, end)
            for begin, end in self.nodes[order][:, [LAST, STOP]].tolist()
        ]
        return Transducer(tokens, tuple(steps), tuple(finals)).minimal()

    def _words(self, begin: int, end: int) -> Tokens:
        return tuple(t for at in self.tree.said[begin:end].tolist() for t in self.tree.words[at])
