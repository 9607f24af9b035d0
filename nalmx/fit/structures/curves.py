"""Curves of one column: T(y) = a + b·u(x) with a plain T and u, for tables too short for longer forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from ...expression import Apply, Expression, Number
from ...expression.build import power, quotient
from ..form import Form, constant
from ..rows import Array
from .problem import Problem

MOST_ROWS = 100
_WIDEST = 3
_ONE, _HALF = Number(Fraction(1)), Fraction(1, 2)
_POWERS = (*map(Fraction, (1, 2, 3, -1, -2, -3)), _HALF, -_HALF)

Inverse = Callable[[Expression], Expression]
# T of the target, T⁻¹ of an expression, and whether T is a reciprocal.
_OUTER: tuple[tuple[Callable[[Array], Array], Inverse, bool], ...] = (
    (lambda y: y, lambda e: e, False),
    (np.square, lambda e: Apply("sqrt", (e,)), False),
    (np.sqrt, lambda e: power(e, Number(Fraction(2))), False),
    (np.log, lambda e: Apply("exp", (e,)), False),
    (lambda y: 1 / y, lambda e: e, True),
    (lambda y: 1 / y**2, lambda e: Apply("sqrt", (e,)), True),
)


def curves(problem: Problem) -> Iterator[Form]:
    """Each T and u with the a and b of least squares of T(y), as b and a/b or b/a where T is a reciprocal."""
    if problem.count > MOST_ROWS or not 0 < problem.width <= _WIDEST or problem.count < 4:
        return
    for of, inverse, is_reciprocal in _OUTER:
        with np.errstate(all="ignore"):
            target = of(problem.target)
        if not np.isfinite(target).all() or np.ptp(target) == 0:
            continue
        for values, u, rises in _inner(problem):
            table = np.column_stack([np.ones(len(values)), values])
            a, b = np.linalg.lstsq(table, target, rcond=None)[0]
            if not (a and b):
                continue
            if not is_reciprocal:
                inner: Expression = Apply("add", (constant(0), Apply("mul", (constant(1), u))))
                yield Form(problem.whole(inverse(inner)), (a, b))
            elif rises:
                inner = quotient(constant(0), Apply("add", (constant(1), u)))
                yield Form(problem.whole(inverse(inner)), (1 / b, a / b))
            else:
                below = Apply("add", (_ONE, Apply("mul", (constant(1), u))))
                inner = quotient(constant(0), below)
                yield Form(problem.whole(inverse(inner)), (1 / a, b / a))


def _inner(problem: Problem) -> Iterator[tuple[Array, Expression, bool]]:
    """u(x) of each column x, its expression, and whether it is a positive power."""
    for column, atom in zip(problem.table.T, problem.atoms, strict=True):
        for exponent in _POWERS:
            if (exponent < 0 and (column == 0).any()) or (
                exponent.denominator > 1 and (column < 0).any()
            ):
                continue
            size = Number(abs(exponent))
            raised = Apply("sqrt", (atom,)) if abs(exponent) == _HALF else atom
            if size.value.denominator == 1 and size.value != 1:
                raised = power(atom, size)
            u = raised if exponent > 0 else quotient(_ONE, raised)
            yield column ** float(exponent), u, exponent > 0
        if (column > 0).all():
            yield np.log(column), Apply("log", (atom,)), True
