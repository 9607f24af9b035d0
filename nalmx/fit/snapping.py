"""The constants of a form as exact numbers, where the rows support them, and as decimals elsewhere."""

from __future__ import annotations

import math

import numpy as np

from ..expression import Number
from .candidate import Part
from .constants import FREE, recognise, shortest_decimal
from .form import Form, polish, spread
from .result import ConstantFound
from .rows import Array
from .values import EPSILON

MOST_FREE = 2
"""Constants that are no exact numbers, in a form that is not linear."""


def snapped(
    form: Form, part: Part, weights: Array, is_exact: bool
) -> tuple[Form, tuple[ConstantFound, ...], float]:
    """Constants as exact numbers, the best determined first; the others are fitted again each time."""
    found: list[ConstantFound] = []
    bits = 0.0
    kept: list[int] = []
    most = len(form.values) if form.is_linear or not is_exact else MOST_FREE
    while len(kept) < len(form.values) and len(kept) <= most:
        widths, alone = spread(form, part.columns, weights)
        open_ = [p for p in range(len(form.values)) if p not in kept]
        sizes = np.abs(form.values) + 1e-300
        place = min(open_, key=lambda p: widths[p] / sizes[p])
        value = form.values[place]
        # Rounding errors of rows are not independent: what moves no row by one is no difference.
        radius = max(8 * widths[place], alone[place]) if is_exact else 4 * widths[place]
        radius += 8 * EPSILON * abs(value)
        exact = recognise(value, radius) if math.isfinite(radius) else None
        if exact is None:
            kept.append(place)
            continue
        bits += exact.bits
        found.append(ConstantFound(exact.expression, value, 1.96 * float(widths[place]), True))
        kept = [p - (p > place) for p in kept]
        form = form.put({place: exact.expression})
        again = polish(form, part.columns, part.target, weights)
        form = again or form
    others, more = unsnapped(form, part, weights)
    return form, (*found, *others), bits + more


def unsnapped(form: Form, part: Part, weights: Array) -> tuple[tuple[ConstantFound, ...], float]:
    if not form.values:
        return (), 0.0
    widths, _ = spread(form, part.columns, weights)
    found, bits = [], 0.0
    for value, width in zip(form.values, widths, strict=True):
        written = Number(shortest_decimal(value, width / 4))
        found.append(ConstantFound(written, value, 1.96 * float(width), False))
        size = abs(value) / max(width, EPSILON * abs(value), 1e-300)
        bits += FREE + max(math.log2(size), 0.0) if size > 0 else FREE
    return tuple(found), bits
