"""The signs of sines and cosines, by the quadrant that the argument lies in.

Whether u lies below or above k·π/2 is the sign of a function like any other, which conditions can tell: so
a sine has one sign up to its zero, and cases can be cut there.
"""

from __future__ import annotations

from collections.abc import Sequence

import flint

from ...expression.ball import BallValue
from .signs import NEGATIVE, NONNEGATIVE, POSITIVE, ZERO, Signs

_MOST = 8


def boundaries(argument: BallValue) -> range | None:
    """The k for which k·π/2 may lie in an enclosure, and one beyond each end; None where they are many."""
    if not isinstance(argument, flint.arb) or not abs(argument) < 2**30:
        return None
    turned = 2 * argument / flint.arb.pi()
    low, high = turned.lower().floor(), turned.upper().ceil()
    found = range(int(low.unique_fmpz()), int(high.unique_fmpz()) + 1)
    return found if len(found) <= _MOST else None


def signs_in_quadrants(places: range, above: Sequence[Signs], *, is_sine: bool) -> Signs:
    """The signs of sin u or cos u, where `above` has those of u − k·π/2 for each k of the places."""
    above = _ordered(above)
    shift = 0 if is_sine else 1
    found: Signs = frozenset()
    for place, k in enumerate(places):
        if 0 in above[place]:
            found |= (ZERO, POSITIVE, ZERO, NEGATIVE)[(k + shift) % 4]
        if place + 1 < len(places) and 1 in above[place] and -1 in above[place + 1]:
            found |= POSITIVE if (k + shift) % 4 < 2 else NEGATIVE
    return found


def open_boundary(places: range, above: Sequence[Signs]) -> tuple[int, tuple[Signs, ...]] | None:
    """A k of which it helps to know whether u lies above k·π/2, and in which parts to tell it."""
    above = _ordered(above)
    parts = (NEGATIVE, NONNEGATIVE), (ZERO, POSITIVE), (NEGATIVE, ZERO)
    for part in parts:
        for k, signs in zip(places, above, strict=True):
            if all(signs & half for half in part):
                return k, part
    return None


def _ordered(above: Sequence[Signs]) -> list[Signs]:
    """Where u lies above one boundary, it does so above all before it."""
    found = list(above)
    for place in range(1, len(found)):
        if 1 not in found[place - 1]:
            found[place] &= NEGATIVE
    for place in reversed(range(len(found) - 1)):
        if -1 not in found[place + 1]:
            found[place] &= POSITIVE
    return found
