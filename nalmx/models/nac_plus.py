"""Neural accumulator, the summative half of the NALU."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import sympy
import torch
from torch import Tensor, nn

from ._base import ArithmeticModule, ExactMatrix
from ._grid import Grid
from ._reduce import exact_weighted_sum, weighted_sum
from ._training import Training


class NACPlus(ArithmeticModule):
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
    title: ClassVar = "Neural accumulator (NAC+)"
    operations: ClassVar = ("add", "sub")
    grids: ClassVar = {"weight": Grid(-1, 0, 1)}
    raw_names: ClassVar = ("w_hat", "m_hat")
    raw_bounds: ClassVar = {}
    training_facts: ClassVar = Training()
    w_hat: nn.Parameter
    m_hat: nn.Parameter

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        bound = _initial_bound(max(self.in_features + self.out_features, 5))
        nn.init.uniform_(self.w_hat, -bound, bound, generator=generator)
        nn.init.uniform_(self.m_hat, -bound, bound, generator=generator)

    def weights(self) -> dict[str, Tensor]:
        # σ(m) as (1 + tanh(m/2))/2: torch rounds tanh alike in vectors and in their scalar tails,
        # σ not, and a module must not depend on its place in a stack.
        return {"weight": self.w_hat.tanh() * (0.5 + 0.5 * (0.5 * self.m_hat).tanh())}

    @staticmethod
    def apply(x: Tensor, *, weight: Tensor) -> Tensor:
        return weighted_sum(x, weight)

    @staticmethod
    def symbolic(x: Sequence[sympy.Expr], *, weight: ExactMatrix) -> list[sympy.Expr]:
        return exact_weighted_sum(x, weight)


def _initial_bound(fan: int) -> float:
    """The root r of fan · Var[tanh(u)·σ(v)] = 2 for u, v uniform on [-r, r]."""
    from scipy.optimize import brentq  # Slow to import, and only this module needs it.

    def excess(r: float) -> float:
        variance = (1 - math.tanh(r) / r) * (r - math.tanh(r / 2)) / (2 * r)
        return fan * variance - 2

    return float(brentq(excess, 1e-6, 10.0, xtol=1e-14))
