"""From a module to exact expressions: as trained, on its grid, and idealised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy

from ..errors import ExtractionError
from ..expression.symbolic import from_sympy
from ..models import ArithmeticModule, Matrix
from ..ranges import Range
from .discretisation import (
    MOST_SNAP,
    Discretised,
    discretise,
    exact_weights,
    rational,
    weights_digest,
)
from .formula import Formula
from .powers import Validation


@dataclass(frozen=True, slots=True)
class Extracted:
    """The formula of a module, and the discretised network it idealises.

    `discretised` is the module with its weights on their grids and every ε kept. In `formula` ε is
    dropped and the rest simplified for the signs that the ranges allow. They are the same object
    where a module has nothing to drop.
    """

    formula: Formula
    discretised: Formula


def extract(
    module: ArithmeticModule,
    inputs: Sequence[str] | None = None,
    most: float = MOST_SNAP,
    *,
    extents: Sequence[Range] | None = None,
    validation: Validation | None = None,
) -> Formula:
    """The formula of a module whose weights have converged to their grid.

    Example: an NMU with weights near [1, 1] gives `x1*x2`. Raises `ExtractionError` where a weight
    that matters is further than `most` from its grid. `extents` are the ranges of the inputs on which
    the formula is to hold; `validation` is data on which powers are chosen.
    """
    return extract_both(module, inputs, most, extents=extents, validation=validation).formula


def extract_both(
    module: ArithmeticModule,
    inputs: Sequence[str] | None = None,
    most: float = MOST_SNAP,
    *,
    extents: Sequence[Range] | None = None,
    validation: Validation | None = None,
) -> Extracted:
    """The formula of a module and its discretised network; arguments as those of `extract`."""
    found = discretise(module, most, extents=extents, validation=validation)
    names = _names(module, inputs)
    ideal = module.idealised(signed_symbols(names, extents), **exact(found.weights))
    formula = _formula(module, names, ideal, found)
    if not module.has_ideal():
        return Extracted(formula, formula)
    outputs = module.symbolic(signed_symbols(names, None), **exact(found.weights))
    return Extracted(formula, _formula(module, names, outputs, found))


def as_trained(module: ArithmeticModule, inputs: Sequence[str] | None = None) -> Formula:
    """The function of a module with every float weight taken as the exact rational it is."""
    names = _names(module, inputs)
    weights = exact_weights(module)
    outputs = module.symbolic(signed_symbols(names, None), **exact(weights))
    return _formula(module, names, outputs, Discretised(weights, 0.0))


def exact(weights: Mapping[str, Matrix]) -> dict[str, list[list[sympy.Rational]]]:
    """Weights as SymPy's rationals."""
    return {
        name: [[rational(w) for w in row] for row in matrix] for name, matrix in weights.items()
    }


def signed_symbols(names: Sequence[str], extents: Sequence[Range] | None) -> list[sympy.Symbol]:
    """A symbol for each name, known to be positive or negative where its range says so."""
    if extents is None:
        return [sympy.Symbol(name, real=True) for name in names]
    return [
        sympy.Symbol(name, real=True, **_sign(extent))
        for name, extent in zip(names, extents, strict=True)
    ]


def _sign(extent: Range) -> dict[str, bool]:
    lower, upper = extent.intervals[0].lower, extent.intervals[-1].upper
    if lower > 0:
        return {"positive": True}
    if upper < 0:
        return {"negative": True}
    return {"nonnegative": True} if lower == 0 else {}


def _names(module: ArithmeticModule, inputs: Sequence[str] | None) -> tuple[str, ...]:
    names = tuple(inputs or (f"x{i + 1}" for i in range(module.in_features)))
    if len(names) != module.in_features or len(set(names)) != len(names):
        raise ExtractionError(
            f"the module has {module.in_features} inputs; give as many different names, not {list(names)}"
        )
    return names


def _formula(
    module: ArithmeticModule,
    names: tuple[str, ...],
    outputs: Sequence[sympy.Expr],
    found: Discretised,
) -> Formula:
    expressions = tuple(from_sympy(output) for output in outputs)
    return Formula(names, expressions, module.name, weights_digest(module), found.largest_snap)
