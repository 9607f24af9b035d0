"""Inner functions: rational laws in the columns and in one function of them, such as exp(κ·t) or cos(t·s).

κ is tried among the numbers that laws have; a null vector (`rational`) says that one fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from math import pi

import numpy as np

from ...clock import look
from ...expression import Apply, Constant, Expression, Number
from ...expression.build import product, quotient, rational as number
from ..form import Form
from ..rows import Array
from ..values import evaluate
from .monomial import times
from .problem import Problem
from .rational import rational

_PI = Constant("pi")
_HALF = Number(Fraction(1, 2))
FACTORS: tuple[tuple[float, Expression | None], ...] = (
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
    (0.25, Number(Fraction(1, 4))),
)
_LARGEST = 30.0


def arguments(problem: Problem) -> Iterator[tuple[Array, Expression]]:
    """What stands under a function: a column, its inverse or square, or a product or quotient of two."""
    one = Number(Fraction(1))
    width = problem.width
    for i in range(width):
        yield problem.table[:, i], problem.atoms[i]
    if width > 4:
        return
    shapes: list[list[tuple[int, int]]] = []
    for i in range(width):
        shapes += [[(i, -1)], [(i, 2)]]
    for i, j in combinations(range(width), 2):
        shapes += [[(i, 1), (j, 1)], [(i, 1), (j, -1)], [(i, -1), (j, 1)]]
    for shape in shapes:
        powers = [Fraction(dict(shape).get(i, 0)) for i in range(width)]
        if any(p < 0 for p in powers) and (problem.table == 0).any():
            continue
        values = np.prod(problem.table ** np.array([float(p) for p in powers]), 1)
        yield values, times(one, problem.atoms, powers)


def inners(problem: Problem) -> Iterator[Problem]:
    """The problem with one more column, a function of the others."""
    for values, argument in arguments(problem):
        size = float(np.abs(values).max())
        if (values > 0).all():
            for function in ("log", "sqrt"):
                yield _with(problem, Apply(function, (argument,)), getattr(np, function)(values))
        for value, factor in FACTORS:
            if value * size > _LARGEST:
                continue
            inner = argument if factor is None else product([factor, argument])
            for function in ("cos", "sin", "exp", "tanh"):
                column = getattr(np, function)(value * values)
                if np.ptp(column) > 1e-9:
                    yield _with(problem, Apply(function, (inner,)), column)


def _with(problem: Problem, atom: Expression, column: Array) -> Problem:
    return replace(
        problem,
        atoms=(*problem.atoms, atom),
        table=np.column_stack([problem.table, column]),
    )
