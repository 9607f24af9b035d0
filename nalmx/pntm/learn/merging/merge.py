"""States from the tree of prompts, by merging nodes that nothing tells apart.

Evidence-driven state merging in the red-blue framework (Lang, Pearlmutter & Price 1998): states are
red, and nodes that a state leads to are blue. A blue node that cannot be folded into any state is a
state; one that can be folded into a single state is, if enough speaks for that; of those that several
states could be, the one comes first whose best state is farthest ahead. What too little is known of stays as
it is, and what no example shows stays unknown.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ....clock import look
from ...tasks import Example, Tokens
from ...transducer import Transducer, Transition
from ...vocabulary import Ids, Vocabulary
from .fold import BEGIN, CONFLICT, COUNT, END, FIELDS, LAST, NONE, RED, STOP, best_fold, fold
from .tree import Form, Tree, tree_of

_SURE = 7.0  # nats, and ln of how many states there are: more by chance once in e⁷ times
_KNOWN = 10  # examples that pass
_NOTHING = 0.3  # nats that are none
_MOST_WORK = 40_000_000  # ways looked at by folding
_LARGEST = 0.5  # times the answers: nats that a transducer may take


def merged(
    examples: Sequence[Example], vocabulary: Vocabulary, form: Form, largest: float = _LARGEST
) -> Transducer | None:
    """The transducer that examples give in this form; None where it would explain nothing.

    It takes `largest` times the nats of the answers at most.

    Example: prompts of a and b, each answered by whether its a are even, give two states.
    """
    tree = tree_of(examples, vocabulary, form)
    if tree is None or not len(tree.said):
        return None
    merging = _Merging(tree, largest * float(tree.nats.sum()))
    return merging.transducer(vocabulary.prompt) if merging.run() else None


def _ahead(best: float, second: float) -> float:
    """How much more speaks for a state than for another one, or for one more."""
    return best - max(second, 0.0)


def _most(best: float, second: float) -> float:
    """How much speaks for a state."""
    return best


class _Merging:
    """A tree, and the states made of it so far."""

    def __init__(self, tree: Tree, most: float) -> None:
        self._tree, self._most = tree, most
        self._nodes = tree.nodes()
        self._states = [0]
        self._nodes[0, RED] = True
        self._work = np.zeros(2)
        count = len(self._nodes)
        # What a fold may change: of each node that goes, five numbers, and the ways of one that stays.
        log = np.empty((2 * tree.memory.size + 16 * count, 2), np.int64)
        stack = np.empty((count + 1, 2), np.int64)
        self._arrays = (
            tree.memory, log, stack, tree.said, tree.nats, self._work, tree.width, tree.rigid
        )  # fmt: skip
        self._found = np.zeros((2, 3))

    def run(self) -> bool:
        """Merge as long as there is something to go by; False where that comes to nothing."""
        while self._few and self._work[0] <= _MOST_WORK:
            if not (self._merge(_ahead) or self._merge(_most, once=True)):
                # What nothing is like is a state, if enough is known of it.
                place = next(iter(self._blue()), None)
                node = None if place is None else int(self._tree.memory[place])
                if node is None or self._nodes[node, COUNT] < _KNOWN:
                    return True
                self._promote(node)
        return False

    def _merge(self, worth: Callable[[float, float], float], *, once: bool = False) -> bool:
        """Merge what is worth most, one thing after another; whether there was anything.

        What a way is worth falls as more is known, so it is asked again only when it is its turn.
        """
        waiting: list[tuple[float, int, int, tuple[int, int]]] = []
        known: set[int] = set()
        changes = 0
        while self._few and self._work[0] <= _MOST_WORK:
            for way in self._blue():
                if way not in known:
                    known.add(way)
                    heapq.heappush(waiting, (-math.inf, -1, way, (0, 0)))
            if not waiting:
                break
            value, when, way, how = heapq.heappop(waiting)
            if when < changes:
                look()
                best, second = self._best(way).tolist()
                if best[0] == CONFLICT:
                    self._promote(int(self._tree.memory[way]))
                    changes += 1
                    continue
                value, how = -worth(best[0], second[0]), (int(best[1]), int(best[2]))
                sure = second[0] == CONFLICT and best[0] > _SURE + math.log(len(self._states))
                if not sure:
                    heapq.heappush(waiting, (value, changes, way, how))
                    continue
            if value > -_NOTHING:
                break
            fold(*self._arrays, way, *how, True)
            changes += 1
        return changes > 0

    @property
    def _few(self) -> bool:
        """Whether the states take little to tell, beside the answers."""
        ways = int((self._targets(self._states) != NONE).sum())
        return ways * math.log(len(self._states)) <= self._most

    def _targets(self, nodes: Any) -> Ids:
        return self._nodes[nodes, FIELDS::2]

    def _promote(self, node: int) -> None:
        self._nodes[node, RED] = True
        self._states.append(node)

    def _blue(self) -> list[int]:
        """The places of ways from states to nodes that are none, those that most examples take first."""
        targets = self._targets(self._states)
        at, symbols = np.nonzero((targets != NONE) & ~self._nodes[targets, RED].astype(bool))
        order = np.argsort(-self._nodes[targets[at, symbols], COUNT], kind="stable")
        places = np.array(self._states)[at] * self._tree.width + FIELDS + 2 * symbols
        return [*places[order].tolist()]

    def _best(self, place: int) -> Any:
        look()
        best_fold(*self._arrays, place, np.array(self._states), self._found)
        return self._found

    def transducer(self, tokens: Tokens) -> Transducer:
        """What the states and the nodes that are left do."""
        number, order = {0: 0}, [0]
        steps: list[tuple[Transition, ...]] = []
        for node in order:
            row: list[Transition] = []
            for target, way in self._nodes[node, FIELDS:].reshape(-1, 2).tolist():
                if target == NONE:
                    row.append(None)
                    continue
                if target not in number:
                    number[target] = len(order)
                    order.append(target)
                row.append((number[target], self._words(*self._nodes[way, [BEGIN, END]].tolist())))
            steps.append(tuple(row))
        finals = [
            None if begin == NONE else self._words(begin, end)
            for begin, end in self._nodes[order][:, [LAST, STOP]].tolist()
        ]
        return Transducer(tokens, tuple(steps), tuple(finals)).minimal()

    def _words(self, begin: int, end: int) -> Tokens:
        return tuple(t for at in self._tree.said[begin:end].tolist() for t in self._tree.words[at])
