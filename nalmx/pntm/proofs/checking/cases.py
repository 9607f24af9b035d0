"""Every case of a step, one after another: the step is gone through anew for each.

A step asks a `Case` whenever something is open. In a first run the first answer is taken, and for
each other answer a run is made later that comes to the same question and takes that one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TypeAlias, TypeVar

from ....clock import look
from .multipliers import Contradictions, Linear

Answer = TypeVar("Answer")
# The rows of some classes of a block, in their order.
Word: TypeAlias = tuple[int, frozenset[int]]


class Impossible(Exception):
    """What is assumed in this case cannot be."""


class Case:
    """One case: what is known of the variables, and which rows stand where in the prompt."""

    def __init__(
        self, known: Iterable[Linear], contradictions: Contradictions, answers: tuple[int, ...]
    ) -> None:
        self.other_cases: list[tuple[int, ...]] = []
        self._known = set(known)
        self._contradictions = contradictions
        self._given = answers
        self._taken: list[int] = []
        self._rows: list[tuple[Word, Linear, int]] = []

    def choose(self, answers: Sequence[Answer]) -> Answer:
        """One of all the answers that there are."""
        at = len(self._taken)
        if at < len(self._given):
            self._taken.append(self._given[at])
        elif answers:
            others = range(1, len(answers))
            self.other_cases += [(*self._taken, other) for other in others]
            self._taken.append(0)
        else:
            raise Impossible
        return answers[self._taken[-1]]

    def holds(self, form: Linear) -> bool:
        """Whether form ≥ 0; the answers are known to be impossible, or tried in turn."""
        both = {True: form.tight(), False: (-1 * form - 1).tight()}
        possible = [holds for holds, guard in both.items() if not self._excludes(guard)]
        answer = self.choose(possible)
        self._known.add(both[answer])
        return answer

    def follows(self, form: Linear) -> bool:
        """Whether form ≥ 0 is known; nothing is assumed."""
        tight = form.tight()
        return tight.is_positive or tight in self._known or self._excludes((-1 * form - 1).tight())

    def read(self, word: Word, index: Linear, rows: Sequence[int]) -> int:
        """The row at a place of a word, one of those given; it is the same whenever it is read."""
        for other, place, row in self._rows:
            if other == word and self._same(index, place):
                if row not in rows:
                    raise Impossible
                return row
        row = self.choose(rows)
        self.note(word, index, row)
        return row

    def note(self, word: Word, index: Linear, row: int) -> None:
        """A row that is known to stand at a place of a word."""
        self._rows.append((word, index, row))

    def _same(self, left: Linear, right: Linear) -> bool:
        return left == right or (self.follows(left - right) and self.follows(right - left))

    def _excludes(self, form: Linear) -> bool:
        look()
        return self._contradictions.any_of(self._known | {form})


def in_every_case(
    step: Callable[[Case], None], known: Iterable[Linear], contradictions: Contradictions
) -> None:
    """Go through all cases of a step where some forms are ≥ 0."""
    tight = [form.tight() for form in known]
    waiting: list[tuple[int, ...]] = [()]
    while waiting:
        case = Case(tight, contradictions, waiting.pop())
        with suppress(Impossible):
            step(case)
        waiting += case.other_cases
