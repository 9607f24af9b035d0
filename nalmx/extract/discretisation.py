"""Effective weights as exact numbers, as trained and snapped to their grid."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import sympy
import torch

from ..errors import ExtractionError
from ..models import ArithmeticModule, Matrix
from ..ranges import Range
from .powers import Validation, choose_powers, own_validation

MOST_SNAP = 0.1
MOST_VANISHING = 0.01
"""The largest weight of a sum that may be left out as a whole."""
Place = tuple[str, int, int]


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


def discretise(
    module: ArithmeticModule,
    most: float = MOST_SNAP,
    *,
    extents: Sequence[Range] | None = None,
    validation: Validation | None = None,
    digits: int | None = None,
) -> Discretised:
    """Snap the effective weights of a module to their grids; those without a grid stay exact.

    With `digits`, weights that may be coefficients are rounded to so many decimals instead.
    Powers settle on small rationals chosen on the `validation` data, or on the module's own outputs.
    A gate that depends on the inputs must stay at 0 or at 1 on their ranges `extents`. A weight that
    matters to the formula and is further than `most` from its grid has not converged and is an
    `ExtractionError`: snapping it would invent a formula that the network does not compute.
    """
    exact = exact_weights(module)
    snapped, far, largest = _on_grids(module, exact, most, digits)
    _refuse_vanished(module, exact, snapped)
    weights, gate_distance = module.settled(snapped, extents)
    if module.powers:
        data = validation or own_validation(module, extents)
        weights = choose_powers(module, weights, most, data)
        largest = max(largest, *(_moved(exact[name], weights[name]) for name in module.powers))
    # Last, since an input whose power has settled on 0 leaves its gate without a meaning.
    matters = far and _that_matter(module, weights, far)
    worst = max([*(far[place] for place in matters), gate_distance], default=Fraction(0))
    if worst > most:
        raise ExtractionError(
            f"the {module.name} has not converged to its grid: a weight or gate is {float(worst):.3g} "
            f"away from it and at most {most:g} is allowed; train it longer or with other seeds"
        )
    return Discretised(weights, float(max(largest, gate_distance)))


def _on_grids(
    module: ArithmeticModule, exact: Mapping[str, Matrix], most: float, digits: int | None
) -> tuple[dict[str, Matrix], dict[Place, Fraction], Fraction]:
    """Snapped weights, those further away than `most`, and the largest distance of the others."""
    grids = {**module.grids, **module.gates}
    snapped: dict[str, Matrix] = {}
    far: dict[Place, Fraction] = {}
    largest = Fraction(0)
    for name, matrix in exact.items():
        if name not in grids or name in module.powers:
            snapped[name] = matrix
            continue
        nearest = grids[name].nearest_exact
        if digits is not None and name in module.coefficients:
            nearest = partial(round, ndigits=digits)
        snapped[name] = tuple(tuple(nearest(w) for w in row) for row in matrix)
        for o, (row, points) in enumerate(zip(matrix, snapped[name], strict=True)):
            for i, (w, point) in enumerate(zip(row, points, strict=True)):
                if abs(w - point) > most:
                    far[name, o, i] = abs(w - point)
                else:
                    largest = max(largest, abs(w - point))
    return snapped, far, largest


def _refuse_vanished(
    module: ArithmeticModule, exact: Mapping[str, Matrix], snapped: Mapping[str, Matrix]
) -> None:
    """A sum of small coefficients is not nothing."""
    for name in module.coefficients:
        for row, points in zip(exact[name], snapped[name], strict=True):
            largest = max(row, key=abs)
            if not any(points) and abs(largest) > MOST_VANISHING:
                raise ExtractionError(
                    f"the {module.name} has a sum whose largest weight is {float(largest):.3g}, which its "
                    "grid would round to nothing; give coefficients=N to keep N decimals, or validation data"
                )


def _that_matter(
    module: ArithmeticModule, weights: Mapping[str, Matrix], far: Mapping[Place, Fraction]
) -> list[Place]:
    """The places whose weight is left in the formula when a symbol stands for it.

    Behind a closed gate, or in the path that a gate does not choose, a weight may be anything.
    """
    symbols = {place: sympy.Dummy(real=True) for place in far}
    marked = {
        name: [
            [symbols.get((name, o, i), rational(w)) for i, w in enumerate(row)]
            for o, row in enumerate(matrix)
        ]
        for name, matrix in weights.items()
    }
    x = [sympy.Dummy(real=True) for _ in range(module.in_features)]
    try:
        outputs = module.symbolic(x, **marked)
    except ExtractionError:
        return list(far)
    left = {symbol for output in outputs for symbol in output.free_symbols}
    return [place for place, symbol in symbols.items() if symbol in left]


def rational(value: Fraction) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)


def _moved(before: Matrix, after: Matrix) -> Fraction:
    pairs = zip(before, after, strict=True)
    return max(abs(w - v) for one, other in pairs for w, v in zip(one, other, strict=True))


def weights_digest(module: ArithmeticModule) -> str:
    """SHA-256 of the raw parameters: names, shapes, types and bytes."""
    digest = hashlib.sha256()
    for name in module.raw_names:
        values = module.get_parameter(name).detach().cpu().contiguous()
        digest.update(f"{module.name}/{name}:{tuple(values.shape)}:{values.dtype};".encode())
        digest.update(values.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
