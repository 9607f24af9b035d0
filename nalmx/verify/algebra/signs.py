"""Which signs a function takes on a part of the domain, and whether conditions on signs can hold.

Everything here errs on one side: a set of signs may be too large, never too small, and a part
of the domain is called empty only where it certainly is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import TypeAlias

import flint

from ...expression import Expression, variables
from ...expression.ball import BallValue, interval, precision
from ...expression.slopes import Enclosure
from ...ranges import Range
from ..domain import Box, Domain
from .subdivision import halves, is_narrow, probes

Signs: TypeAlias = frozenset[int]
NEGATIVE, ZERO, POSITIVE = frozenset({-1}), frozenset({0}), frozenset({1})
NONNEGATIVE, NONPOSITIVE, NONZERO = POSITIVE | ZERO, NEGATIVE | ZERO, POSITIVE | NEGATIVE
EVERY = NEGATIVE | ZERO | POSITIVE
BITS = 128
_MOST_STARTS = 1_024


@dataclass(frozen=True, slots=True)
class Condition:
    """That the sign of a function is one of some."""

    function: Expression
    signs: Signs


def opposite(signs: Signs) -> Signs:
    return frozenset(-sign for sign in signs)


def product(left: Signs, right: Signs) -> Signs:
    return frozenset(a * b for a in left for b in right)


def power(signs: Signs, n: int) -> Signs:
    """The signs of an n-th power, n ≥ 1."""
    return signs if n % 2 else frozenset(sign * sign for sign in signs)


def between(low: Fraction, high: Fraction) -> Signs:
    """The signs of the numbers between two."""
    return frozenset(range(sign_of(low), sign_of(high) + 1))


def sign_of(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def signs_of_ball(value: BallValue) -> Signs:
    """The signs that the numbers of a ball can have."""
    if not isinstance(value, flint.arb):
        return EVERY
    if value.is_zero():
        return ZERO
    if value >= 0:
        return POSITIVE if value > 0 else NONNEGATIVE
    if value <= 0:
        return NEGATIVE if value < 0 else NONPOSITIVE
    return EVERY


def balls(box: Box) -> dict[str, flint.arb]:
    return {name: interval(extent.lower, extent.upper) for name, extent in box.items()}


class Excluding:
    """Tells which boxes certainly hold no point at which all conditions hold."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        with precision(BITS):
            self._forms = [(Enclosure(c.function), c.signs) for c in conditions]

    def __call__(self, box: Box) -> bool:
        if not self._forms:
            return False
        inputs = balls(box)
        return any(not (signs_of_ball(f.value(inputs)) & signs) for f, signs in self._forms)


def signs_on(
    function: Expression,
    ranges: Mapping[str, Range],
    conditions: Sequence[Condition],
    most_boxes: int,
    wanted: Signs = frozenset(),
) -> Signs:
    """A set that holds every sign `function` takes where the conditions hold.

    Boxes are halved until each has one sign, until the signs leave `wanted` at a point (there is
    no use in going on), or until the effort is spent.
    """
    names = _names(function, conditions, ranges)
    domain = Domain({name: ranges[name] for name in names})
    found: Signs = frozenset()
    visited = 0
    is_excluded = Excluding(conditions)
    with precision(BITS):
        form = Enclosure(function)
        starts = list(islice(domain.boxes(), _MOST_STARTS + 1))
        if len(starts) > _MOST_STARTS:
            return EVERY
        stack = [(box, box) for box in reversed(starts)]
        while stack:
            box, whole = stack.pop()
            visited += 1
            signs = signs_of_ball(form.value(balls(box)))
            if signs <= found or is_excluded(box):
                continue
            spent = visited > most_boxes
            ended = spent or not box or is_narrow(box, whole)
            if len(signs) == 1 or signs <= wanted or (len(signs) == 2 and ended):
                found |= signs
                continue
            if ended:
                return EVERY
            if not conditions:
                for point in probes(box):
                    sign = sign_of_point(form, point)
                    found |= frozenset() if sign is None else frozenset({sign})
                if wanted and not found <= wanted:
                    return EVERY
            if found == EVERY:
                return EVERY
            stack.extend((half, whole) for half in halves(box))
    return found


def sign_of_point(form: Enclosure, point: Mapping[str, Fraction]) -> int | None:
    """The sign at a point, None where balls leave it open."""
    signs = signs_of_ball(form.value({n: interval(v, v) for n, v in point.items()}))
    return next(iter(signs)) if len(signs) == 1 else None


def is_empty(
    conditions: Sequence[Condition],
    ranges: Mapping[str, Range],
    most_boxes: int,
) -> bool:
    """Whether the conditions certainly hold together at no point of the ranges."""
    if not conditions:
        return False
    names = _names(None, conditions, ranges)
    domain = Domain({name: ranges[name] for name in names})
    visited = 0
    is_excluded = Excluding(conditions)
    with precision(BITS):
        stack = list(islice(domain.boxes(), _MOST_STARTS + 1))
        if len(stack) > _MOST_STARTS:
            return False
        while stack:
            box = stack.pop()
            visited += 1
            if is_excluded(box):
                continue
            if visited > most_boxes or not box:
                return False
            if len(stack) > _MOST_STARTS or all(not extent.width for extent in box.values()):
                return False
            stack.extend(halves(box))
    return True


def _names(
    function: Expression | None, conditions: Sequence[Condition], ranges: Mapping[str, Range]
) -> tuple[str, ...]:
    roots = [c.function for c in conditions] + ([] if function is None else [function])
    return tuple(name for name in variables(*roots) if name in ranges)
