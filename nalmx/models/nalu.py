"""Neural arithmetic logic unit."""

from __future__ import annotations

from typing import ClassVar

import sympy
from torch import Tensor

from ._gated import GatedAccumulator
from ._reduce import sigmoid, weighted_sum
from .nac_mul import log_product


class NALU(GatedAccumulator):
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
    log_base: ClassVar = sympy.S.One
    float_log_base: ClassVar = 1.0

    @staticmethod
    def equation(x: Tensor, *, weight: Tensor, gate: Tensor) -> Tensor:
        opening = sigmoid(weighted_sum(x, gate))
        return opening * weighted_sum(x, weight) + (1 - opening) * log_product(x, weight)
