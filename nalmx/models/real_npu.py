"""Real neural power unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import sympy
import torch
from torch import Tensor, nn

from ..expression.symbols import Clamp
from ._base import MATRIX, PER_INPUT, ExactMatrix
from ._grid import Grid
from ._power import EPSILON, PowerUnit, exact_polar, exact_powers, polar
from ._reduce import exact_weighted_sum, weighted_sum
from ._squashed import reset_xavier


class RealNPU(PowerUnit):
    """Real neural power unit: an NPU with real weights only.

        rᵢ = gᵢ(|xᵢ| + ε) + 1 − gᵢ,   kᵢ = π·gᵢ where xᵢ < 0, else 0,   ε = 2⁻²³
        yₒ = exp(Σᵢ wₒᵢ·ln rᵢ) · cos(Σᵢ wₒᵢ·kᵢ)

    Example: w = [1, -1], g = [1, 1] give y = x1 / x2 up to ε.
    Shapes: x (…, in_features) → y (…, out_features).
    Domain and float risk: as NPU.
    Reference: Heim et al. (2020); survey by Mistry et al. (2022), equations 18 to 21.
    """

    name: ClassVar = "realnpu"
    label: ClassVar = "RealNPU"
    title: ClassVar = "Real neural power unit"
    raw: ClassVar = {"w_real": MATRIX, "raw_gate": PER_INPUT}
    shapes: ClassVar = {"real": MATRIX, "gate": PER_INPUT}
    grids: ClassVar = {"real": Grid(-1, 0, 1)}
    w_real: nn.Parameter
    raw_gate: nn.Parameter

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        reset_xavier(self.w_real, generator)
        nn.init.constant_(self.raw_gate, 0.5)

    def weights(self) -> dict[str, Tensor]:
        return {"real": self.w_real, "gate": self.raw_gate.clamp(0.0, 1.0)}

    @staticmethod
    def symbolic_weights(*, w_real: sympy.Expr, raw_gate: sympy.Expr) -> dict[str, sympy.Expr]:
        return {"real": w_real, "gate": Clamp(raw_gate, 0, 1)}

    @staticmethod
    def equation(x: Tensor, *, real: Tensor, gate: Tensor) -> Tensor:
        logs, angles = polar(x, gate)
        return weighted_sum(logs, real).exp() * weighted_sum(angles, real).cos()

    @staticmethod
    def symbolic(
        x: Sequence[sympy.Expr],
        *,
        real: ExactMatrix,
        gate: ExactMatrix,
        epsilon: sympy.Expr = EPSILON,
    ) -> list[sympy.Expr]:
        logs, angles = exact_polar(x, gate, epsilon)
        return [
            sympy.exp(stretch) * sympy.cos(angle)
            for stretch, angle in zip(
                exact_weighted_sum(logs, real), exact_weighted_sum(angles, real), strict=True
            )
        ]

    @classmethod
    def idealised(cls, x: Sequence[sympy.Expr], **weights: Any) -> list[sympy.Expr]:
        return exact_powers(x, **weights)
