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
from ...tasks import Example
from ...transducer import Transducer
from ...vocabulary import Vocabulary
from .fold import CONFLICT, COUNT, NONE, best_fold
from .states import States
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


class _Merging(States):
    """The merging of a tree's nodes, as long as the states take `most` nats at most."""

    def __init__(self, tree: Tree, most: float) -> None:
        super().__init__(tree)
        self._most = most
        self._found = np.zeros((2, 3))

    def run(self) -> bool:
        """Merge as long as there is something to go by; False where that comes to nothing."""
        while self._few and self.work[0] <= _MOST_WORK:
            if not (self._merge(_ahead) or self._merge(_most, once=True)):
                # What nothing is like is a state, if enough is known of it.
                place = next(iter(self.blue()), None)
                node = None if place is None else self.target(place)
                if node is None or self.nodes[node, COUNT] < _KNOWN:
                    return True
                self.promote(node)
        return False

    def _merge(self, worth: Callable[[float, float], float], *, once: bool = False) -> bool:
        """Merge what is worth most, one thing after another; whether there was anything.

        What a way is worth falls as more is known, so it is asked again only when it is its turn.
        """
        waiting: list[tuple[float, int, int, tuple[int, int]]] = []
        known: set[int] = set()
        changes = 0
        while self._few and self.work[0] <= _MOST_WORK:
            for way in self.blue():
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
                    self.promote(self.target(way))
                    changes += 1
                    continue
                value, how = -worth(best[0], second[0]), (int(best[1]), int(best[2]))
                sure = second[0] == CONFLICT and best[0] > _SURE + math.log(len(self.states))
                if not sure:
                    heapq.heappush(waiting, (value, changes, way, how))
                    continue
            if value > -_NOTHING:
                break
            self.fold(way, *how)
            changes += 1
        return changes > 0

    @property
    def _few(self) -> bool:
        """Whether the states take little to tell, beside the answers."""
        ways = int((self.targets(self.states) != NONE).sum())
        return ways * math.log(len(self.states)) <= self._most

    def _best(self, place: int) -> Any:
        look()
        best_fold(*self.arrays, place, np.array(self.states), self._found)
        return self._found
