"""A problem: columns that are expressions of the inputs, a target, and what becomes of a solution.

A reduction makes a smaller problem of one: it divides the target by a factor, or puts one column a - b for
two. Its solution, wrapped, is one of the problem it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from ...expression import Apply, Expression, Number, Variable
from ...expression.build import power
from ..rows import Array, Rows

Powers = tuple[Fraction, ...]


def _as_it_is(solution: Expression) -> Expression:
    return solution


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """`table` (rows, columns) are the values of `atoms`; `wrap` makes of a formula for `target` the whole.

    Where atoms are products, they are those of the expressions `basis` with a row of `powers` for each. The
    target may have been divided by one more, with the powers `factor`, which `whole` puts back. `weights` are
    those of the target's errors: inversely as their size.
    """

    atoms: tuple[Expression, ...]
    table: Array
    target: Array
    wrap: Callable[[Expression], Expression] = field(default=_as_it_is)
    basis: tuple[Expression, ...] = ()
    powers: tuple[Powers, ...] = ()
    factor: Powers = ()
    weights: Array = field(default_factory=lambda: np.ones(1))

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

    def whole(self, solution: Expression) -> Expression:
        """The formula for the data that a formula for the target makes."""
        return self.wrap(times(solution, self.basis, self.factor) if self.factor else solution)

    @property
    def products(self) -> tuple[tuple[Expression, ...], tuple[Powers, ...]]:
        """What the atoms are products of, and with which powers."""
        if self.basis:
            return self.basis, self.powers
        unit = [tuple(Fraction(int(i == j)) for j in range(self.width)) for i in range(self.width)]
        return self.atoms, tuple(unit)


def times(
    factor: Expression, atoms: Sequence[Expression], powers: Sequence[Fraction]
) -> Expression:
    """factor · Π atom^power, with negative powers below a line."""
    above: list[Expression] = [] if _is_one(factor) and any(p > 0 for p in powers) else [factor]
    below: list[Expression] = []
    for atom, exponent in zip(atoms, powers, strict=True):
        if exponent:
            (above if exponent > 0 else below).append(_raised(atom, abs(exponent)))
    top = Apply("mul", tuple(above)) if len(above) > 1 else above[0]
    if not below:
        return top
    return Apply("div", (top, Apply("mul", tuple(below)) if len(below) > 1 else below[0]))


def _is_one(factor: Expression) -> bool:
    return isinstance(factor, Number) and factor.value == 1


def _raised(atom: Expression, exponent: Fraction) -> Expression:
    if exponent == 1:
        return atom
    return Apply("sqrt", (atom,)) if exponent == Fraction(1, 2) else power(atom, Number(exponent))
