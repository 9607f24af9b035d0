"""Powers of a neural power unit as small rationals, chosen by validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np
import torch
from torch import Tensor

from ..errors import ExtractionError
from ..models import ArithmeticModule, Matrix
from ..ranges import Range

LARGEST_DENOMINATOR = 6
LARGEST_POWER = 12
_SLACK = 4.0
_POINTS = 1_000
_SELF_TOLERANCE = 1e-2


@dataclass(frozen=True, slots=True)
class Validation:
    """Data on which discrete weights are judged: x (n, inputs) and t (n, outputs) in float64."""

    x: Tensor
    t: Tensor


def own_validation(module: ArithmeticModule, extents: Sequence[Range] | None) -> Validation:
    """The module's own outputs on points of the ranges, or of [1/2, 2] where none are given."""
    random = np.random.RandomState(0)
    ends = [(float(e.intervals[0].lower), float(e.intervals[-1].upper)) for e in extents or ()]
    ends = ends or [(0.5, 2.0)] * module.in_features
    columns = [random.uniform(lower, upper, _POINTS) for lower, upper in ends]
    x = torch.from_numpy(np.stack(columns, -1))
    with torch.no_grad():
        weights = {name: weight.double() for name, weight in module.weights().items()}
        return Validation(x, type(module).equation(x, **weights))


def choose_powers(
    module: ArithmeticModule,
    weights: Mapping[str, Matrix],
    near: float,
    data: Validation,
) -> dict[str, Matrix]:
    """Weights in which every power is the simplest rational that fits the data as well as any.

    Candidates p/q with q ≤ 6 lie within `near` of the trained power. They are judged by the squared
    error of the discrete module, one power after the other; among those whose error is within a
    factor of the best, the smallest q and then the smallest |p| is taken. Where even the best does
    clearly worse than the trained network, the network has not converged: an `ExtractionError`.
    """
    chosen = {name: [list(row) for row in matrix] for name, matrix in weights.items()}
    places = [
        (name, o, i)
        for name in module.powers
        for o, row in enumerate(weights[name])
        for i in range(len(row))
    ]
    trained = {place: weights[place[0]][place[1]][place[2]] for place in places}
    options = {place: _candidates(trained[place], near) for place in places}
    for name, o, i in places:
        chosen[name][o][i] = min(options[name, o, i], key=lambda c: abs(c - trained[name, o, i]))
    for _, (name, o, i) in product(range(2), places):
        if len(options[name, o, i]) == 1:
            continue
        errors = {}
        for candidate in options[name, o, i]:
            chosen[name][o][i] = candidate
            errors[candidate] = _error(module, chosen, data)
        limit = _SLACK * min(errors.values()) + 1e-20 * float(data.t.square().mean())
        good = [candidate for candidate, error in errors.items() if error <= limit]
        chosen[name][o][i] = min(good or errors, key=_complexity)
    _refuse_worse(module, weights, chosen, trained, data)
    return {name: tuple(tuple(row) for row in matrix) for name, matrix in chosen.items()}


def _refuse_worse(
    module: ArithmeticModule,
    weights: Mapping[str, Matrix],
    chosen: Mapping[str, list[list[Fraction]]],
    trained: Mapping[tuple[str, int, int], Fraction],
    data: Validation,
) -> None:
    network = _error(module, weights, data)
    allowed = max(_SLACK * network, _SELF_TOLERANCE**2 * float(data.t.square().mean()))
    found = _error(module, chosen, data)
    if not found <= allowed:
        moved = max(abs(chosen[n][o][i] - w) for (n, o, i), w in trained.items())
        raise ExtractionError(
            f"the powers of the {module.name} have not converged to small rationals: moving them by "
            f"{float(moved):.3g} raises the squared error from {network:.3g} to {found:.3g}; train it "
            "longer or with other seeds"
        )


def _candidates(weight: Fraction, near: float) -> list[Fraction]:
    """The rationals within `near` of a power, and the nearest integer where there is none."""
    found = {
        Fraction(round(weight * q), q)
        for q in range(1, LARGEST_DENOMINATOR + 1)
        if abs(Fraction(round(weight * q), q) - weight) <= near
    }
    found = {candidate for candidate in found if abs(candidate) <= LARGEST_POWER}
    return sorted(found, key=_complexity) or [Fraction(round(weight))]


def _complexity(power: Fraction) -> tuple[int, int]:
    return power.denominator, abs(power.numerator)


@torch.no_grad()
def _error(
    module: ArithmeticModule, weights: Mapping[str, Sequence[Sequence[Fraction]]], data: Validation
) -> float:
    tensors = {
        name: torch.tensor([[float(w) for w in row] for row in matrix], dtype=torch.float64)
        for name, matrix in weights.items()
    }
    error = (type(module).equation(data.x, **tensors) - data.t).square().mean().item()
    return error if error == error else float("inf")
