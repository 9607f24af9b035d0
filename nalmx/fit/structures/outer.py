"""Outer functions: where u = T(y) has a plain form, y = T⁻¹(u) has it under one function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ...expression import Apply, Expression, Number
from ...expression.build import negative, power
from ..form import Form, constant
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
COSINE = Outer("cos", np.cos, _applied("acos"), lambda y: bool(y.min() >= 0 and y.max() <= np.pi))
TANGENT = Outer("tan", np.tan, _applied("atan"), lambda y: bool(np.abs(y).max() < np.pi / 2))
OUTER = (SQUARE, NEGATIVE_SQUARE, ROOT, SINE, COSINE, TANGENT, EXPONENTIAL)
FEW = (SQUARE, SINE)
"""Those that are tried together with an inner function."""


def under(problem: Problem, outer: Outer) -> Problem | None:
    """The problem of T(y); None where its target does not allow it."""
    if not outer.where(problem.target):
        return None
    with np.errstate(all="ignore"):
        target = outer.of(problem.target)
    if not np.isfinite(target).all() or np.ptp(target) == 0:
        return None
    return replace(
        problem, target=target, factor=(), wrap=lambda inner: problem.whole(outer.back(inner))
    )


def logarithm(problem: Problem) -> Problem | None:
    """The problem of log y, or of log(-y), whose solutions `exponential` makes those of y."""
    if not _one_sign(problem.target):
        return None
    return replace(
        problem, target=np.log(np.abs(problem.target)), factor=(), wrap=lambda inner: inner
    )


def exponential(problem: Problem, form: Form) -> Form:
    """±exp of a form for log|y|; a constant that it adds becomes a factor before it."""
    sign = float(np.sign(problem.target[0]))
    values = list(form.values)
    factor = sign
    expression = form.expression
    if form.offset is not None:
        factor *= float(np.exp(values[form.offset]))
        expression = form.put({form.offset: Number(Fraction(0))}).expression
        values.pop(form.offset)
    whole = Apply("mul", (constant(len(values)), Apply("exp", (expression,))))
    return Form(problem.whole(whole), (*values, factor), is_from_exact=form.is_from_exact)


def outers(problem: Problem, among: Sequence[Outer] = OUTER) -> Iterator[Problem]:
    """The problem under each function that its target allows."""
    for outer in among:
        found = under(problem, outer)
        if found is not None:
            yield found
