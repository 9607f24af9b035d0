"""Certify that an expression is never zero on a domain, by ball enclosures and subdivision."""

from __future__ import annotations

import time
from dataclasses import dataclass

import flint

from ..expression import Expression, to_text, variables
from ..expression.ball import enclose, interval, precision
from ..ranges import Interval
from .domain import Box, Domain

MAX_BOXES = 4_000
_BITS = 128


@dataclass(frozen=True, slots=True)
class Certified:
    """The expression has no zero in the domain; `boxes` enclosures were needed."""

    boxes: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """The box in which an enclosure kept containing zero, or the limit that was reached."""

    shown: str
    reason: str


def certify_nonvanishing(
    expression: Expression, domain: Domain, deadline: float
) -> Certified | Blocked:
    """Cover the domain with boxes on each of which an enclosure of `expression` excludes zero.

    Only a complete cover is a certificate. `deadline` is a reading of `time.monotonic()`.
    """
    names = variables(expression)
    shown = _short(to_text(expression))
    stack: list[Box] = []
    for box in Domain({name: domain.ranges[name] for name in names}).boxes():
        stack.append(box)
        if len(stack) > MAX_BOXES:
            return Blocked(shown, f"the domain has too many boxes to check the divisor {shown}")
    visited = 0
    with precision(_BITS):
        while stack:
            box = stack.pop()
            visited += 1
            value = enclose(expression, {n: interval(i.lower, i.upper) for n, i in box.items()})
            if isinstance(value, flint.arb) and not value.contains(0):
                continue
            if visited >= MAX_BOXES or time.monotonic() > deadline or not box:
                where = ", ".join(f"{name} in {extent}" for name, extent in box.items())
                return Blocked(
                    shown,
                    f"the divisor {shown} may be zero in the domain, near {_short(where, 120)}",
                )
            stack.extend(_halves(box))
    return Certified(visited)


def _halves(box: Box) -> tuple[Box, Box]:
    widest = max(box, key=lambda name: box[name].width)
    extent = box[widest]
    return (
        {**box, widest: Interval(extent.lower, extent.middle)},
        {**box, widest: Interval(extent.middle, extent.upper)},
    )


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
