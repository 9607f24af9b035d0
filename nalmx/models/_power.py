"""What the neural power units share: the relevance gate, and magnitudes and angles of inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import sympy
import torch
from torch import Tensor

from ._base import ExactMatrix
from ._penalty import L1
from ._reduce import per_input
from ._symbols import Negative
from ._training import StepSchedule, Training

EPSILON = sympy.Rational(1, 2**23)

TRAINING: Mapping[str, Training] = {
    "mul": Training(5e-3, penalty=L1(StepSchedule(1e-7, 1e-5))),
    "div": Training(5e-3, penalty=L1(StepSchedule(1e-9, 1e-7))),
}


def polar(x: Tensor, gate: Tensor) -> tuple[Tensor, Tensor]:
    """ln rᵢ and kᵢ of every input, with rᵢ = gᵢ(|xᵢ| + ε) + 1 − gᵢ and kᵢ = πgᵢ where xᵢ < 0."""
    gate = per_input(gate)
    logs = (gate * (x.abs() + float(EPSILON)) + (1 - gate)).log()
    return logs, gate * torch.where(x < 0, math.pi, 0.0)


def exact_polar(
    x: Sequence[sympy.Expr], gate: ExactMatrix, epsilon: sympy.Expr
) -> tuple[list[sympy.Expr], list[sympy.Expr]]:
    """The same as expressions."""
    openings = gate[0]
    logs = [
        sympy.log(g * (sympy.Abs(v) + epsilon) + 1 - g) for g, v in zip(openings, x, strict=True)
    ]
    return logs, [sympy.pi * g * Negative(v) for g, v in zip(openings, x, strict=True)]
