"""Monomials: y = c·Π x_i^{p_i}, what a power or multiplication unit represents.

log|y| is linear in log|x|, which gives the powers. They are simple fractions, or at most two of them are
constants that the data determine, as in laws of growth; such inputs are positive. Where noise leaves
much open, the nearest whole and half powers are tried as well. The sign of y is that of c times those of the
inputs with odd powers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ...expression import Apply, Expression
from ..form import Form, constant
from ..rows import Array
from .problem import Problem, times

GRID = (1, 2, 3, 4)
"""Denominators of powers."""
_LARGEST = 8
_NEAR = 0.04
_MOST_FREE = 2
_ROUNDS, _HALVINGS = 8, 6


def near_power(value: float, radius: float) -> Fraction | None:
    """The simplest power within a radius, None where there is none."""
    for bottom in GRID:
        near = Fraction(round(value * bottom), bottom)
        if abs(float(near) - value) <= radius and abs(near) <= _LARGEST:
            return near
    return None


def monomial(problem: Problem) -> Iterator[Form]:
    """The monomial by logarithms, and by least squares, as noise asks."""
    usable = [i for i in range(problem.width) if (problem.table[:, i] != 0).all()]
    rows = problem.target != 0
    if not usable or rows.sum() < len(usable) + 3 or rows.mean() < 0.5:
        return
    table, target = problem.table[rows][:, usable], problem.target[rows]
    logs = np.log(np.abs(table))
    told = set()
    found = [_powers(e, logs, table < 0, target) for e in (_by_logarithms, _by_least_squares)]
    found += [_rounded(powers, parts) for parts in (1, 2) for powers in found[::-1]]
    for powers in found:
        if powers is None or not any(powers) or powers in told:
            continue
        told.add(powers)
        if (table < 0)[:, [not _is_whole(p) for p in powers]].any():
            continue
        shape = _signs(table < 0, powers) * np.exp(logs @ np.array([float(p) for p in powers]))
        scale = float((shape * target).sum() / (shape**2).sum())
        atoms = [problem.atoms[i] for i in usable]
        free = [place for place, p in enumerate(powers) if isinstance(p, float)]
        if len(free) > _MOST_FREE:
            continue
        factor: Expression = constant(0)
        for number, place in enumerate(free, start=1):
            factor = Apply("mul", (factor, Apply("pow", (atoms[place], constant(number)))))
        known = [Fraction(0) if isinstance(p, float) else p for p in powers]
        values = (scale, *(float(powers[place]) for place in free))
        is_daring = bool(free) or any(p.denominator > 1 for p in known)
        yield Form(problem.whole(times(factor, atoms, known)), values, is_daring=is_daring)


def whole_powers(problem: Problem) -> dict[int, int]:
    """Columns with a power near a whole one in the monomial of least squares, which need not fit well."""
    if (problem.table == 0).any() or not (problem.target != 0).all():
        return {}
    estimated = _by_least_squares(np.log(np.abs(problem.table)), problem.table < 0, problem.target)
    if estimated is None:
        return {}
    found = {}
    for place, (value, width) in enumerate(zip(*estimated, strict=True)):
        near = round(float(value))
        if near and abs(float(value) - near) <= min(max(float(width), 0.02), _NEAR):
            found[place] = near
    return found


Power = Fraction | float
"""A power on the grid, or one that lies near none of it."""


def _rounded(powers: tuple[Power, ...] | None, parts: int) -> tuple[Power, ...] | None:
    """The nearest powers that are whole numbers of such parts."""
    return powers and tuple(Fraction(round(float(p) * parts), parts) for p in powers)


def _is_whole(exponent: Power) -> bool:
    return isinstance(exponent, Fraction) and exponent.denominator == 1


_Estimate = Callable[[Array, Any, Array], tuple[Array, Array] | None]


def _powers(
    estimate: _Estimate, logs: Array, negative: Any, target: Array
) -> tuple[Power, ...] | None:
    """Powers: those that may be 0 are left out, the others estimated again, and rounded to the grid."""
    kept = [i for i in range(logs.shape[1]) if np.ptp(logs[:, i]) > 1e-9]
    while kept:
        estimated = estimate(logs[:, kept], negative[:, kept], target)
        if estimated is None:
            return None
        found, widths = estimated
        weak = {
            place
            for place, value, width in zip(kept, found, widths, strict=True)
            if abs(value) <= width
        }
        if not weak:
            break
        kept = [i for i in kept if i not in weak]
    else:
        return None
    powers: list[Power] = [Fraction(0)] * logs.shape[1]
    for place, value, width in zip(kept, found, widths, strict=True):
        near = near_power(float(value), min(float(width), _NEAR))
        powers[place] = float(value) if near is None else near
    return tuple(powers)


def _by_logarithms(logs: Array, negative: Any, target: Array) -> tuple[Array, Array]:
    """Powers by least squares of log|y|, each row alike, and four standard deviations of each."""
    return _least_squares(logs, np.log(np.abs(target)), np.ones(len(target)))


def _by_least_squares(logs: Array, negative: Any, target: Array) -> tuple[Array, Array] | None:
    """Powers by least squares of y: the largest rows first, then all by steps of Gauss and Newton.

    An error of y becomes one of log|y| that is inversely as |y|, and a small y may be error alone.
    """
    size = np.abs(target)
    first = np.argsort(-size, kind="stable")
    most = max(int((size > 0.5 * math.sqrt(float((size**2).mean()))).sum()), 5 * logs.shape[1] + 5)
    first = first[:most]
    with np.errstate(all="ignore"):
        found, widths = _least_squares(logs[first], np.log(size[first]), size[first])
        table = np.column_stack([logs, np.ones(len(target))])
        values = np.append(found, _offset(logs[first], target[first], found))
        for _ in range(_ROUNDS):
            signs = _signs(negative, [Fraction(round(value)) for value in values[:-1]])
            signs = signs * np.sign((signs * target).sum())
            shape = np.exp(table @ values)
            slopes = table * shape[:, None]
            left = signs * target - shape
            if not (np.isfinite(slopes).all() and np.isfinite(left).all()):
                return None
            inverse = np.linalg.pinv(slopes)
            step, square = inverse @ left, float((left**2).sum())
            for _ in range(_HALVINGS):
                if ((signs * target - np.exp(table @ (values + step))) ** 2).sum() <= square:
                    break
                step = step / 2
            values = values + step
            noise = math.sqrt(square / max(len(target) - len(step), 1))
            widths = 4 * noise * np.sqrt((inverse**2).sum(1))[:-1]
            if not (np.isfinite(values).all() and np.abs(values[:-1]).max() <= 2 * _LARGEST):
                return None
    return values[:-1], np.maximum(widths, 1e-6)


def _offset(logs: Array, target: Array, powers: Array) -> float:
    shape = np.exp(logs @ powers)
    return math.log(max(float((shape * np.abs(target)).sum() / (shape**2).sum()), 1e-300))


def _least_squares(logs: Array, aim: Array, weights: Array) -> tuple[Array, Array]:
    table = np.column_stack([logs, np.ones(len(aim))]) * weights[:, None]
    inverse = np.linalg.pinv(table)
    found = inverse @ (aim * weights)
    left = aim * weights - table @ found
    noise = math.sqrt(float((left**2).sum()) / max(len(aim) - len(found), 1))
    widths = 4 * noise * np.sqrt((inverse**2).sum(1))
    return found[:-1], np.maximum(widths[:-1], 1e-6)


def _signs(negative: Any, powers: Sequence[Power]) -> Array:
    """The sign of a product with these powers: -1 for an odd number of negative factors."""
    odd = [_is_whole(p) and p % 2 == 1 for p in powers]
    signs: Array = np.where(negative[:, odd].sum(1) % 2, -1.0, 1.0)
    return signs
