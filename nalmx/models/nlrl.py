"""Neural logic rule layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import sympy
from torch import Tensor

from ..expression.symbols import Times
from ._base import ExactMatrix
from ._gated import exact_gated
from ._logic import (
    RuleLayer,
    all_of,
    any_of,
    chosen,
    conjunction,
    exact_conjunctions,
    exact_negated,
    negated,
    refuse_unsnapped,
)
from ._reduce import pair, per_output, product


class NLRL(RuleLayer):
    """Neural logic rule layer: AND or OR of chosen inputs, each of which may be negated.

        x̂ₒᵢ = (1 − nₒᵢ)·xᵢ + nₒᵢ·(1 − xᵢ),   nₒᵢ = σ(Nₒᵢ),   gₒ = σ(Gₒ),   ε = 10⁻⁷
        andₒ = exp(Σᵢ Aₒᵢ · ln(|x̂ₒᵢ| + ε)),   orₒ = 1 − ∏ᵢ (1 − Aₒᵢ·x̂ₒᵢ)
        yₒ = (1 − gₒ)·andₒ + gₒ·orₒ

    By equation 29 the gate 0 gives AND and 1 gives OR; the survey's text says the opposite, and
    this follows the equation. The survey leaves the range of A open; here the raw A is clamped to
    [0, 1] like the weight of the NMU. A starts uniform on [1/4, 3/4], the gates N(0, 1).

    Example: n = [0, 1], A = [1, 1] and g = 0 give y = x1·(1 − x2), which is `x1 and not x2`.
    Shapes: x (…, in_features) → y (…, out_features).
    Domain: truth values from 0 to 1; elsewhere AND takes |x̂|.  Float risk: ε in a long AND.
    Reference: Reimann & Schwung (2019); survey by Mistry et al. (2022), equations 26 to 29.
    """

    name: ClassVar = "nlrl"
    label: ClassVar = "NLRL"
    title: ClassVar = "Neural logic rule layer"

    @staticmethod
    def equation(x: Tensor, *, negation: Tensor, weight: Tensor, gate: Tensor) -> Tensor:
        x, negation = pair(x, negation)
        _, weight = pair(x, weight)
        inputs = negated(x, negation)
        opening = per_output(gate)
        disjunction = 1 - product(1 - weight * inputs)
        return (1 - opening) * conjunction(inputs, weight) + opening * disjunction

    @staticmethod
    def symbolic(
        x: Sequence[sympy.Expr], *, negation: ExactMatrix, weight: ExactMatrix, gate: ExactMatrix
    ) -> list[sympy.Expr]:
        disjunctions = [
            1 - Times(*(1 - w * exact_negated(v, n) for v, n, w in zip(x, gates, row, strict=True)))
            for gates, row in zip(negation, weight, strict=True)
        ]
        conjunctions = exact_conjunctions(x, negation, weight)
        return exact_gated([row[0] for row in gate], disjunctions, conjunctions)

    @staticmethod
    def idealised(
        x: Sequence[sympy.Expr], *, negation: ExactMatrix, weight: ExactMatrix, gate: ExactMatrix
    ) -> list[sympy.Expr]:
        """The rule as arithmetic on truth values from 0 to 1, without ε.

        Example: `x1*x2` for AND, `x1 + x2 - x1*x2` for OR, `1 - x1` for NOT.
        """
        refuse_unsnapped(gate)
        rows = chosen(x, negation, weight, lambda v: 1 - v)
        return [(any_of if g[0] == 1 else all_of)(row) for row, g in zip(rows, gate, strict=True)]

    @staticmethod
    def logic(
        x: Sequence[Any], *, negation: ExactMatrix, weight: ExactMatrix, gate: ExactMatrix
    ) -> list[Any]:
        """The rule as SymPy's And, Or and Not over Boolean symbols."""
        refuse_unsnapped(gate)
        rows = chosen(x, negation, weight, sympy.Not)
        return [
            (sympy.Or if g[0] == 1 else sympy.And)(*row) for row, g in zip(rows, gate, strict=True)
        ]
