"""Certify that a divisor is never zero on a domain, or show that it is, by subdivision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import flint

from ...expression import Expression, to_text, variables
from ...expression.ball import enclose, interval, precision
from ...ranges import Interval
from ..domain import Box, Domain, Point
from .subdivision import halves, is_narrow, probes
from .suspects import simplest

MAX_BOXES = 4_000
_BITS = 128


@dataclass(frozen=True, slots=True)
class Certified:
    """The divisor has no zero in the domain; `boxes` enclosures were needed."""

    boxes: int


@dataclass(frozen=True, slots=True)
class Vanishing:
    """The divisor certainly has a zero in the domain, since it changes sign there."""

    reason: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """The enclosures kept containing zero; `suspect` is the simplest point near there."""

    reason: str
    suspect: Point | None = None


Finding: TypeAlias = Certified | Vanishing | Undecided


def certify_nonvanishing(
    divisor: Expression, sign: Callable[[Point], int], domain: Domain
) -> Finding:
    """Cover the domain with boxes on each of which an enclosure of `divisor` excludes zero.

    Only a complete cover is a certificate. `sign` gives the exact sign, at a point, of a continuous
    function with the zeros of the divisor: two signs in one box prove a zero in it.
    """
    names = variables(divisor)
    shown = _short(to_text(divisor))
    visited = 0
    for whole in Domain({name: domain.ranges[name] for name in names}).boxes():
        signs: set[int] = set()
        stack: list[Box] = [whole]
        with precision(_BITS):
            while stack:
                box = stack.pop()
                visited += 1
                if visited > MAX_BOXES:
                    return Undecided(f"{MAX_BOXES} boxes did not show that {shown} is never zero")
                value = enclose(divisor, {n: interval(i.lower, i.upper) for n, i in box.items()})
                if isinstance(value, flint.arb) and not value.contains(0):
                    continue
                signs |= {sign(point) for point in probes(box)}
                if 0 in signs or len(signs) > 1:
                    return Vanishing(f"the divisor {shown} is zero in the domain")
                if not box or visited == MAX_BOXES or is_narrow(box, whole):
                    suspect = {name: simplest(_wider(i, whole[name])) for name, i in box.items()}
                    return Undecided(
                        f"the divisor {shown} may be zero in the domain, near {_near(box)}", suspect
                    )
                stack.extend(halves(box))
    return Certified(visited)


def _wider(extent: Interval, whole: Interval) -> Interval:
    """An interval with its neighbourhood: enclosures contain zero a little beside a zero too."""
    return Interval(
        max(whole.lower, extent.lower - extent.width), min(whole.upper, extent.upper + extent.width)
    )


def _near(box: Box) -> str:
    with precision(64):
        middles = (
            f"{name} = {interval(i.middle, i.middle).str(6, radius=False)}"
            for name, i in box.items()
        )
        return _short(", ".join(middles) or "every point", 120)


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
