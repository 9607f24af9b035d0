"""The gate of the NALU family: one path or the other."""

from __future__ import annotations

from collections.abc import Sequence

import sympy


def exact_gated(
    openings: Sequence[sympy.Expr], sums: Sequence[sympy.Expr], products: Sequence[sympy.Expr]
) -> list[sympy.Expr]:
    """g·a + (1 − g)·m for each output; a gate that is 0 or 1 leaves one path only."""
    return [
        g * a + (1 - g) * m if g not in (0, 1) else (a if g == 1 else m)
        for g, a, m in zip(openings, sums, products, strict=True)
    ]
