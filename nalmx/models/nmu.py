"""Neural multiplication unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import sympy
import torch
from torch import Tensor, nn

from ..expression.symbols import Clamp, Times
from ._base import MATRIX, ArithmeticModule, ExactMatrix
from ._grid import Grid
from ._penalty import GridDistance
from ._reduce import pair, product
from ._schedule import SparsitySchedule
from ._training import Training


class NMU(ArithmeticModule):
    """Neural multiplication unit: the product of chosen inputs.

        mₒ = ∏ᵢ (wₒᵢ · xᵢ + 1 − wₒᵢ),   w ∈ {0, 1} once discrete

    The raw weight is clamped to [0, 1]. It starts uniform on [1/4, 3/4].

    Example: w = [1, 0, 1] gives y = x1·x3.
    Shapes: x (…, in_features) → y (…, out_features).
    Domain: all reals.  Float risk: overflow for a large fan-in.
    Reference: Madsen & Johansen (2020); survey by Mistry et al. (2022), equations 14 to 16.
    """

    name: ClassVar = "nmu"
    label: ClassVar = "NMU"
    title: ClassVar = "Neural multiplication unit"
    operations: ClassVar = ("mul",)
    raw: ClassVar = {"raw_weight": MATRIX}
    shapes: ClassVar = {"weight": MATRIX}
    grids: ClassVar = {"weight": Grid(0, 1)}
    raw_bounds: ClassVar = {"raw_weight": (0.0, 1.0)}
    training_facts: ClassVar = Training(
        penalty=GridDistance(SparsitySchedule(10.0, 20_000, 35_000))
    )
    raw_weight: nn.Parameter

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        nn.init.uniform_(self.raw_weight, 0.25, 0.75, generator=generator)

    def weights(self) -> dict[str, Tensor]:
        return {"weight": self.raw_weight.clamp(0.0, 1.0)}

    @staticmethod
    def symbolic_weights(*, raw_weight: sympy.Expr) -> dict[str, sympy.Expr]:
        return {"weight": Clamp(raw_weight, 0, 1)}

    @staticmethod
    def equation(x: Tensor, *, weight: Tensor) -> Tensor:
        x, weight = pair(x, weight)
        return product(weight * x + (1 - weight))

    @staticmethod
    def symbolic(x: Sequence[sympy.Expr], *, weight: ExactMatrix) -> list[sympy.Expr]:
        return [Times(*(w * v + 1 - w for w, v in zip(row, x, strict=True))) for row in weight]
