"""Ranges that flow through a network: what the parts of it are given, from what its inputs are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import flint

from ..errors import ExtractionError
from ..expression import Expression, Variable
from ..expression.ball import Ball, enclose, interval
from ..ranges import Interval, Range

Box = Mapping[str, Range]


def box_of(names: Sequence[str], extents: Sequence[Range] | None) -> Box | None:
    """The range of each input by its name."""
    if extents is not None and len(extents) != len(names):
        raise ExtractionError(
            f"{len(extents)} ranges do not fit the inputs {', '.join(names)}; give one for each"
        )
    return None if extents is None else dict(zip(names, extents, strict=True))


def extents_of(x: Sequence[Expression], box: Box | None) -> list[Range] | None:
    """Ranges that hold all values of expressions of the inputs; None where one is not known.

    They are rigorous and not always the smallest: an input that occurs twice counts as two.
    """
    if box is None:
        return None
    hulls = {name: interval(r.lower, r.upper) for name, r in box.items()}
    found = [_extent(part, box, hulls) for part in x]
    known = [extent for extent in found if extent is not None]
    return known if len(known) == len(found) else None


def _extent(x: Expression, box: Box, hulls: Mapping[str, Ball]) -> Range | None:
    if isinstance(x, Variable):
        return box[x.name]
    value = enclose(x, hulls)
    if not isinstance(value, flint.arb):
        return None
    return Range((Interval(_rational(value.lower()), _rational(value.upper())),))


def _rational(end: Ball) -> Fraction:
    mantissa, exponent = end.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
