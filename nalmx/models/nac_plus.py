"""Neural accumulator, the summative half of the NALU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import sympy
from torch import Tensor

from ._base import ExactMatrix
from ._reduce import exact_weighted_sum, weighted_sum
from ._squashed import Accumulator


class NACPlus(Accumulator):
    """Neural accumulator NAC+: a sum whose weights are drawn towards -1, 0 and 1.

        wₒᵢ = tanh(ŵₒᵢ) · σ(m̂ₒᵢ),   aₒ = Σᵢ wₒᵢ · xᵢ

    Both raw weights start uniform on [-r, r], with r such that the variance of w times
    max(in_features + out_features, 5) is 2.

    Example: w = [1, -1] gives y = x1 − x2.
    Shapes: x (…, in_features) → y (…, out_features).
    Domain: all reals.  Float risk: w only approaches its grid, so the network keeps a small error.
    Reference: Trask et al. (2018); survey by Mistry et al. (2022), equations 1 and 2.
    """

    name: ClassVar = "nac+"
    label: ClassVar = "NAC+"
    title: ClassVar = "Neural accumulator (NAC+)"
    operations: ClassVar = ("add", "sub")
    coefficients: ClassVar = ("weight",)

    @staticmethod
    def equation(x: Tensor, *, weight: Tensor) -> Tensor:
        return weighted_sum(x, weight)

    @staticmethod
    def symbolic(x: Sequence[sympy.Expr], *, weight: ExactMatrix) -> list[sympy.Expr]:
        return exact_weighted_sum(x, weight)
