"""Golden ratio NALU."""

from __future__ import annotations

import math
from typing import ClassVar

import sympy
from torch import Tensor

from ._gated import GatedAccumulator
from ._reduce import sigmoid, weighted_sum
from .nac_mul import log_product

_LOG_PHI = math.log((1 + math.sqrt(5)) / 2)


class GNALU(GatedAccumulator):
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
    log_base: ClassVar = sympy.log((1 + sympy.sqrt(5)) / 2)
    float_log_base: ClassVar = _LOG_PHI

    @staticmethod
    def equation(x: Tensor, *, weight: Tensor, gate: Tensor) -> Tensor:
        opening = sigmoid(_LOG_PHI * weighted_sum(x, gate))
        return opening * weighted_sum(x, weight) + (1 - opening) * log_product(x, weight)
