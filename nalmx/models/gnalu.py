"""Golden ratio NALU."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import ClassVar

import sympy
import torch
from torch import Tensor, nn

from ..expression.symbols import Sigmoid
from ..ranges import Range
from ._base import MATRIX, ArithmeticModule, ExactMatrix
from ._gated import exact_gated, settled_gate
from ._grid import Grid, Matrix
from ._reduce import exact_weighted_sum, sigmoid, weighted_sum
from ._squashed import exact_squashed, reset_squashed, reset_xavier, squashed
from .nac_mul import EPSILON, exact_log_product, log_product

LOG_PHI = sympy.log((1 + sympy.sqrt(5)) / 2)
_LOG_PHI = math.log((1 + math.sqrt(5)) / 2)


class GNALU(ArithmeticModule):
    """Golden ratio NALU: a NALU whose squashing functions have the base φ = (1 + √5)/2.

        σ_φ(x) = 1 / (1 + φ⁻ˣ),   tanh_φ(x) = (φ²ˣ − 1) / (φ²ˣ + 1)
        wₒᵢ = tanh_φ(ŵₒᵢ) · σ_φ(m̂ₒᵢ),   gₒ = σ_φ(Σᵢ Gₒᵢ · xᵢ)
        aₒ = Σᵢ wₒᵢ · xᵢ,   mₒ = φ^(Σᵢ wₒᵢ · ln(|xᵢ| + ε) / ln φ),   yₒ = gₒ·aₒ + (1 − gₒ)·mₒ

    With φˣ = e^(x·ln φ) these are the functions of the NALU at arguments scaled by ln φ, and the
    multiplicative path is that of the NAC•.

    Example: w = [1, 1] and a closed gate (g = 0) give y = (|x1| + ε)·(|x2| + ε).
    Shapes: x (…, in_features) → y (…, out_features).
    Domain: all reals; the multiplicative path is positive.  Float risk: as NAC•.
    Reference: Rana et al. (2019); survey by Mistry et al. (2022), equations 22 to 25.
    """

    name: ClassVar = "g-nalu"
    label: ClassVar = "G-NALU"
    title: ClassVar = "Golden ratio NALU"
    operations: ClassVar = ("add", "sub", "mul", "div")
    raw: ClassVar = {"w_hat": MATRIX, "m_hat": MATRIX, "gate_weight": MATRIX}
    shapes: ClassVar = {"weight": MATRIX, "gate": MATRIX}
    grids: ClassVar = {"weight": Grid(-1, 0, 1)}
    idealisation: ClassVar = {"epsilon": sympy.S.Zero}
    w_hat: nn.Parameter
    m_hat: nn.Parameter
    gate_weight: nn.Parameter

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        reset_squashed(self.w_hat, self.m_hat, generator)
        reset_xavier(self.gate_weight, generator)

    def weights(self) -> dict[str, Tensor]:
        return {"weight": squashed(self.w_hat, self.m_hat, _LOG_PHI), "gate": self.gate_weight}

    @staticmethod
    def symbolic_weights(
        *, w_hat: sympy.Expr, m_hat: sympy.Expr, gate_weight: sympy.Expr
    ) -> dict[str, sympy.Expr]:
        return {"weight": exact_squashed(w_hat, m_hat, LOG_PHI), "gate": gate_weight}

    @staticmethod
    def equation(x: Tensor, *, weight: Tensor, gate: Tensor) -> Tensor:
        opening = sigmoid(_LOG_PHI * weighted_sum(x, gate))
        return opening * weighted_sum(x, weight) + (1 - opening) * log_product(x, weight)

    @staticmethod
    def symbolic(
        x: Sequence[sympy.Expr],
        *,
        weight: ExactMatrix,
        gate: ExactMatrix,
        epsilon: sympy.Expr = EPSILON,
        openings: ExactMatrix | None = None,
    ) -> list[sympy.Expr]:
        gates = (
            [Sigmoid(LOG_PHI * total) for total in exact_weighted_sum(x, gate)]
            if openings is None
            else [row[0] for row in openings]
        )
        sums, products = exact_weighted_sum(x, weight), exact_log_product(x, weight, epsilon)
        return exact_gated(gates, sums, products)

    @classmethod
    def settled(
        cls, weights: Mapping[str, Matrix], extents: Sequence[Range] | None
    ) -> tuple[dict[str, Matrix], Fraction]:
        openings, distance = settled_gate(weights["gate"], extents, _LOG_PHI)
        return {**weights, "openings": openings}, distance
