"""Neural logic rule layer with conjunctions only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import sympy
from torch import Tensor

from ._base import ExactMatrix
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
from ._reduce import pair, per_output


class NLRLAnd(RuleLayer):
    """Neural logic rule layer without OR: by De Morgan, a negated AND of negated inputs.

        x̂ₒᵢ = (1 − nₒᵢ)·xᵢ + nₒᵢ·(1 − xᵢ),   nₒᵢ = σ(Nₒᵢ),   gₒ = σ(Gₒ),   ε = 10⁻⁷
        andₒ = exp(Σᵢ Aₒᵢ · ln(|x̂ₒᵢ| + ε)),   yₒ = (1 − gₒ)·andₒ + gₒ·(1 − andₒ)

    The output gate of the NLRL has become a negation gate: 0 gives AND, 1 its negation. The raw A
    is clamped to [0, 1]. A starts uniform on [1/4, 3/4], the gates N(0, 1).

    Example: n = [1, 1], A = [1, 1] and g = 1 give y = 1 − (1 − x1)·(1 − x2), which is `x1 or x2`.
    Shapes: x (…, in_features) → y (…, out_features).
    Domain: truth values from 0 to 1; elsewhere AND takes |x̂|.  Float risk: ε in a long AND.
    Reference: Reimann & Schwung (2019); survey by Mistry et al. (2022), section 4.5.
    """

    name: ClassVar = "nlrl-and"
    label: ClassVar = "NLRL (AND)"
    title: ClassVar = "Neural logic rule layer, conjunctions only"

    @staticmethod
    def equation(x: Tensor, *, negation: Tensor, weight: Tensor, gate: Tensor) -> Tensor:
        x, negation = pair(x, negation)
        _, weight = pair(x, weight)
        return negated(conjunction(negated(x, negation), weight), per_output(gate))

    @staticmethod
    def symbolic(
        x: Sequence[sympy.Expr], *, negation: ExactMatrix, weight: ExactMatrix, gate: ExactMatrix
    ) -> list[sympy.Expr]:
        conjunctions = exact_conjunctions(x, negation, weight)
        return [exact_negated(v, g) for v, (g,) in zip(conjunctions, gate, strict=True)]

    @staticmethod
    def idealised(
        x: Sequence[sympy.Expr], *, negation: ExactMatrix, weight: ExactMatrix, gate: ExactMatrix
    ) -> list[sympy.Expr]:
        """The rule as arithmetic on truth values from 0 to 1, without ε.

        A negated conjunction is written as the disjunction of the other inputs: `x1 + x2 - x1*x2`.
        """
        refuse_unsnapped(gate)
        same = chosen(x, negation, weight, lambda v: 1 - v)
        opposite = chosen([1 - v for v in x], negation, weight, lambda v: 1 - v)
        return [
            any_of(inverse) if g[0] == 1 else all_of(row)
            for row, inverse, g in zip(same, opposite, gate, strict=True)
        ]

    @staticmethod
    def logic(
        x: Sequence[Any], *, negation: ExactMatrix, weight: ExactMatrix, gate: ExactMatrix
    ) -> list[Any]:
        """The rule as SymPy's And, Or and Not over Boolean symbols."""
        refuse_unsnapped(gate)
        rows = chosen(x, negation, weight, sympy.Not)
        return [
            sympy.Or(*(sympy.Not(v) for v in row)) if g[0] == 1 else sympy.And(*row)
            for row, g in zip(rows, gate, strict=True)
        ]
