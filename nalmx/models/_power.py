"""What the neural power units share: the relevance gate, and magnitudes and angles of inputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import sympy
from torch import Tensor

from ..expression.symbols import Negative
from ._base import ArithmeticModule, ExactMatrix
from ._grid import Grid
from ._penalty import L1
from ._reduce import per_input
from ._schedule import StepSchedule
from ._training import Training

EPSILON = sympy.Rational(1, 2**23)
_EPSILON = float(EPSILON)


class PowerUnit(ArithmeticModule):
    """What is known of both: a gate for each input, real powers, and how the survey trains them."""

    operations: ClassVar = ("mul", "div")
    gates: ClassVar = {"gate": Grid(0, 1)}
    idealisation: ClassVar = {"epsilon": sympy.S.Zero}
    powers: ClassVar = ("real",)
    training_facts: ClassVar = Training(5e-3, penalty=L1(StepSchedule(1e-7, 1e-5)))
    training_by_task: ClassVar = {"div": Training(5e-3, penalty=L1(StepSchedule(1e-9, 1e-7)))}


def polar(x: Tensor, gate: Tensor) -> tuple[Tensor, Tensor]:
    """ln rᵢ and kᵢ of every input, with rᵢ = gᵢ(|xᵢ| + ε) + 1 − gᵢ and kᵢ = πgᵢ where xᵢ < 0."""
    gate = per_input(gate)
    logs = (gate * (x.abs() + _EPSILON) + (1 - gate)).log()
    return logs, gate * (math.pi * (x < 0).to(x.dtype))


def exact_polar(
    x: Sequence[sympy.Expr], gate: ExactMatrix, epsilon: sympy.Expr
) -> tuple[list[sympy.Expr], list[sympy.Expr]]:
    """The same as expressions."""
    openings = gate[0]
    logs = [
        sympy.log(g * (sympy.Abs(v) + epsilon) + 1 - g) for g, v in zip(openings, x, strict=True)
    ]
    return logs, [sympy.pi * g * Negative(v) for g, v in zip(openings, x, strict=True)]


def exact_powers(
    x: Sequence[sympy.Expr], *, real: ExactMatrix, gate: ExactMatrix
) -> list[sympy.Expr]:
    """∏ᵢ xᵢ^wᵢ over the relevant inputs, which is the real NPU without its ε.

    An integer power of a negative input has the sign that the cosine gives it. For other powers
    the cosine of all inputs together stays, and vanishes where their symbols are not negative.
    """
    outputs = []
    for row in real:
        product, angle = sympy.S.One, sympy.S.Zero
        for w, g, v in zip(row, gate[0], x, strict=True):
            if g == 0 or w == 0:
                continue
            if g == 1 and w.is_Integer:
                product *= v**w
            else:
                product *= (g * sympy.Abs(v) + 1 - g) ** w
                angle += sympy.pi * g * w * Negative(v)
        outputs.append(product * sympy.cos(angle))
    return outputs
