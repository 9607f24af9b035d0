"""Neural arithmetic logic unit."""

from __future__ import annotations

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


class NALU(ArithmeticModule):
    """Neural arithmetic logic unit: a gate between a sum and a product with shared weights.

        wₒᵢ = tanh(ŵₒᵢ) · σ(m̂ₒᵢ),   aₒ = Σᵢ wₒᵢ · xᵢ,   mₒ = exp(Σᵢ wₒᵢ · ln(|xᵢ| + ε))
        gₒ = σ(Σᵢ Gₒᵢ · xᵢ),   yₒ = gₒ·aₒ + (1 − gₒ)·mₒ,   ε = 10⁻⁷

    The gate depends on the inputs. It stands for one of the two paths only where Σᵢ Gₒᵢ·xᵢ is far
    from 0 on the whole range of interest.

    Example: w = [1, -1, 0] and an open gate (g = 1) give y = x1 − x2.
    Shapes: x (…, in_features) → y (…, out_features).
    Domain: all reals; the multiplicative path is positive.  Float risk: as NAC•.
    Reference: Trask et al. (2018); survey by Mistry et al. (2022), equations 1 to 5.
    """

    name: ClassVar = "nalu"
    label: ClassVar = "NALU"
    title: ClassVar = "Neural arithmetic logic unit"
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
        return {"weight": squashed(self.w_hat, self.m_hat), "gate": self.gate_weight}

    @staticmethod
    def symbolic_weights(
        *, w_hat: sympy.Expr, m_hat: sympy.Expr, gate_weight: sympy.Expr
    ) -> dict[str, sympy.Expr]:
        return {"weight": exact_squashed(w_hat, m_hat), "gate": gate_weight}

    @staticmethod
    def equation(x: Tensor, *, weight: Tensor, gate: Tensor) -> Tensor:
        opening = sigmoid(weighted_sum(x, gate))
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
            [Sigmoid(total) for total in exact_weighted_sum(x, gate)]
            if openings is None
            else [row[0] for row in openings]
        )
        sums, products = exact_weighted_sum(x, weight), exact_log_product(x, weight, epsilon)
        return exact_gated(gates, sums, products)

    @classmethod
    def settled(
        cls, weights: Mapping[str, Matrix], extents: Sequence[Range] | None
    ) -> tuple[dict[str, Matrix], Fraction]:
        openings, distance = settled_gate(weights["gate"], extents, 1.0)
        return {**weights, "openings": openings}, distance
