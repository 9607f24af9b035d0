"""What the neural logic rule layers share: the gate of a negation, and rules over exact numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy
from torch import Tensor

from ..errors import ExtractionError
from ..expression.symbols import Times
from ._base import ExactMatrix

EPSILON = sympy.Rational(1, 10**7)
_EPSILON = float(EPSILON)


def negated(x: Tensor, gate: Tensor) -> Tensor:
    """(1 − n)·x + n·(1 − x): x where the gate is closed, its negation where it is open."""
    return (1 - gate) * x + gate * (1 - x)


def exact_negated(x: sympy.Expr, gate: sympy.Expr) -> sympy.Expr:
    """The same over exact numbers; a gate that is 0 or 1 leaves one of the two."""
    return x if gate == 0 else 1 - x if gate == 1 else (1 - gate) * x + gate * (1 - x)


def conjunction(x: Tensor, weight: Tensor) -> Tensor:
    """exp(Σᵢ Aₒᵢ · ln(|x̂ₒᵢ| + ε)) over the last dimension."""
    return (weight * (x.abs() + _EPSILON).log()).sum(-1).exp()


def chosen(
    x: Sequence[Any], negation: ExactMatrix, weight: ExactMatrix, negate: Any
) -> list[list[Any]]:
    """For each output, the inputs of weight 1, those with an open gate negated by `negate`.

    A weight or a gate that is not 0 or 1 is an `ExtractionError`.
    """
    for matrix in (negation, weight):
        refuse_unsnapped(matrix)
    return [
        [negate(v) if n == 1 else v for n, w, v in zip(gates, row, x, strict=True) if w == 1]
        for gates, row in zip(negation, weight, strict=True)
    ]


def refuse_unsnapped(matrix: ExactMatrix) -> None:
    """Raise `ExtractionError` where an entry is neither 0 nor 1."""
    distance = max(min(abs(w), abs(w - 1)) for row in matrix for w in row)
    if distance != 0:
        raise ExtractionError(
            f"a weight is {float(distance):.3g} away from 0 and 1; snap the weights with "
            "nalmx.extract.discretise first"
        )


def all_of(factors: Sequence[sympy.Expr]) -> sympy.Expr:
    """∏ x̂ᵢ, which is the conjunction of truth values 0 and 1."""
    result: sympy.Expr = Times(*factors).doit()
    return result


def any_of(factors: Sequence[sympy.Expr]) -> sympy.Expr:
    """1 − ∏ (1 − x̂ᵢ), which is the disjunction; of two it is written x + y − x·y."""
    if len(factors) == 1:
        return factors[0]
    result: sympy.Expr = 1 - Times(*(1 - v for v in factors)).doit()
    return sympy.expand(result) if len(factors) == 2 else result
