"""Whether another transducer of as many states, or fewer, answers all examples: an exact search.

States are found as when merging, but nothing is decided by evidence. A blue node that fits no state is
a new one; where there are as many states as there may be, one that fits a single state is that. What is
left open is tried both ways: as each of the states that it fits, and as a new one. As every transducer
that answers the examples agrees with one of these branches, what no branch comes to does not exist
(exact identification of automata: Biermann & Feldman 1972; Heule & Verwer 2010).
"""

from __future__ import annotations

from collections.abc import Sequence

from ....clock import look
from ...tasks import Example
from ...transducer import Transducer, agreement
from ...vocabulary import Vocabulary
from .states import States
from .tree import Form, Tree, tree_of

_MOST_WORK = 40_000_000  # ways looked at, and numbers kept at branches
_MOST_STATES = 200


class Undecided(Exception):
    """The search took more than the effort there is."""


def rival_of(
    found: Transducer, examples: Sequence[Example], vocabulary: Vocabulary, form: Form
) -> Transducer | None:
    """Another transducer of as many states or fewer that answers all examples; None where there is none.

    Another one says something else to some prompt of one token or more. `found` has every transition.
    Raises `Undecided` where that takes more effort than there is; it is counted, so the answer is the same
    on every computer.
    """
    tree = None if form == "early" else tree_of(examples, vocabulary, form)
    if tree is None or found.states > _MOST_STATES:
        raise Undecided
    return _Search(tree, found).run()


class _Search(States):
    def __init__(self, tree: Tree, found: Transducer) -> None:
        super().__init__(tree)
        self._found, self._kept = found, 0

    def run(self) -> Transducer | None:
        """The first other transducer that is come by, with the states there are."""
        open_ = self._propagated()
        if open_ is None:
            return None
        if not open_:
            other = self.transducer(self._found.tokens)
            alike = other == self._found or isinstance(agreement(self._found, other), dict)
            return None if alike else other
        place, fitting = min(open_, key=lambda one: len(one[1]))
        memory, states = self.tree.memory.copy(), [*self.states]
        self._kept += len(memory)
        choices: list[int | None] = [*fitting]
        if len(states) < self._found.states:
            choices.append(None)
        for state in choices:
            if state is None:
                self.promote(self.target(place))
            else:
                self.fold(place, state)
            rival = self.run()
            if rival is not None:
                return rival
            self.tree.memory[:], self.states = memory, [*states]
        return None

    def _propagated(self) -> list[tuple[int, list[int]]] | None:
        """What follows from the states and folds so far: the blue nodes that are left, with the states
        that each fits; None where one fits nothing and there may be no more states."""
        while True:
            open_, changed = [], False
            for place in self.blue():
                look()
                if self.work[0] + self._kept > _MOST_WORK:
                    raise Undecided
                fitting = [state for state in self.states if self.fits(place, state)]
                full = len(self.states) == self._found.states
                if full and not fitting:
                    return None
                if len(fitting) > 1 or (fitting and not full):
                    open_.append((place, fitting))
                    continue
                changed = True
                if fitting:
                    self.fold(place, fitting[0])
                else:
                    self.promote(self.target(place))
            if not changed:
                return open_
