"""Products and quotients of two sums over many columns: y = c·Σ m_i·x_i·Σ n_j·x_j, or with a line between.

A quotient P/Q is a null vector of P - y·Q. Of a product, the squares that a linear form leaves give a start,
from which steps by Gauss and Newton lead to it; both need rows without noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from ...clock import look
from ...expression import Apply, Expression, Number
from ...expression.build import product, quotient
from ..form import Form, constant
from ..rows import Array
from .problem import Problem

_LEAST_WIDTH, _SPARE = 5, 20
_NULL, _EXACT, _NOTHING = 1e-11, 1e-8, 1e-5
_LARGEST_MULTIPLE = 6
_STEPS, _HALVINGS = 40, 8


def sums(problem: Problem) -> Iterator[Form]:
    """The quotient, and the product, where there is one."""
    if problem.width < _LEAST_WIDTH or problem.count < 2 * problem.width + _SPARE:
        return
    factors = _quotient(problem.table, problem.target)
    if factors is not None:
        yield from _written(problem, *factors, below=True)
        return
    factors = _product(problem.table, problem.target)
    if factors is not None:
        yield from _written(problem, *factors, below=False)


def _quotient(table: Array, target: Array) -> tuple[Array, Array] | None:
    """Weights above and below the line; None where there is no null vector, or more than one."""
    look(table.shape[1])
    unit = np.abs(target).mean()
    columns = np.hstack([table, -table * (target / unit)[:, None]])
    sizes = np.sqrt((columns**2).sum(0))
    if not sizes.all():
        return None
    values, directions = np.linalg.svd(columns / sizes, full_matrices=False)[1:]
    if not values[-1] <= _NULL * values[0] < 1e-3 * values[-2]:
        return None
    vector = directions[-1] / sizes
    width = table.shape[1]
    return vector[:width], vector[width:]


def _product(table: Array, target: Array) -> tuple[Array, Array] | None:
    """Weights of both factors; None where no steps lead to a product that is right on all rows."""
    size = float(np.sqrt((target**2).mean()))
    one, other = _start(table, target / size)
    square = np.inf
    for _ in range(_STEPS):
        look(table.shape[1])
        a, b = table @ one, table @ other
        left = target / size - a * b
        square = float((left**2).mean())
        if square <= _EXACT**2:
            return one, other
        slopes = np.hstack([table * b[:, None], table * a[:, None]])
        step = np.linalg.lstsq(slopes, left, rcond=1e-12)[0]
        for _ in range(_HALVINGS):
            up, down = one + step[: len(one)], other + step[len(one) :]
            if ((target / size - (table @ up) * (table @ down)) ** 2).mean() < square:
                break
            step = step / 2
        else:
            return None
        one, other = up, down
    return None


def _start(table: Array, target: Array) -> tuple[Array, Array]:
    """Factors by the two chief directions of what the squares of the columns explain."""
    centred = table - table.mean(0)
    linear = np.column_stack([centred, np.ones(len(target))])
    left = target - linear @ np.linalg.lstsq(linear, target, rcond=None)[0]
    white = centred / centred.std(0)
    values, directions = np.linalg.eigh((white * left[:, None]).T @ white / len(left))
    up = np.sqrt(max(values[-1], 0.0)) * directions[:, -1]
    down = np.sqrt(max(-values[0], 0.0)) * directions[:, 0]
    return (up + down) / centred.std(0), (up - down) / centred.std(0)


def _written(problem: Problem, one: Array, other: Array, below: bool) -> Iterator[Form]:
    """The form with whole multiples, one factor for all, where the weights are such multiples."""
    parts: list[Expression] = []
    values = np.ones(problem.count)
    for weights in (one, other):
        chosen = np.abs(weights) > _NOTHING * np.abs(weights).max()
        unit = float(weights[chosen][np.argmin(np.abs(weights[chosen]))])
        multiples = np.where(chosen, weights / unit, 0.0)
        whole = np.round(multiples)
        if np.abs(whole).max() > _LARGEST_MULTIPLE or np.abs(multiples - whole).max() > 1e-3:
            return
        terms = [
            product([Number(Fraction(int(n))), atom])
            for n, atom in zip(whole, problem.atoms, strict=True)
            if n
        ]
        parts.append(Apply("add", tuple(terms)) if len(terms) > 1 else terms[0])
        total = problem.table @ whole
        values = values / total if below and len(parts) == 2 else values * total
    first = product([constant(0), parts[0]])
    inner = quotient(first, parts[1]) if below else product([first, parts[1]])
    scale = float((values * problem.target).sum() / (values**2).sum())
    if np.isfinite(scale):
        yield Form(problem.whole(inner), (scale,), is_from_exact=True)
