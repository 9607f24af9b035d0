"""How far a network can be, as it runs in floats, from the function that it stands for.

`running_error` bounds the rounding on one box of inputs. Here a domain is covered with boxes, the one
with the largest bound split again and again, and the bound is added to one on the function without
rounding: |run − formula| ≤ |run − real| + |real − formula|.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count

import flint

from ...errors import NoTruthValue
from ...expression import Expression, variables
from ...expression.ball import Ball
from ...expression.float_program import LIBRARY_ULPS, FloatProgram, Precision
from ...expression.nodes import post_order
from ...ranges import Interval
from ..domain import Box, Domain
from .float_values import as_fraction
from .running_error import NoBound, rounding_bound
from .signed_cover import SignedCover
from .signed_errors import has_signed_errors

MOST_BOXES = 2_000
CLOSE_ENOUGH = 1.1
_MOST_OPERATIONS = 200_000  # of all boxes together, 6 s
_FEW_BOXES = 1_000
_SPOT = Fraction(1, 2**20)


@dataclass(frozen=True, slots=True)
class Rounded(NoTruthValue):
    """A bound on |computed − real| over a domain, or why there is none.

    `where` is the box in which the bound is attained, or the one that stands in the way.
    `at_a_spot` is the largest bound found for one tiny box: subdivision brings `bound` no lower.
    `worst`: boxes with the largest bounds, where several are known.
    """

    _ask = "rounded.bound is not None"

    bound: Fraction | None
    where: Box
    at_a_spot: Fraction
    boxes: int
    reason: str | None = None
    worst: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class AsItRuns(NoTruthValue):
    """|network as it runs − formula| ≤ `bound` = `real` + `rounding` at every float of a domain."""

    _ask = "running.bound is not None"

    bound: Fraction | None
    real: Fraction
    rounding: Rounded
    arithmetic: str

    @property
    def reason(self) -> str | None:
        return self.rounding.reason


def as_it_runs(
    program: FloatProgram,
    domain: Domain,
    real: Fraction | Ball,
    most_boxes: int = MOST_BOXES,
) -> AsItRuns:
    """A bound on what a network computes, from one on the function it computes without rounding.

    `real` bounds |program.expression − formula| on the domain.
    """
    size = real if isinstance(real, Fraction) else as_fraction(real.abs_upper())
    rounding = rounding_over(program, domain, most_boxes)
    bound = None if rounding.bound is None else size + rounding.bound
    return AsItRuns(bound, size, rounding, arithmetic_of(program.precision))


def arithmetic_of(kind: Precision) -> str:
    """What a bound takes for granted of the machine."""
    return (
        f"{kind.name} on a CPU: round to nearest, subnormals kept, sums in any order, library "
        f"functions within {LIBRARY_ULPS} ulp"
    )


def rounding_over(
    program: FloatProgram,
    domain: Domain,
    most_boxes: int = MOST_BOXES,
    limit: Fraction | None = None,
) -> Rounded:
    """The bound over a domain, with the box that has the largest one split again and again.

    It stops where the bound is within `CLOSE_ENOUGH` of what further splitting can give, after
    `most_boxes` boxes, or `_MOST_OPERATIONS`; what it returns is a bound in each case. Of a program that is
    known operation by operation signed errors are bounded first, with less effort once it is known on
    which side of the `limit` the bound lies.
    """
    if has_signed_errors(program):
        found = _signed(SignedCover(program, domain), limit, most_boxes)
        if found.bound is not None:
            return found
        most_boxes = min(most_boxes, _FEW_BOXES)
        return replace(_running(program, domain, most_boxes), worst=found.worst)
    return _running(program, domain, most_boxes)


def rounding_relative(
    program: FloatProgram, right: Expression, domain: Domain, limit: Fraction, most_boxes: int
) -> Rounded:
    """The bound on the rounding as a part of the right side."""
    if not has_signed_errors(program):
        reason = "for this program rounding is bounded absolutely; give a tolerance as abs:SIZE"
        return Rounded(None, {}, Fraction(0), 0, reason)
    return _signed(SignedCover(program, domain, right), limit, most_boxes)


def _signed(cover: SignedCover, limit: Fraction | None, most_boxes: int) -> Rounded:
    cover.run(math.nan if limit is None else float(limit), most_boxes)
    known = math.isfinite(cover.bound)
    reason = (
        None if known else "a value may overflow or be undefined, perhaps only once it is rounded"
    )
    spot = Fraction(cover.spot) if math.isfinite(cover.spot) else Fraction(0)
    bound = Fraction(cover.bound) if known else None
    return Rounded(bound, cover.worst[0], spot, cover.boxes, reason, cover.worst)


def _running(program: FloatProgram, domain: Domain, most_boxes: int) -> Rounded:
    order, boxes, spot = count(), 0, flint.arb(0)
    most_boxes = min(most_boxes, _MOST_OPERATIONS // len(list(post_order(program.expression))))
    queue: list[tuple[float, int, Ball | NoBound, Box, Box]] = []

    def visit(box: Box, whole: Box) -> NoBound | None:
        nonlocal boxes, spot
        boxes += 1
        found = rounding_bound(program, box)
        key = float("-inf") if isinstance(found, NoBound) else -float(found)
        heapq.heappush(queue, (key, next(order), found, box, whole))
        for place in (_middle(box), *([_far_corner(box)] if box is whole else [])):
            here = rounding_bound(program, place)
            if isinstance(here, NoBound):
                return here
            spot = spot.max(here)
        return None

    def without(box: Box, reason: str) -> Rounded:
        return Rounded(None, box, as_fraction(spot), boxes, reason)

    used = {name: domain.ranges[name] for name in variables(program.expression)}
    for whole in Domain(used).boxes():
        blocked = visit(whole, whole)
        if blocked is not None:
            return without(whole, blocked.reason)
    while True:
        _, _, found, box, whole = queue[0]
        stop = boxes >= most_boxes or not box
        if isinstance(found, NoBound):
            if stop:
                return without(box, found.reason)
        elif stop or found <= spot * CLOSE_ENOUGH:
            return Rounded(as_fraction(found), box, as_fraction(spot), boxes)
        heapq.heappop(queue)
        for half in _halves(box, whole):
            blocked = visit(half, whole)
            if blocked is not None:
                return without(half, blocked.reason)


def _middle(box: Box) -> Box:
    """A tiny box in the middle."""
    spots = {name: (extent.middle, extent.width * _SPOT) for name, extent in box.items()}
    return {name: Interval(middle - half, middle + half) for name, (middle, half) in spots.items()}


def _far_corner(box: Box) -> Box:
    """A tiny box in the corner that is farthest from 0."""
    return {
        name: Interval(extent.upper - extent.width * _SPOT, extent.upper)
        if abs(extent.upper) >= abs(extent.lower)
        else Interval(extent.lower, extent.lower + extent.width * _SPOT)
        for name, extent in box.items()
    }


def _halves(box: Box, whole: Box) -> tuple[Box, Box]:
    widest = max(box, key=lambda name: box[name].width / (whole[name].width or 1))
    extent = box[widest]
    return (
        {**box, widest: Interval(extent.lower, extent.middle)},
        {**box, widest: Interval(extent.middle, extent.upper)},
    )
