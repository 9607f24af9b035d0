"""What the neural logic rule layers share: their weights, negation, and rules over exact numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import sympy
import torch
from torch import Tensor, nn

from ..errors import ExtractionError
from ..expression.symbols import Clamp, Sigmoid, Times, Total
from ._base import MATRIX, PER_OUTPUT, ArithmeticModule, ExactMatrix
from ._grid import Grid
from ._penalty import GridDistance
from ._reduce import sigmoid
from ._schedule import SparsitySchedule
from ._training import Training

EPSILON = sympy.Rational(1, 10**7)
_EPSILON = float(EPSILON)


class RuleLayer(ArithmeticModule):
    """The weights of a rule layer: which inputs it takes, which of them negated, and a gate.

        nₒᵢ = σ(Nₒᵢ),   gₒ = σ(Gₒ),   A clamped to [0, 1]

    A starts uniform on [1/4, 3/4], the gates N and G start N(0, 1).
    """

    raw: ClassVar = {"raw_negation": MATRIX, "raw_weight": MATRIX, "raw_gate": PER_OUTPUT}
    shapes: ClassVar = {"negation": MATRIX, "weight": MATRIX, "gate": PER_OUTPUT}
    grids: ClassVar = {"negation": Grid(0, 1), "weight": Grid(0, 1), "gate": Grid(0, 1)}
    raw_bounds: ClassVar = {"raw_weight": (0.0, 1.0)}
    training_facts: ClassVar = Training(
        1e-2, penalty=GridDistance(SparsitySchedule(1.0, 20_000, 35_000))
    )
    raw_negation: nn.Parameter
    raw_weight: nn.Parameter
    raw_gate: nn.Parameter

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        nn.init.normal_(self.raw_negation, generator=generator)
        nn.init.uniform_(self.raw_weight, 0.25, 0.75, generator=generator)
        nn.init.normal_(self.raw_gate, generator=generator)

    def weights(self) -> dict[str, Tensor]:
        return {
            "negation": sigmoid(self.raw_negation),
            "weight": self.raw_weight.clamp(0.0, 1.0),
            "gate": sigmoid(self.raw_gate),
        }

    @staticmethod
    def symbolic_weights(
        *, raw_negation: sympy.Expr, raw_weight: sympy.Expr, raw_gate: sympy.Expr
    ) -> dict[str, sympy.Expr]:
        return {
            "negation": Sigmoid(raw_negation),
            "weight": Clamp(raw_weight, 0, 1),
            "gate": Sigmoid(raw_gate),
        }


def negated(x: Tensor, gate: Tensor) -> Tensor:
    """(1 − n)·x + n·(1 − x): x where the gate is closed, its negation where it is open."""
    return (1 - gate) * x + gate * (1 - x)


def exact_negated(x: sympy.Expr, gate: sympy.Expr) -> sympy.Expr:
    """The same over exact numbers; a gate that is 0 or 1 leaves one of the two."""
    return x if gate == 0 else 1 - x if gate == 1 else (1 - gate) * x + gate * (1 - x)


def conjunction(x: Tensor, weight: Tensor) -> Tensor:
    """exp(Σᵢ Aₒᵢ · ln(|x̂ₒᵢ| + ε)) over the last dimension."""
    return (weight * (x.abs() + _EPSILON).log()).sum(-1).exp()


def exact_conjunctions(
    x: Sequence[sympy.Expr], negation: ExactMatrix, weight: ExactMatrix
) -> list[sympy.Expr]:
    """The same over exact numbers: one conjunction for each output, of inputs negated by its gates."""
    found = []
    for gates, row in zip(negation, weight, strict=True):
        inputs = [exact_negated(v, n) for v, n in zip(x, gates, strict=True)]
        logs = (w * sympy.log(sympy.Abs(v) + EPSILON) for w, v in zip(row, inputs, strict=True))
        found.append(sympy.exp(Total(*logs)))
    return found


def chosen(
    x: Sequence[Any], negation: ExactMatrix, weight: ExactMatrix, negate: Any
) -> list[list[Any]]:
    """For each output, the inputs of weight 1, those with an open gate negated by `negate`.

    A weight or a gate that is not 0 or 1 is an `ExtractionError`.
    """
    for matrix in (negation, weight):
        refuse_unsnapped(matrix)
    return [
        [negate(v) if n == 1 else v for n, w, v in zip(gates, row, x, strict=True) if w == 1]
        for gates, row in zip(negation, weight, strict=True)
    ]


def refuse_unsnapped(matrix: ExactMatrix) -> None:
    """Raise `ExtractionError` where an entry is neither 0 nor 1."""
    distance = max(min(abs(w), abs(w - 1)) for row in matrix for w in row)
    if distance != 0:
        raise ExtractionError(
            f"a weight is {float(distance):.3g} away from 0 and 1; snap the weights with "
            "nalmx.extract.discretise first"
        )


def all_of(factors: Sequence[sympy.Expr]) -> sympy.Expr:
    """∏ x̂ᵢ, which is the conjunction of truth values 0 and 1."""
    result: sympy.Expr = Times(*factors).doit()
    return result


def any_of(factors: Sequence[sympy.Expr]) -> sympy.Expr:
    """1 − ∏ (1 − x̂ᵢ), which is the disjunction; of two it is written x + y − x·y."""
    if len(factors) == 1:
        return factors[0]
    result: sympy.Expr = 1 - Times(*(1 - v for v in factors)).doit()
    return sympy.expand(result) if len(factors) == 2 else result
