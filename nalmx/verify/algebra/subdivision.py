"""Boxes cut into halves, and the points of a box that are tried first."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ...ranges import Interval
from ..domain import Box, Point

# Neither a sixteenth of these nor four times as much changes a proof of benchmarks/algebra_limits.py.
_MOST_FLIPPED = 8
_NARROWEST = Fraction(1, 2**60)


def halves(box: Box) -> tuple[Box, Box]:
    """A box cut in two across its widest side."""
    widest = max(box, key=lambda name: box[name].width)
    return halves_across(box, widest)


def halves_across(box: Box, name: str) -> tuple[Box, Box]:
    extent = box[name]
    return (
        {**box, name: Interval(extent.lower, extent.middle)},
        {**box, name: Interval(extent.middle, extent.upper)},
    )


def probes(box: Box) -> Iterator[Point]:
    """The middle, two opposite corners, and the corners next to one of them."""
    low = {name: extent.lower for name, extent in box.items()}
    yield {name: extent.middle for name, extent in box.items()}
    yield low
    yield {name: extent.upper for name, extent in box.items()}
    for name, extent in list(box.items())[:_MOST_FLIPPED] if len(box) > 1 else ():
        yield {**low, name: extent.upper}


def is_narrow(box: Box, whole: Box) -> bool:
    """Whether a box is 2⁶⁰ times narrower than the one it was cut from: no use in going on."""
    return all(box[name].width <= whole[name].width * _NARROWEST for name in box)
