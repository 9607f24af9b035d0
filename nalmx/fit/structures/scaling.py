"""Scaling: y = Π x_i^{a_i} · F(t_1, …, t_m) with fewer t_j, each a product of powers of the inputs.

Where λ^{c_i}·x_i for every x_i makes λ^s·y of y, the slopes of log y by log x satisfy Σ c_i·g_i = s at every
row. Whole c that do so nearly are such symmetries, found on a surrogate; a c with one entry says that
its input is a factor with the power s. The t_j are the products that no symmetry changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import combinations, product

import numpy as np
from flint import fmpq, fmpq_mat, fmpz_mat

from ...expression import Number
from ..rows import Array
from .monomial import near_power, whole_powers
from .problem import Problem, times
from .surrogate import Whole, surrogate

_TOLERANCES = (1e-6, 1e-4, 1e-3, 3e-3, 0.01, 0.02, 0.05, 0.15)
_NEAR = 0.05
_BROKEN = 3
"""The largest denominator of a power that a factor has."""
_WIDEST = 10


@cache
def _directions(width: int) -> Whole:
    """Whole vectors that a symmetry may be, simplest first: up to three entries of at most 2."""
    found = []
    for size in range(1, min(width, 3) + 1):
        for places in combinations(range(width), size):
            for entries in product((1, -1, 2, -2), repeat=size):
                if entries[0] > 0 and np.gcd.reduce(entries) == 1:
                    vector = [0] * width
                    for place, entry in zip(places, entries, strict=True):
                        vector[place] = entry
                    found.append(vector)
    found.sort(key=lambda v: (sum(map(bool, v)), sum(map(abs, v))))
    return np.array(found, dtype=np.intp)


def log_slopes(problem: Problem) -> Iterator[Array]:
    """Slopes of log|y| by log|x|, (rows, columns), on surrogates of log|y| by log x, and of y by x."""
    table, target = problem.table, problem.target
    if (table > 0).all() and (target != 0).all() and (np.sign(target) == np.sign(target[0])).all():
        found = surrogate(np.log(table), np.log(np.abs(target)))
        if found is not None:
            yield found.slopes
            if found.error < 1e-3:
                return
    found = surrogate(table, target)
    if found is not None:
        good = np.abs(target) > 0.1 * np.sqrt((target**2).mean())
        yield found.slopes[good] * table[good] / target[good, None]


def scalings(problem: Problem) -> Iterator[Problem]:
    """Problems with fewer columns, from the surest symmetries to the most daring."""
    if not 2 <= problem.width <= _WIDEST or (problem.table == 0).any():
        return
    told: set[object] = set()
    vectors = _directions(problem.width)
    factors = whole_powers(problem)
    if 0 < len(factors) < problem.width:
        units = np.eye(problem.width, dtype=np.intp)[list(factors)]
        yield from _reduced(problem, units, [Fraction(power) for power in factors.values()])
    for slopes in log_slopes(problem):
        along = slopes @ vectors.T
        values = np.median(along, 0)
        spreads = np.median(np.abs(along - values), 0) / np.abs(vectors).sum(1)
        for tolerance in _TOLERANCES:
            chosen, weights = _independent(vectors, values, spreads, tolerance)
            key = tuple(map(tuple, chosen)), tuple(weights)
            if not chosen or key in told:
                continue
            told.add(key)
            yield from _reduced(problem, np.array(chosen), weights)


def _independent(
    vectors: Whole, values: Array, spreads: Array, tolerance: float
) -> tuple[list[Whole], list[Fraction]]:
    chosen: list[Whole] = []
    weights: list[Fraction] = []
    for place in np.nonzero(spreads <= tolerance)[0]:
        near = near_power(float(values[place]), max(_NEAR, 0.0))
        if near is None:
            continue
        if np.linalg.matrix_rank(np.array([*chosen, vectors[place]])) > len(chosen):
            chosen.append(vectors[place])
            weights.append(near)
        if len(chosen) == vectors.shape[1]:
            break
    return chosen, weights


def _reduced(problem: Problem, symmetries: Whole, weights: list[Fraction]) -> Iterator[Problem]:
    """The problem in the products that no symmetry changes, divided by one that has their weights."""
    invariant = _invariant(symmetries)
    factor = _factor(symmetries, weights, invariant)
    if factor is None or not invariant:
        return
    with np.errstate(all="ignore"):
        columns = [np.prod(problem.table ** np.array(v, dtype=float), 1) for v in invariant]
    table = np.stack(columns, 1)
    one = Number(Fraction(1))
    atoms = tuple(times(one, problem.atoms, [Fraction(p) for p in v]) for v in invariant)
    factors = [factor]
    if (
        len(invariant) == 1
    ):  # a function of one product: which power of it belongs to the factor is open
        factors += [[f + s * v for f, v in zip(factor, invariant[0], strict=True)] for s in (1, -1)]
    for powers in factors:
        broken = [p.denominator > 1 for p in powers]
        if any(p.denominator > _BROKEN for p in powers) or (problem.table[:, broken] < 0).any():
            continue
        with np.errstate(all="ignore"):
            divisor = np.prod(problem.table ** np.array([float(p) for p in powers]), 1)
            target = problem.target / divisor
        if np.isfinite(table).all() and np.isfinite(target).all():
            yield Problem(
                atoms,
                table,
                target,
                problem.whole,
                problem.atoms,
                tuple(tuple(map(Fraction, v)) for v in invariant),
                tuple(powers),
                problem.weights * np.abs(divisor),
            )


def _invariant(symmetries: Whole) -> list[list[int]]:
    """A short basis of the whole vectors at right angles to all symmetries."""
    matrix = fmpz_mat(symmetries.tolist())
    basis, nullity = matrix.nullspace()
    if not nullity:
        return []
    columns = [[int(basis[i, j]) for i in range(basis.nrows())] for j in range(nullity)]
    columns = [[entry // int(np.gcd.reduce(column)) for entry in column] for column in columns]
    short = fmpz_mat(columns).lll()
    vectors = [[int(short[i, j]) for j in range(short.ncols())] for i in range(short.nrows())]
    # Mostly positive powers, or the first of them.
    return [v if (sum(v), [-(e < 0) for e in v]) >= (0, []) else [-e for e in v] for v in vectors]


def _factor(
    symmetries: Whole, weights: list[Fraction], invariant: list[list[int]]
) -> list[Fraction] | None:
    """The powers of least size that the symmetries multiply by their weights."""
    width = symmetries.shape[1]
    rows = [*symmetries.tolist(), *invariant]
    aims = [*weights, *[Fraction(0)] * len(invariant)]
    matrix = fmpq_mat([[fmpq(int(entry)) for entry in row] for row in rows])
    aim = fmpq_mat([[fmpq(a.numerator, a.denominator)] for a in aims])
    try:
        solved = matrix.solve(aim)
    except ZeroDivisionError:
        return None
    exact = [Fraction(int(solved[i, 0].p), int(solved[i, 0].q)) for i in range(width)]
    best = exact
    steps = [Fraction(n, 2) for n in range(-8, 9)]
    for _ in range(3):
        for vector in invariant:
            options = []
            for base in {Fraction(0), *(-e / v for e, v in zip(best, vector, strict=True) if v)}:
                for step in (Fraction(0), *steps):
                    shifted = [e + (base + step) * v for e, v in zip(best, vector, strict=True)]
                    options.append(shifted)
            best = min(options, key=_plainness)
    return best


def _plainness(powers: list[Fraction]) -> tuple[int, Fraction, int, list[Fraction]]:
    whole = sum(p.denominator - 1 for p in powers)
    return whole, sum(map(abs, powers), Fraction(0)), sum(map(bool, powers)), [-p for p in powers]
