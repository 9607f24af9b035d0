"""From a module to exact expressions: as trained, and on its grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy

from ..errors import ExtractionError
from ..expression.symbolic import from_sympy
from ..models import ArithmeticModule
from .discretisation import MOST_SNAP, Matrix, discretise, exact_weights, weights_digest
from .formula import Formula


def extract(
    module: ArithmeticModule, inputs: Sequence[str] | None = None, most: float = MOST_SNAP
) -> Formula:
    """The formula of a module whose weights have converged to their grid.

    Example: an NMU with weights near [1, 1] gives `x1*x2`. Raises `ExtractionError` where a weight
    is further than `most` from its grid.
    """
    discretised = discretise(module, most)
    return _formula(module, discretised.weights, inputs, discretised.largest_snap)


def as_trained(module: ArithmeticModule, inputs: Sequence[str] | None = None) -> Formula:
    """The function of a module with every float weight taken as the exact rational it is."""
    return _formula(module, exact_weights(module), inputs, 0.0)


def _formula(
    module: ArithmeticModule,
    weights: Mapping[str, Matrix],
    inputs: Sequence[str] | None,
    largest_snap: float,
) -> Formula:
    names = tuple(inputs or (f"x{i + 1}" for i in range(module.in_features)))
    if len(names) != module.in_features or len(set(names)) != len(names):
        raise ExtractionError(
            f"the module has {module.in_features} inputs; give as many different names, not {list(names)}"
        )
    symbols = [sympy.Symbol(name, real=True) for name in names]
    exact = {
        name: [[sympy.Rational(w.numerator, w.denominator) for w in row] for row in matrix]
        for name, matrix in weights.items()
    }
    outputs = tuple(from_sympy(output) for output in module.symbolic(symbols, **exact))
    return Formula(names, outputs, module.name, weights_digest(module), largest_snap)
