"""Products of powers and functions, y = c·Π x_i^p_i·g(u)^q or with two g, for what no surrogate follows.

log|y| is linear in log|x_i| and log|g(u)|, where u is a product of columns, one of which may be a difference
of two. Which g(u) it is shows in what the powers leave: a direction in it for each is worked out on some
rows. It needs rows without noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import combinations
from itertools import product as product_of

import numpy as np

from ...clock import look
from ...expression import Apply, Expression, Number
from ...expression.build import negative, product
from ..form import Form, constant
from ..rows import Array
from .inner import FEW_FACTORS
from .monomial import near_power
from .problem import Problem, times

_WIDEST, _WIDEST_OF_TWO = 6, 3
_MOST_COLUMNS, _MOST_WITH_DIFFERENCE = 4, 3
_FEW, _LEAST = 150, 40
_LARGEST = 30.0
_TOP = 3
_RIGHT, _NEAR = 1e-7, 1e-4
_ONE = Number(Fraction(1))


def _applied(function: str, plus: int = 0) -> Callable[[Expression], Expression]:
    def of(inner: Expression) -> Expression:
        value = Apply(function, (inner,))
        return Apply("add", (value, Number(Fraction(plus)))) if plus else value

    return of


# Functions, as arrays and as expressions.
_FUNCTIONS: tuple[tuple[Callable[[Array], Array], Callable[[Expression], Expression]], ...] = (
    (np.sin, _applied("sin")),
    (np.cos, _applied("cos")),
    (np.expm1, _applied("exp", -1)),
    (lambda u: np.exp(u) + 1, _applied("exp", 1)),
    (np.exp, _applied("exp")),
    (np.tanh, _applied("tanh")),
    (lambda u: np.log(np.abs(u)), _applied("log")),
)


@dataclass(frozen=True, slots=True)
class _Factor:
    """A function, the number before its argument, and the powers of the columns in that."""

    function: int
    number: int
    powers: tuple[int, ...]

    def values(self, table: Array) -> Array:
        inner = np.prod(table ** np.array(self.powers, float), 1)
        return _FUNCTIONS[self.function][0](FEW_FACTORS[self.number][0] * inner)

    def expression(self, atoms: tuple[Expression, ...]) -> Expression:
        inner = times(_ONE, atoms, [Fraction(power) for power in self.powers])
        number = FEW_FACTORS[self.number][1]
        return _FUNCTIONS[self.function][1](inner if number is None else product([number, inner]))


def products(problem: Problem) -> Iterator[Form]:
    """Products with one function, with one of a difference of two columns, and of few columns with two."""
    good = (problem.table != 0).all(1) & (problem.target != 0)
    if not 0 < problem.width <= _WIDEST or good.sum() < _LEAST or not good.mean() > 0.9:
        return
    problem = replace(problem, table=problem.table[good], target=problem.target[good])
    yield from _products(problem, has_difference=False)
    for i, j in combinations(range(problem.width), 2):
        column = problem.table[:, i] - problem.table[:, j]
        if column.all():
            atom = Apply("add", (problem.atoms[i], negative(problem.atoms[j])))
            table = np.column_stack([problem.table, column])
            joined = replace(problem, atoms=(*problem.atoms, atom), table=table)
            yield from _products(joined, has_difference=True)


@cache
def _powers(width: int, has_difference: bool) -> tuple[tuple[int, ...], ...]:
    """Powers -1, 0 and 1 of few columns, the simplest first; a difference, the last column, is in each."""
    most = _MOST_WITH_DIFFERENCE if has_difference else _MOST_COLUMNS
    found = [
        powers
        for powers in product_of((0, 1, -1), repeat=width)
        if 0 < sum(map(abs, powers)) <= most and (powers[-1] or not has_difference)
    ]
    return tuple(sorted(found, key=lambda p: (sum(map(abs, p)), p.count(-1), [-e for e in p])))


def _products(problem: Problem, has_difference: bool) -> Iterator[Form]:
    few = slice(None, None, max(problem.count // _FEW, 1))
    table = problem.table[few]
    basis = np.linalg.qr(np.column_stack([np.ones(len(table)), np.log(np.abs(table))]))[0]
    aim = np.log(np.abs(problem.target[few]))
    rest = aim - basis @ (basis.T @ aim)
    factors, directions = _directions(table, basis, _powers(problem.width, has_difference))
    if not factors or not np.sqrt((rest**2).mean()) > _RIGHT:
        return
    rest /= np.sqrt((rest**2).sum())
    along = directions @ rest
    for place in np.argsort(-np.abs(along))[:_TOP]:
        yield from _written(problem, [factors[place]])
    if problem.width <= _WIDEST_OF_TWO and not has_difference:
        yield from _of_two(problem, factors, directions, along)


def _directions(
    table: Array, basis: Array, shapes: tuple[tuple[int, ...], ...]
) -> tuple[list[_Factor], Array]:
    """Functions of products, and what the powers leave of their logarithms: (functions, rows) of length 1."""
    factors, found = [], []
    with np.errstate(all="ignore"):
        logs = np.log(np.abs(table))
        powers = np.array(shapes).T
        inner = np.exp(logs @ powers)
        inner *= np.where((table < 0) @ np.abs(powers) % 2, -1.0, 1.0)
        for number, (value, _) in enumerate(FEW_FACTORS):
            for function, (of, _) in enumerate(_FUNCTIONS):
                look()
                values = np.log(np.abs(of(value * inner)))
                left = values - basis @ (basis.T @ values)
                sizes = np.sqrt((left**2).sum(0))
                usable = (sizes > 1e-3) & (np.abs(value * inner).max(0) < _LARGEST)
                factors += [_Factor(function, number, shapes[n]) for n in np.nonzero(usable)[0]]
                found.append((left[:, usable] / sizes[usable]).T)
    return factors, np.concatenate(found)


def _of_two(
    problem: Problem, factors: list[_Factor], directions: Array, along: Array
) -> Iterator[Form]:
    """The two that explain most of what the powers leave together."""
    look(len(factors))
    across = directions @ directions.T
    free = np.maximum(1 - across**2, 1e-6)
    explained = (along[:, None] ** 2 + along**2 - 2 * across * np.outer(along, along)) / free
    explained[1 - across**2 < 1e-6] = 0
    for place in np.argsort(-explained, axis=None, kind="stable")[: 2 * _TOP : 2]:
        one, other = divmod(int(place), len(factors))
        yield from _written(problem, [factors[one], factors[other]])


def _written(problem: Problem, factors: list[_Factor]) -> Iterator[Form]:
    """The product with these functions, where it is right to many digits and its powers are plain."""
    with np.errstate(all="ignore"):
        values = np.column_stack([problem.table, *(f.values(problem.table) for f in factors)])
        table = np.column_stack([np.log(np.abs(values)), np.ones(problem.count)])
        aim = np.log(np.abs(problem.target))
        if not np.isfinite(table).all():
            return
        found = np.linalg.lstsq(table, aim, rcond=None)[0]
        if not np.abs(aim - table @ found).max() <= _RIGHT * problem.count:
            return
    powers = [near_power(float(value), _NEAR) for value in found[:-1]]
    known = [power for power in powers if power is not None]
    if len(known) < len(powers):
        return
    atoms = [*problem.atoms, *(factor.expression(problem.atoms) for factor in factors)]
    odd = [power.denominator == 1 and power.numerator % 2 == 1 for power in known]
    sign = np.prod(np.sign(values[0, odd])) * np.sign(problem.target[0])
    scale = float(sign * np.exp(found[-1]))
    yield Form(problem.whole(times(constant(0), atoms, known)), (scale,), is_from_exact=True)
