"""The gate of the NALU family: one path or the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import sympy

from ..errors import ExtractionError
from ..ranges import Range
from ._grid import Matrix

_LARGEST_LOGIT = 700.0


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
