"""Two points around one at which a function is zero."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

import flint

from ...expression import Expression, variables
from ...expression.ball import ball, enclose, interval, precision
from ...expression.operations import may_jump
from ..domain import Domain, Point
from .signs import BITS

Bracket: TypeAlias = tuple[Point, Point]


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
