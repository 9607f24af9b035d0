"""Outer functions: where u = T(y) has a plain form, y = T⁻¹(u) has it under one function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ...expression import Apply, Expression, Number
from ...expression.build import negative, power
from ..rows import Array
from .problem import Problem


@dataclass(frozen=True, slots=True)
class Outer:
    """`of` the target, and `back`, which makes the expression of y of that of u.

    `where` says whether a target allows it.
    """

    name: str
    of: Callable[[Array], Array]
    back: Callable[[Expression], Expression]
    where: Callable[[Array], bool]


def _applied(function: str) -> Callable[[Expression], Expression]:
    return lambda inner: Apply(function, (inner,))


def _negative_root(inner: Expression) -> Expression:
    return negative(Apply("sqrt", (inner,)))


def _one_sign(y: Array) -> bool:
    return bool((y > 0).all() or (y < 0).all())


SQUARE = Outer("square", np.square, _applied("sqrt"), lambda y: bool((y >= 0).all()))
NEGATIVE_SQUARE = Outer("-square", np.square, _negative_root, lambda y: bool((y <= 0).all()))
ROOT = Outer(
    "root", np.sqrt, lambda inner: power(inner, Number(Fraction(2))), lambda y: bool((y >= 0).all())
)
EXPONENTIAL = Outer("exp", np.exp, _applied("log"), lambda y: bool(np.abs(y).max() < 50))
SINE = Outer("sin", np.sin, _applied("asin"), lambda y: bool(np.abs(y).max() <= np.pi / 2))
COSINE = Outer(
    "cos", np.cos, _applied("acos"), lambda y: bool(y.min() >= 0 and y.max() <= np.pi)
)
TANGENT = Outer("tan", np.tan, _applied("atan"), lambda y: bool(np.abs(y).max() < np.pi / 2))
OUTER = (SQUARE, NEGATIVE_SQUARE, ROOT, SINE, COSINE, TANGENT, EXPONENTIAL)


def under(problem: Problem, outer: Outer) -> Problem | None:
    """The problem of T(y); None where its target does not allow it."""
    if not outer.where(problem.target):
        return None
    with np.errstate(all="ignore"):
        target = outer.of(problem.target)
    if not np.isfinite(target).all() or np.ptp(target) == 0:
        return None
    return replace(
        problem, target=target, wrap=lambda inner: problem.wrap(outer.back(inner))
    )


def outers(problem: Problem) -> Iterator[Problem]:
    """The problem under each function that its target allows."""
    for outer in OUTER:
        found = under(problem, outer)
        if found is not None:
            yield found
