"""Inner functions: rational laws in the columns and in one function of them, such as exp(κ·t) or cos(t·s).

κ is tried among the numbers that laws have; a null vector (`rational`) says that one fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from itertools import product as product_of
from math import pi

import numpy as np

from ...expression import Apply, Constant, Expression, Number
from ...expression.build import negative, product, quotient
from ...expression.build import rational as number
from ..rows import Array
from .problem import Problem, times

_PI = Constant("pi")
_HALF = Number(Fraction(1, 2))
Factor = tuple[float, Expression | None]
FACTORS: tuple[Factor, ...] = (
    (1.0, None),
    (2.0, number(2)),
    (0.5, _HALF),
    (pi, _PI),
    (2 * pi, product([number(2), _PI])),
    (1 / (2 * pi), quotient(number(1), product([number(2), _PI]))),
    (1 / pi, quotient(number(1), _PI)),
    (pi / 2, quotient(_PI, number(2))),
    (3.0, number(3)),
    (1 / 3, Number(Fraction(1, 3))),
    (4.0, number(4)),
    (4 * pi, product([number(4), _PI])),
    (0.25, Number(Fraction(1, 4))),
)
FEW_FACTORS = FACTORS[:6]
_LARGEST = 30.0
_WIDEST = 5


def arguments(problem: Problem) -> Iterator[tuple[Array, Expression]]:
    """What stands under a function: products of powers -1, 0, 1 of columns, squares, sums and differences.

    The simplest come first; of wide problems, fewer.
    """
    width = problem.width
    one = Number(Fraction(1))
    shapes = [shape for shape in product_of((0, 1, -1), repeat=width) if any(shape)]
    shapes += [tuple(2 * (i == j) for j in range(width)) for i in range(width)]
    most = width if width <= 4 else 2
    shapes.sort(key=lambda s: (sum(map(abs, s)), s.count(-1), [-e for e in s]))
    for shape in shapes:
        if sum(map(abs, shape)) <= most or 2 in shape:
            if min(shape) < 0 and (problem.table == 0).any():
                continue
            values = np.prod(problem.table ** np.array(shape, dtype=float), 1)
            yield values, times(one, problem.atoms, [Fraction(e) for e in shape])
    for i, j in combinations(range(width), 2):
        for sign in (-1, 1):
            other = problem.atoms[j] if sign > 0 else negative(problem.atoms[j])
            values = problem.table[:, i] + sign * problem.table[:, j]
            yield values, Apply("add", (problem.atoms[i], other))


def roots(problem: Problem) -> Iterator[Problem]:
    """The problem in the square roots of its columns, where that is another and not wide."""
    if problem.width <= 3 and (problem.table > 0).all():
        atoms = tuple(Apply("sqrt", (atom,)) for atom in problem.atoms)
        basis, powers = problem.products
        halves = tuple(tuple(power / 2 for power in row) for row in powers)
        table = np.sqrt(problem.table)
        yield replace(problem, atoms=atoms, table=table, basis=basis, powers=halves)


def inners(problem: Problem, factors: Sequence[Factor] = FACTORS) -> Iterator[Problem]:
    """The problem with one more column, a function of the others."""
    if problem.width > _WIDEST:
        return
    for values, argument in arguments(problem):
        size = float(np.abs(values).max())
        if (values > 0).all():
            yield _with(problem, Apply("log", (argument,)), np.log(values))
        for value, factor in factors:
            if value * size > _LARGEST:
                continue
            inner = argument if factor is None else product([factor, argument])
            for function in ("cos", "sin", "exp", "tanh"):
                column = getattr(np, function)(value * values)
                if np.ptp(column) > 1e-9:
                    yield _with(problem, Apply(function, (inner,)), column)


def _with(problem: Problem, atom: Expression, column: Array) -> Problem:
    basis, powers = problem.products
    none, one = Fraction(0), Fraction(1)
    return replace(
        problem,
        atoms=(*problem.atoms, atom),
        table=np.column_stack([problem.table, column]),
        basis=(*basis, atom),
        powers=(*((*row, none) for row in powers), (*(none for _ in basis), one)),
        factor=(*problem.factor, none) if problem.factor else (),
    )
