"""Neural addition unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import sympy
import torch
from torch import Tensor, nn

from ..expression.symbols import Clamp
from ._base import MATRIX, ArithmeticModule, ExactMatrix
from ._grid import Grid
from ._penalty import GridDistance
from ._reduce import exact_weighted_sum, weighted_sum
from ._schedule import SparsitySchedule
from ._training import Training


class NAU(ArithmeticModule):
    """Neural addition unit: the sum of chosen inputs, each added or subtracted.

        aₒ = Σᵢ wₒᵢ · xᵢ,   w ∈ {-1, 0, 1} once discrete

    The raw weight is clamped to [-1, 1]. It starts uniform on [-r, r] with
    r = min(1/2, √(6 / (in_features + out_features))).

    Example: w = [1, 0, -1] gives y = x1 − x3.
    Shapes: x (…, in_features) → y (…, out_features).
    Domain: all reals.  Float risk: cancellation between large inputs.
    Reference: Madsen & Johansen (2020); survey by Mistry et al. (2022), equations 13, 15 and 16.
    """

    name: ClassVar = "nau"
    label: ClassVar = "NAU"
    title: ClassVar = "Neural addition unit"
    operations: ClassVar = ("add", "sub")
    raw: ClassVar = {"raw_weight": MATRIX}
    shapes: ClassVar = {"weight": MATRIX}
    grids: ClassVar = {"weight": Grid(-1, 0, 1)}
    coefficients: ClassVar = ("weight",)
    raw_bounds: ClassVar = {"raw_weight": (-1.0, 1.0)}
    training_facts: ClassVar = Training(
        penalty=GridDistance(SparsitySchedule(0.01, 20_000, 35_000))
    )
    raw_weight: nn.Parameter

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        bound = min(0.5, math.sqrt(6.0 / (self.in_features + self.out_features)))
        nn.init.uniform_(self.raw_weight, -bound, bound, generator=generator)

    def weights(self) -> dict[str, Tensor]:
        return {"weight": self.raw_weight.clamp(-1.0, 1.0)}

    @staticmethod
    def symbolic_weights(*, raw_weight: sympy.Expr) -> dict[str, sympy.Expr]:
        return {"weight": Clamp(raw_weight, -1, 1)}

    @staticmethod
    def equation(x: Tensor, *, weight: Tensor) -> Tensor:
        return weighted_sum(x, weight)

    @staticmethod
    def symbolic(x: Sequence[sympy.Expr], *, weight: ExactMatrix) -> list[sympy.Expr]:
        return exact_weighted_sum(x, weight)
