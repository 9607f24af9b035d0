"""Multiplicative neural accumulator, the multiplicative half of the NALU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import sympy
from torch import Tensor

from ._base import ExactMatrix
from ._reduce import exact_weighted_sum, weighted_sum
from ._squashed import Accumulator

EPSILON = sympy.Rational(1, 10**7)
_EPSILON = float(EPSILON)


class NACMul(Accumulator):
    """Multiplicative neural accumulator NAC•: a product of magnitudes to the powers -1, 0 and 1.

        wₒᵢ = tanh(ŵₒᵢ) · σ(m̂ₒᵢ),   mₒ = exp(Σᵢ wₒᵢ · ln(|xᵢ| + ε)),   ε = 10⁻⁷

    Example: w = [1, -1] gives y = (|x1| + ε) / (|x2| + ε).
    Shapes: x (…, in_features) → y (…, out_features).
    Domain: all reals, but the output is positive: the sign of the inputs is lost.
    Float risk: overflow for a large fan-in; ε vanishes beside inputs above 1 in float32.
    Reference: Trask et al. (2018); survey by Mistry et al. (2022), equations 1 and 3.
    """

    name: ClassVar = "nac*"
    label: ClassVar = "NAC*"
    title: ClassVar = "Multiplicative neural accumulator (NAC•)"
    operations: ClassVar = ("mul", "div")
    idealisation: ClassVar = {"epsilon": sympy.S.Zero}

    @staticmethod
    def equation(x: Tensor, *, weight: Tensor) -> Tensor:
        return log_product(x, weight)

    @staticmethod
    def symbolic(
        x: Sequence[sympy.Expr], *, weight: ExactMatrix, epsilon: sympy.Expr = EPSILON
    ) -> list[sympy.Expr]:
        return exact_log_product(x, weight, epsilon)


def log_product(x: Tensor, weight: Tensor) -> Tensor:
    """exp(Σᵢ wₒᵢ · ln(|xᵢ| + ε))."""
    return weighted_sum((x.abs() + _EPSILON).log(), weight).exp()


def exact_log_product(
    x: Sequence[sympy.Expr], weight: ExactMatrix, epsilon: sympy.Expr = EPSILON
) -> list[sympy.Expr]:
    """The same product as expressions."""
    logs = [sympy.log(sympy.Abs(v) + epsilon) for v in x]
    return [sympy.exp(total) for total in exact_weighted_sum(logs, weight)]
