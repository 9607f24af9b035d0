"""Improved NALU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import sympy
import torch
from torch import Tensor, nn

from ..expression.symbols import Sigmoid, Times
from ._base import MATRIX, PER_OUTPUT, ArithmeticModule, ExactMatrix
from ._gated import exact_gated
from ._grid import Grid
from ._penalty import AwayFromZero
from ._reduce import exact_weighted_sum, pair, per_output, product, sigmoid, weighted_sum
from ._schedule import LateSchedule
from ._squashed import exact_squashed, squashed
from ._training import Reinitialisation, Training

EPSILON = sympy.Rational(1, 10**7)
OMEGA = sympy.Integer(20)
_EPSILON, _OMEGA = float(EPSILON), float(OMEGA)


class INALU(ArithmeticModule):
    """Improved NALU: independent weights and gate, a clipped product, and its sign.

        wᴬ = tanh(ŵᴬ) · σ(m̂ᴬ),   wᴹ = tanh(ŵᴹ) · σ(m̂ᴹ),   gₒ = σ(ĝₒ)
        aₒ = Σᵢ wᴬₒᵢ · xᵢ,   mₒ = exp(min(Σᵢ wᴹₒᵢ · ln(max(|xᵢ|, ε)), ω)),   ε = 10⁻⁷, ω = 20
        sₒ = ∏ᵢ (sign(xᵢ) · |wᴹₒᵢ| + 1 − |wᴹₒᵢ|),   yₒ = gₒ·aₒ + (1 − gₒ)·mₒ·sₒ

    Gradients are clipped to ±0.1, a penalty drives raw parameters away from 0, and a training that
    does not improve starts again from new parameters.

    Example: wᴹ = [1, -1] and a closed gate (g = 0) give y = x1 / x2 where |x1|, |x2| ≥ ε.
    Shapes: x (…, in_features) → y (…, out_features).
    Domain: all reals; products are clipped at e²⁰.  Float risk: small weights keep a small error.
    Reference: Schlör et al. (2020); survey by Mistry et al. (2022), equations 6 to 12. The penalty is
    that of equation 10 times t, with the strength 0.05.
    """

    name: ClassVar = "inalu"
    label: ClassVar = "iNALU"
    title: ClassVar = "Improved NALU"
    operations: ClassVar = ("add", "sub", "mul", "div")
    raw: ClassVar = {
        "wa_hat": MATRIX,
        "ma_hat": MATRIX,
        "wm_hat": MATRIX,
        "mm_hat": MATRIX,
        "g_hat": PER_OUTPUT,
    }
    shapes: ClassVar = {"sum_weight": MATRIX, "product_weight": MATRIX, "gate": PER_OUTPUT}
    grids: ClassVar = {"sum_weight": Grid(-1, 0, 1), "product_weight": Grid(-1, 0, 1)}
    gates: ClassVar = {"gate": Grid(0, 1)}
    idealisation: ClassVar = {"epsilon": sympy.S.Zero, "omega": sympy.oo}
    training_facts: ClassVar = Training(
        penalty=AwayFromZero(LateSchedule(0.05, 10_000, loss_below=1.0)),
        gradient_clip=0.1,
        reinitialisation=Reinitialisation(),
    )
    wa_hat: nn.Parameter
    ma_hat: nn.Parameter
    wm_hat: nn.Parameter
    mm_hat: nn.Parameter
    g_hat: nn.Parameter

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        for name in self.raw_names:
            mean = {"w": 0.88, "m": 0.5, "g": 0.0}[name[0]]
            nn.init.normal_(self.get_parameter(name), mean, 0.2, generator=generator)

    def weights(self) -> dict[str, Tensor]:
        return {
            "sum_weight": squashed(self.wa_hat, self.ma_hat),
            "product_weight": squashed(self.wm_hat, self.mm_hat),
            "gate": sigmoid(self.g_hat),
        }

    @staticmethod
    def symbolic_weights(
        *,
        wa_hat: sympy.Expr,
        ma_hat: sympy.Expr,
        wm_hat: sympy.Expr,
        mm_hat: sympy.Expr,
        g_hat: sympy.Expr,
    ) -> dict[str, sympy.Expr]:
        return {
            "sum_weight": exact_squashed(wa_hat, ma_hat),
            "product_weight": exact_squashed(wm_hat, mm_hat),
            "gate": Sigmoid(g_hat),
        }

    @staticmethod
    def equation(x: Tensor, *, sum_weight: Tensor, product_weight: Tensor, gate: Tensor) -> Tensor:
        logs = x.abs().clamp(min=_EPSILON).log()
        magnitude = weighted_sum(logs, product_weight).clamp(max=_OMEGA).exp()
        signs, size = pair(x.sign(), product_weight.abs())
        sign = product(signs * size + 1 - size)
        opening = per_output(gate)
        return opening * weighted_sum(x, sum_weight) + (1 - opening) * magnitude * sign

    @classmethod
    def idealised(
        cls, x: Sequence[sympy.Expr], *, product_weight: ExactMatrix, **weights: Any
    ) -> list[sympy.Expr]:
        """As of every module, with sign(x)·|x|^w written x^w, which for w = -1 and 1 it is."""
        if any(w not in (-1, 0, 1) for row in product_weight for w in row):
            return super().idealised(x, product_weight=product_weight, **weights)
        sums = [total.doit() for total in exact_weighted_sum(x, weights["sum_weight"])]
        products = [
            sympy.Mul(*(v**w for w, v in zip(row, x, strict=True))) for row in product_weight
        ]
        return exact_gated([row[0] for row in weights["gate"]], sums, products)

    @staticmethod
    def symbolic(
        x: Sequence[sympy.Expr],
        *,
        sum_weight: ExactMatrix,
        product_weight: ExactMatrix,
        gate: ExactMatrix,
        epsilon: sympy.Expr = EPSILON,
        omega: sympy.Expr = OMEGA,
    ) -> list[sympy.Expr]:
        logs = [sympy.log(sympy.Max(sympy.Abs(v), epsilon)) for v in x]
        products = [
            sympy.exp(sympy.Min(total, omega))
            * Times(
                *(
                    sympy.sign(v) * sympy.Abs(w) + 1 - sympy.Abs(w)
                    for w, v in zip(row, x, strict=True)
                )
            )
            for total, row in zip(
                exact_weighted_sum(logs, product_weight), product_weight, strict=True
            )
        ]
        openings = [row[0] for row in gate]
        return exact_gated(openings, exact_weighted_sum(x, sum_weight), products)
