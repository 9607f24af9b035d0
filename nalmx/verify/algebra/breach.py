"""Hunt for a point, or for two points around one, at which a side is not defined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import TypeAlias

import flint

from ...expression import Expression, variables
from ...expression.ball import ball, enclose, interval, precision
from ...expression.operations import may_jump
from ...expression.slopes import Enclosure
from ...ranges import Range
from ..domain import Domain, Point
from .signs import BITS, Condition, Excluding, Signs, balls, sign_of_point, signs_of_ball
from .subdivision import halves, is_narrow, probes

MOST_BOXES = 3_000
_MOST_STARTS = 256
_HALVINGS = 120
Bracket: TypeAlias = tuple[Point, Point]


def find_breach(
    function: Expression,
    allowed: Signs,
    ranges: Mapping[str, Range],
    conditions: Sequence[Condition],
) -> Point | Bracket | None:
    """A point where the sign of a function is not an allowed one, or two with opposite signs.

    Where 0 is what is not allowed, a point where the function is exactly 0 is rarely rational; the two
    points bracket one if the function is continuous between them. Only inputs of the
    function and the conditions are in a point.
    """
    names = variables(function, *(c.function for c in conditions))
    domain = Domain({name: ranges[name] for name in names if name in ranges})
    is_excluded = Excluding(conditions)
    visited = 0
    with precision(BITS):
        form = Enclosure(function)
        stack = [(box, box) for box in islice(domain.boxes(), _MOST_STARTS)]
        while stack and visited < MOST_BOXES:
            box, whole = stack.pop()
            visited += 1
            if signs_of_ball(form.value(balls(box))) <= allowed:
                continue
            if is_excluded(box):
                continue
            seen: dict[int, Point] = {}
            for point in probes(box):
                sign = sign_of_point(form, point)
                if sign is None or not _meets(conditions, point):
                    continue
                if sign not in allowed:
                    return point
                if -sign in seen:
                    return _narrowed(form, seen[-sign], point, sign)
                seen[sign] = point
            if box and not is_narrow(box, whole):
                stack.extend((half, whole) for half in halves(box))
    return None


def _meets(conditions: Sequence[Condition], point: Point) -> bool:
    return all(sign_of_point(Enclosure(c.function), point) in c.signs for c in conditions)


def _narrowed(form: Enclosure, start: Point, end: Point, sign: int) -> Bracket | Point:
    """Two points with opposite signs, brought together along the line between them."""
    for _ in range(_HALVINGS):
        middle = {name: (start[name] + end[name]) / 2 for name in end}
        found = sign_of_point(form, middle)
        if found == 0:
            return middle
        if found is None:
            break
        start, end = (start, middle) if found == sign else (middle, end)
    return start, end


def bracket_box(bracket: Bracket) -> dict[str, tuple[Fraction, Fraction]]:
    """The smallest box that holds two points."""
    start, end = bracket
    return {n: (min(start[n], end[n]), max(start[n], end[n])) for n in start}


def is_within(box: Mapping[str, tuple[Fraction, Fraction]], domain: Domain) -> bool:
    """Whether a box lies in the domain, within one interval of each input."""
    return all(
        any(i.lower <= low and high <= i.upper for i in domain.ranges[name].intervals)
        for name, (low, high) in box.items()
    )


def changes_sign(function: Expression, bracket: Bracket) -> bool:
    """Whether a function is continuous on the box of two points and has opposite signs at them."""
    if may_jump(function):
        return False
    names = variables(function)
    with precision(2 * BITS):
        box = {n: interval(*ends) for n, ends in bracket_box(bracket).items() if n in names}
        if not isinstance(enclose(function, box), flint.arb):
            return False
        low, high = (
            enclose(function, {n: ball(v) for n, v in end.items() if n in names}) for end in bracket
        )
        if not isinstance(low, flint.arb) or not isinstance(high, flint.arb):
            return False
        return bool((low < 0 and high > 0) or (low > 0 and high < 0))
