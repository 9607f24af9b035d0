"""Sets of signs, conditions on signs, and the signs of enclosures.

A set of signs may be too large, never too small, and a box is excluded only where it certainly holds no
point that meets the conditions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import flint

from ...expression import Expression
from ...expression.ball import BallValue, interval, precision
from ...expression.slopes import Enclosure
from ..domain import Box

Signs: TypeAlias = frozenset[int]
NEGATIVE, ZERO, POSITIVE = frozenset({-1}), frozenset({0}), frozenset({1})
NONNEGATIVE, NONPOSITIVE, NONZERO = POSITIVE | ZERO, NEGATIVE | ZERO, POSITIVE | NEGATIVE
EVERY = NEGATIVE | ZERO | POSITIVE
BITS = 128


@dataclass(frozen=True, slots=True)
class SignCondition:
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

    def __init__(self, conditions: Sequence[SignCondition]) -> None:
        with precision(BITS):
            self._forms = [(Enclosure(c.function), c.signs) for c in conditions]

    def __call__(self, box: Box) -> bool:
        if not self._forms:
            return False
        inputs = balls(box)
        return any(not (signs_of_ball(f.value(inputs)) & signs) for f, signs in self._forms)

    def meets(self, point: Mapping[str, Fraction]) -> bool:
        """Whether all conditions certainly hold at a point."""
        return all(sign_of_point(form, point) in signs for form, signs in self._forms)


def sign_of_point(form: Enclosure, point: Mapping[str, Fraction]) -> int | None:
    """The sign at a point, None where balls leave it open."""
    signs = signs_of_ball(form.value({n: interval(v, v) for n, v in point.items()}))
    return next(iter(signs)) if len(signs) == 1 else None
