"""A problem: columns that are expressions of the inputs, a target, and what becomes of a solution.

A reduction makes a smaller problem of one: it divides the target by a factor, or puts one column a - b for
two. Its solution, wrapped, is one of the problem it came from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ...expression import Expression, Variable
from ..rows import Array, Rows


def _as_it_is(solution: Expression) -> Expression:
    return solution


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """`table` (rows, columns) are the values of `atoms`; `wrap` makes of a formula for `target` the whole."""

    atoms: tuple[Expression, ...]
    table: Array
    target: Array
    wrap: Callable[[Expression], Expression] = field(default=_as_it_is)

    @classmethod
    def of(cls, rows: Rows, places: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Problem:
        """The problem as it is given, on some of the rows, without columns that do not vary."""
        varies = [i for i, column in enumerate(rows.inputs[places].T) if np.ptp(column) > 0]
        return cls(
            tuple(Variable(rows.names[i]) for i in varies),
            rows.inputs[places][:, varies],
            rows.target[places],
        )

    @property
    def count(self) -> int:
        return len(self.target)

    @property
    def width(self) -> int:
        return len(self.atoms)

    def only(self, places: list[int]) -> Problem:
        """With these columns alone."""
        return replace(
            self, atoms=tuple(self.atoms[i] for i in places), table=self.table[:, places]
        )
