"""Effective weights as exact numbers, as trained and snapped to their grid."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import torch

from ..errors import ExtractionError
from ..models import ArithmeticModule

Matrix: TypeAlias = tuple[tuple[Fraction, ...], ...]
MOST_SNAP = 0.1


@dataclass(frozen=True, slots=True)
class Discretised:
    """Weights on their grids, and the largest distance that one of them was moved."""

    weights: Mapping[str, Matrix]
    largest_snap: float


@torch.no_grad()
def exact_weights(module: ArithmeticModule) -> dict[str, Matrix]:
    """Every effective weight as the exact dyadic rational that its float is."""
    matrices: dict[str, Matrix] = {}
    for name, weight in module.weights().items():
        rows = weight.double().cpu().tolist()
        if weight.dim() != 2:
            raise ExtractionError(
                f"a stack of shape {tuple(weight.shape)} has no single formula; take one module of it "
                "with nalmx.models.member"
            )
        if not all(math.isfinite(value) for row in rows for value in row):
            raise ExtractionError(f"the weights {name!r} are not all finite; training diverged")
        matrices[name] = tuple(tuple(Fraction(value) for value in row) for row in rows)
    return matrices


def discretise(module: ArithmeticModule, most: float = MOST_SNAP) -> Discretised:
    """Snap the effective weights of a module to their grids; those without a grid stay exact.

    A module with a weight further than `most` from its grid has not converged and is an
    `ExtractionError`: snapping it would invent a formula that the network does not compute.
    """
    snapped: dict[str, Matrix] = {}
    largest = Fraction(0)
    grids = {**module.grids, **module.gates}
    for name, matrix in exact_weights(module).items():
        if name not in grids:
            snapped[name] = matrix
            continue
        grid = grids[name]
        snapped[name] = tuple(tuple(grid.nearest_exact(w) for w in row) for row in matrix)
        for row, points in zip(matrix, snapped[name], strict=True):
            largest = max(largest, *(abs(w - p) for w, p in zip(row, points, strict=True)))
    if largest > most:
        raise ExtractionError(
            f"the {module.name} has not converged to its grid: a weight is {float(largest):.3g} away from "
            f"it and at most {most:g} is allowed; train it longer or with other seeds"
        )
    return Discretised(snapped, float(largest))


def weights_digest(module: ArithmeticModule) -> str:
    """SHA-256 of the raw parameters: names, shapes, types and bytes."""
    digest = hashlib.sha256()
    for name in module.raw_names:
        values = module.get_parameter(name).detach().cpu().contiguous()
        digest.update(f"{module.name}/{name}:{tuple(values.shape)}:{values.dtype};".encode())
        digest.update(values.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
