"""The gate of the NALU family: one path or the other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import ClassVar

import sympy
import torch
from torch import Tensor, nn

from ..errors import ExtractionError
from ..expression.symbols import Sigmoid
from ..ranges import Range
from ._base import MATRIX, ArithmeticModule, ExactMatrix
from ._grid import Grid, Matrix
from ._reduce import exact_weighted_sum
from ._squashed import exact_squashed, reset_squashed, reset_xavier, squashed
from .nac_mul import EPSILON, exact_log_product

_LARGEST_LOGIT = 700.0


class GatedAccumulator(ArithmeticModule):
    """A gate between a sum and a product with one weight, squashed to a base of a given logarithm."""

    operations: ClassVar = ("add", "sub", "mul", "div")
    raw: ClassVar = {"w_hat": MATRIX, "m_hat": MATRIX, "gate_weight": MATRIX}
    shapes: ClassVar = {"weight": MATRIX, "gate": MATRIX}
    grids: ClassVar = {"weight": Grid(-1, 0, 1)}
    idealisation: ClassVar = {"epsilon": sympy.S.Zero}
    log_base: ClassVar[sympy.Expr]
    float_log_base: ClassVar[float]
    w_hat: nn.Parameter
    m_hat: nn.Parameter
    gate_weight: nn.Parameter

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        reset_squashed(self.w_hat, self.m_hat, generator)
        reset_xavier(self.gate_weight, generator)

    def weights(self) -> dict[str, Tensor]:
        weight = squashed(self.w_hat, self.m_hat, self.float_log_base)
        return {"weight": weight, "gate": self.gate_weight}

    @classmethod
    def symbolic_weights(
        cls, *, w_hat: sympy.Expr, m_hat: sympy.Expr, gate_weight: sympy.Expr
    ) -> dict[str, sympy.Expr]:
        return {"weight": exact_squashed(w_hat, m_hat, cls.log_base), "gate": gate_weight}

    @classmethod
    def symbolic(
        cls,
        x: Sequence[sympy.Expr],
        *,
        weight: ExactMatrix,
        gate: ExactMatrix,
        epsilon: sympy.Expr = EPSILON,
        openings: ExactMatrix | None = None,
    ) -> list[sympy.Expr]:
        gates = (
            [Sigmoid(cls.log_base * total) for total in exact_weighted_sum(x, gate)]
            if openings is None
            else [row[0] for row in openings]
        )
        sums, products = exact_weighted_sum(x, weight), exact_log_product(x, weight, epsilon)
        return exact_gated(gates, sums, products)

    @classmethod
    def settled(
        cls, weights: Mapping[str, Matrix], extents: Sequence[Range] | None
    ) -> tuple[dict[str, Matrix], Fraction]:
        openings, distance = settled_gate(weights["gate"], extents, cls.float_log_base)
        return {**weights, "openings": openings}, distance


def exact_gated(
    openings: Sequence[sympy.Expr], sums: Sequence[sympy.Expr], products: Sequence[sympy.Expr]
) -> list[sympy.Expr]:
    """g·a + (1 − g)·m for each output; a gate that is 0 or 1 leaves one path only."""
    return [
        g * a + (1 - g) * m if g not in (0, 1) else (a if g == 1 else m)
        for g, a, m in zip(openings, sums, products, strict=True)
    ]


def settled_gate(
    gate: Matrix, extents: Sequence[Range] | None, scale: float = 1.0
) -> tuple[Matrix, Fraction]:
    """0 or 1 for the gate σ(scale · Σᵢ Gᵢ·xᵢ) of each output, and its largest distance from it.

    The distance holds on the whole box of the inputs' ranges.
    """
    if extents is None:
        raise ExtractionError(
            "the gate depends on the inputs, so a formula holds on a range only; give the ranges of "
            "the inputs with extents=[…]"
        )
    openings, distances = [], [Fraction(0)]
    for row in gate:
        ends = [
            sorted((g * extent.intervals[0].lower, g * extent.intervals[-1].upper))
            for g, extent in zip(row, extents, strict=True)
        ]
        least, most = (sum((end[k] for end in ends), Fraction(0)) for k in (0, 1))
        opening = int(least + most > 0)
        nearest = least if opening else -most
        logit = min(max(scale * float(nearest), -_LARGEST_LOGIT), _LARGEST_LOGIT)
        openings.append((Fraction(opening),))
        distances.append(Fraction(1 / (1 + math.exp(logit))))
    return tuple(openings), max(distances)
