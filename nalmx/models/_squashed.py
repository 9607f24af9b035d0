"""The weight of the accumulators: tanh(ŵ)·σ(m̂), drawn towards -1, 0 and 1."""

from __future__ import annotations

import math
from functools import cache
from typing import ClassVar

import sympy
import torch
from torch import Tensor, nn

from ..expression.symbols import Sigmoid
from ._base import MATRIX, ArithmeticModule
from ._grid import Grid
from ._reduce import sigmoid


class Accumulator(ArithmeticModule):
    """A module with the one weight wₒᵢ = tanh(ŵₒᵢ) · σ(m̂ₒᵢ)."""

    raw: ClassVar = {"w_hat": MATRIX, "m_hat": MATRIX}
    shapes: ClassVar = {"weight": MATRIX}
    grids: ClassVar = {"weight": Grid(-1, 0, 1)}
    w_hat: nn.Parameter
    m_hat: nn.Parameter

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        reset_squashed(self.w_hat, self.m_hat, generator)

    def weights(self) -> dict[str, Tensor]:
        return {"weight": squashed(self.w_hat, self.m_hat)}

    @staticmethod
    def symbolic_weights(*, w_hat: sympy.Expr, m_hat: sympy.Expr) -> dict[str, sympy.Expr]:
        return {"weight": exact_squashed(w_hat, m_hat)}


def squashed(w_hat: Tensor, m_hat: Tensor, log_base: float = 1.0) -> Tensor:
    """tanh(ŵ)·σ(m̂), with e replaced by a base of logarithm `log_base`."""
    if log_base != 1.0:
        w_hat, m_hat = w_hat * log_base, m_hat * log_base
    return w_hat.tanh() * sigmoid(m_hat)


def exact_squashed(
    w_hat: sympy.Expr, m_hat: sympy.Expr, log_base: sympy.Expr = sympy.S.One
) -> sympy.Expr:
    """The same weight as an expression."""
    return sympy.tanh(log_base * w_hat) * Sigmoid(log_base * m_hat)


def reset_squashed(
    w_hat: nn.Parameter, m_hat: nn.Parameter, generator: torch.Generator | None
) -> None:
    """Both raw weights uniform on [-r, r], so that w has the variance 2 / max(in + out, 5)."""
    bound = _initial_bound(max(sum(w_hat.shape[-2:]), 5))
    nn.init.uniform_(w_hat, -bound, bound, generator=generator)
    nn.init.uniform_(m_hat, -bound, bound, generator=generator)


def reset_xavier(weight: nn.Parameter, generator: torch.Generator | None) -> None:
    """Uniform on [-r, r] with r = √(6 / (in + out)) (Glorot & Bengio 2010)."""
    bound = math.sqrt(6.0 / sum(weight.shape[-2:]))
    nn.init.uniform_(weight, -bound, bound, generator=generator)


@cache
def _initial_bound(fan: int) -> float:
    """The root r of fan · Var[tanh(u)·σ(v)] = 2 for u, v uniform on [-r, r]."""
    from scipy.optimize import brentq  # Slow to import, and only these modules need it.

    def excess(r: float) -> float:
        variance = (1 - math.tanh(r) / r) * (r - math.tanh(r / 2)) / (2 * r)
        return fan * variance - 2

    return float(brentq(excess, 1e-6, 10.0, xtol=1e-14))
