"""Boxes that cover a region: which signs a function takes there, whether it is empty, where it is breached.

Everything here errs on one side: a set of signs may be too large, never too small, a region is called
empty only where it certainly is, and a breach is called certain only where it is.

Reference: Moore, Kearfott, Cloud (2009), Introduction to interval analysis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from ...expression import Expression, evaluate, variables
from ...expression.ball import precision
from ...expression.slopes import Enclosure
from ...ranges import Interval, Range
from ..domain import Box, Domain, Point
from .bracket import Bracket, changes_sign
from .signs import (
    BITS,
    EVERY,
    NONZERO,
    Excluding,
    SignCondition,
    Signs,
    balls,
    sign_of,
    sign_of_point,
    signs_of_ball,
)
from .subdivision import halves, is_narrow, probes
from .suspects import simplest

# A sixteenth of each limit loses no proof of benchmarks/algebra_limits.py.
MOST_BOXES = 3_000
_MOST_STARTS = 1_024
_HALVINGS = 120


class Cover:
    """The boxes of some ranges, one after another; those that tell too little are cut in halves.

    Only the inputs of some functions and conditions are in a box. `is_whole` says that the boxes cover all
    of the ranges.
    """

    def __init__(
        self,
        functions: Sequence[Expression],
        ranges: Mapping[str, Range],
        conditions: Sequence[SignCondition],
        most_boxes: int,
    ) -> None:
        names = variables(*functions, *(c.function for c in conditions))
        domain = Domain({name: ranges[name] for name in names if name in ranges})
        starts = list(islice(domain.boxes(), _MOST_STARTS + 1))
        self.is_whole = len(starts) <= _MOST_STARTS
        self.excludes = Excluding(conditions)
        self._waiting = [(box, box) for box in reversed(starts)]
        self._left = most_boxes

    def __iter__(self) -> Iterator[Box]:
        while self._waiting:
            box, self._start = self._waiting.pop()
            self._left -= 1
            yield box

    def halve(self, box: Box) -> bool:
        """Whether the halves of the box just taken come next: not of a narrow one, nor beyond the effort."""
        if self._left < 0 or not box or is_narrow(box, self._start):
            return False
        self._waiting.extend((half, self._start) for half in halves(box))
        return True

    def simplest_near(self, box: Box) -> Point:
        """The simplest point in or beside the box just taken: enclosures contain zero beside one too."""
        return {
            name: simplest(
                Interval(
                    max(self._start[name].lower, extent.lower - extent.width),
                    min(self._start[name].upper, extent.upper + extent.width),
                )
            )
            for name, extent in box.items()
        }


def is_empty(
    conditions: Sequence[SignCondition], ranges: Mapping[str, Range], most_boxes: int
) -> bool:
    """Whether the conditions certainly hold together at no point of the ranges."""
    cover = Cover((), ranges, conditions, most_boxes)
    with precision(BITS):
        return cover.is_whole and all(cover.excludes(box) or cover.halve(box) for box in cover)


def signs_on(
    function: Expression,
    ranges: Mapping[str, Range],
    conditions: Sequence[SignCondition],
    most_boxes: int,
    wanted: Signs = EVERY,
) -> Signs:
    """A set that holds every sign `function` takes where the conditions hold.

    Boxes are halved until each has one sign, until the signs are not all `wanted` ones (there is
    no use in going on), or until the effort is spent.
    """
    found: Signs = frozenset()
    cover = Cover((function,), ranges, conditions, most_boxes)
    if not cover.is_whole:
        return EVERY
    with precision(BITS):
        form = Enclosure(function)
        for box in cover:
            signs = signs_of_ball(form.value(balls(box)))
            if signs <= found or cover.excludes(box):
                continue
            if len(signs) > 1 and (wanted == EVERY or not signs <= wanted) and cover.halve(box):
                at_points = (
                    [_sign_at(function, form, p) for p in probes(box)] if not conditions else []
                )
                signs = frozenset(sign for sign in at_points if sign is not None)
                if 0 not in wanted and signs >= NONZERO:
                    return EVERY
            found |= signs
            if found == EVERY or not found <= wanted:
                return EVERY
    return found


@dataclass(frozen=True, slots=True)
class Breach:
    """A point where a function has a sign that is not allowed, or two around one.

    Where not `is_certain`, only a point close to which it may.
    """

    point: Point
    beyond: Point | None = None
    is_certain: bool = False


def find_breach(
    function: Expression,
    allowed: Signs,
    ranges: Mapping[str, Range],
    conditions: Sequence[SignCondition],
) -> Breach | None:
    """Where the sign of a function is not an allowed one, if that is found.

    Where 0 is what is not allowed, a point where the function is exactly 0 is rarely rational; two
    points bracket one if the function is continuous between them. Only inputs of the
    function and the conditions are in a point.
    """
    cover = Cover((function,), ranges, conditions, MOST_BOXES)
    near: Breach | None = None
    with precision(BITS):
        form = Enclosure(function)
        for box in cover:
            if signs_of_ball(form.value(balls(box))) <= allowed or cover.excludes(box):
                continue
            seen: dict[int, Point] = {}
            for point in probes(box):
                sign = _sign_at(function, form, point)
                if sign is None or not cover.excludes.meets(point):
                    continue
                if sign not in allowed:
                    return Breach(point, is_certain=True)
                if -sign in seen:
                    start, end = _narrowed(form, seen[-sign], point, sign)
                    certain = start == end or (
                        not conditions and changes_sign(function, (start, end))
                    )
                    return Breach(start, None if start == end else end, certain)
                seen[sign] = point
            if not cover.halve(box) and near is None:
                near = Breach(cover.simplest_near(box))
    return near


def _sign_at(function: Expression, form: Enclosure, point: Point) -> int | None:
    """The sign at a point: from balls, in exact rationals where they leave it open."""
    sign = sign_of_point(form, point)
    exact = evaluate(function, point) if sign is None else None
    return sign_of(exact) if isinstance(exact, Fraction) else sign


def _narrowed(form: Enclosure, start: Point, end: Point, sign: int) -> Bracket:
    """Two points with opposite signs, brought together on the line between them; one twice if it is zero."""
    for _ in range(_HALVINGS):
        middle = {name: (start[name] + end[name]) / 2 for name in end}
        found = sign_of_point(form, middle)
        if found == 0:
            return middle, middle
        if found is None:
            break
        start, end = (start, middle) if found == sign else (middle, end)
    return start, end
