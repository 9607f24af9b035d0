"""Neural power unit."""

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


class NPU(PowerUnit):
    """Neural power unit: a product of powers, computed with complex logarithms.

        rᵢ = gᵢ(|xᵢ| + ε) + 1 − gᵢ,   kᵢ = π·gᵢ where xᵢ < 0, else 0,   ε = 2⁻²³
        yₒ = exp(Σᵢ reₒᵢ·ln rᵢ − Σᵢ imₒᵢ·kᵢ) · cos(Σᵢ imₒᵢ·ln rᵢ + Σᵢ reₒᵢ·kᵢ)

    The relevance gate g is the raw gate clamped to [0, 1]; it starts at 1/2. The real weights
    start Xavier uniform, the imaginary ones at 0.

    Example: re = [1/2, -1], im = [0, 0], g = [1, 1] give y = √x1 / x2 for positive inputs, up to ε.
    Shapes: x (…, in_features) → y (…, out_features).
    Domain: all reals; a negative input to a power that is not an integer gives the real part of a
    complex power.  Float risk: overflow for large powers; ε matters near 0.
    Reference: Heim et al. (2020); survey by Mistry et al. (2022), equations 17 to 20.
    """

    name: ClassVar = "npu"
    label: ClassVar = "NPU"
    title: ClassVar = "Neural power unit"
    raw: ClassVar = {"w_real": MATRIX, "w_imaginary": MATRIX, "raw_gate": PER_INPUT}
    shapes: ClassVar = {"real": MATRIX, "imaginary": MATRIX, "gate": PER_INPUT}
    grids: ClassVar = {"real": Grid(-1, 0, 1), "imaginary": Grid(-1, 0, 1)}
    w_real: nn.Parameter
    w_imaginary: nn.Parameter
    raw_gate: nn.Parameter

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        reset_xavier(self.w_real, generator)
        nn.init.zeros_(self.w_imaginary)
        nn.init.constant_(self.raw_gate, 0.5)

    def weights(self) -> dict[str, Tensor]:
        gate = self.raw_gate.clamp(0.0, 1.0)
        return {"real": self.w_real, "imaginary": self.w_imaginary, "gate": gate}

    @staticmethod
    def symbolic_weights(
        *, w_real: sympy.Expr, w_imaginary: sympy.Expr, raw_gate: sympy.Expr
    ) -> dict[str, sympy.Expr]:
        return {"real": w_real, "imaginary": w_imaginary, "gate": Clamp(raw_gate, 0, 1)}

    @staticmethod
    def equation(x: Tensor, *, real: Tensor, imaginary: Tensor, gate: Tensor) -> Tensor:
        logs, angles = polar(x, gate)
        magnitude = weighted_sum(logs, real) - weighted_sum(angles, imaginary)
        return magnitude.exp() * (weighted_sum(logs, imaginary) + weighted_sum(angles, real)).cos()

    @staticmethod
    def symbolic(
        x: Sequence[sympy.Expr],
        *,
        real: ExactMatrix,
        imaginary: ExactMatrix,
        gate: ExactMatrix,
        epsilon: sympy.Expr = EPSILON,
    ) -> list[sympy.Expr]:
        logs, angles = exact_polar(x, gate, epsilon)
        sums = (
            exact_weighted_sum(logs, real),
            exact_weighted_sum(angles, imaginary),
            exact_weighted_sum(logs, imaginary),
            exact_weighted_sum(angles, real),
        )
        return [
            sympy.exp(stretch - twist) * sympy.cos(turn + angle)
            for stretch, twist, turn, angle in zip(*sums, strict=True)
        ]

    @classmethod
    def idealised(
        cls, x: Sequence[sympy.Expr], *, imaginary: ExactMatrix, **weights: Any
    ) -> list[sympy.Expr]:
        if all(w == 0 for row in imaginary for w in row):
            return exact_powers(x, **weights)
        return super().idealised(x, imaginary=imaginary, **weights)
