"""Inverse tangents: values that are parts of π, and sums of angles that are equal.

A sum D of inverse tangents, whose rational factors have the common denominator N, and of other terms is a
multiple of π/N wherever sin(N·D) is 0, which its normal form tells. If it lies between −π/N and π/N on all
of the case, as enclosures of its terms show, it is 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

import flint

from ...expression import Apply, Expression, variables
from ...expression.ball import Ball, enclose, precision
from ...expression.slopes import Enclosure
from .cover import Cover
from .field import Slot
from .functions import raised
from .quotients import Quotient, as_fraction, key
from .region import Region
from .signs import (
    BITS,
    NONNEGATIVE,
    NONPOSITIVE,
    SignCondition,
    balls,
    product,
    signs_of_ball,
)
from .waves import MOST_WAVES, Pair, by_half_angles, cosine_and_sine, twelfths

_BOXES, _MOST_OTHERS = 400, 8


def arctangent(region: Region, x: Quotient, double: Pair | None = None) -> Quotient:
    """atan x: a part of π where that is known, else a slot, of an argument that begins with a plus sign.

    `double` has cos(2·atan x) and sin(2·atan x), where they are known.
    """
    field, ring = region.field, region.field.ring
    x = field.reduced(x)
    if x.top.is_zero():
        return x
    if x.top.leading_coefficient() < 0:
        turned = None if double is None else (double[0], ring.negative(double[1]))
        return ring.negative(arctangent(region, ring.negative(x), turned))
    part = _part_of_pi(region, x)
    if part is not None:
        return ring.scaled(ring.whole(field.pi()), part)
    made = Slot("atan", Apply("atan", (field.tree_of(x),)), argument=x, double=double)
    return ring.whole(field.slot(("atan", key(x.top), key(x.bottom)), made))


def arcsine(region: Region, x: Quotient) -> Quotient:
    """asin x = 2·atan(x/(1 + √(1 − x²))), of which the cosine is √(1 − x²) and the sine is x."""
    ring = region.field.ring
    square = by_half_angles(region, ring.minus(ring.number(1), ring.times(x, x)))
    cosine = raised(region, square, Fraction(1, 2))
    half = ring.times(x, ring.inverse(ring.plus(ring.number(1), cosine)))
    return ring.scaled(arctangent(region, half, (cosine, x)), 2)


def _part_of_pi(region: Region, x: Quotient) -> Fraction | None:
    """atan(x)/π where x is the tangent of a multiple of π/24: tan(θ/2) = sin θ/(1 + cos θ)."""
    tree = region.field.tree_of(x)
    if variables(tree):
        return None
    with precision(BITS):
        value = enclose(tree, {})
        if not isinstance(value, flint.arb):
            return None
        near = round(float((value.atan() * 24 / flint.arb.pi()).mid()))
    if not abs(near) < 12:
        return None
    ring = region.field.ring
    cosine, sine = twelfths(region, near % 24)
    tangent = ring.times(sine, ring.inverse(ring.plus(ring.number(1), cosine)))
    return Fraction(near, 24) if region.vanishes(ring.equal(x, tangent)) else None


def angles_cancel(
    region: Region, difference: Quotient, conditions: Sequence[SignCondition]
) -> bool:
    """Whether a sum of inverse tangents and of other terms is certainly 0."""
    field, ring = region.field, region.field.ring
    difference = field.reduced(difference)
    if not difference.bottom.is_constant():
        return False
    angles: list[tuple[Fraction, Slot]] = []
    rest = difference.top
    for monomial, coefficient in difference.top.terms():
        term = ring.monomial(tuple(map(int, monomial)))
        slot = field.slot_of(term)
        if slot is not None and slot.kind == "atan":
            angles.append((as_fraction(coefficient), slot))
            rest -= term * ring.constant(as_fraction(coefficient))
    whole = lcm(*(factor.denominator for factor, _ in angles)) if angles else 1
    few = sum(abs(factor * whole) for factor, _ in angles) <= MOST_WAVES
    if not angles or not few or len(rest) > _MOST_OTHERS:
        return False
    sine = cosine_and_sine(region, ring.scaled(difference, whole))[1]
    return region.vanishes(sine.top) and _lies_within(
        region, angles, field.tree(rest), whole, conditions
    )


def _lies_within(
    region: Region,
    terms: Sequence[tuple[Fraction, Slot]],
    rest: Expression,
    whole: int,
    conditions: Sequence[SignCondition],
) -> bool:
    """Whether a sum is between −π/whole and π/whole wherever it is defined."""
    functions = [rest, *(slot.expression for _, slot in terms)]
    cover = Cover(functions, region.ranges, conditions, _BOXES)
    if not cover.is_whole:
        return False
    with precision(BITS):
        angles, others = [(factor, _Angle(region, slot)) for factor, slot in terms], Enclosure(rest)
        for box in cover:
            inputs = balls(box)
            total = others.value(inputs)
            if not isinstance(total, flint.arb):
                total = flint.arb.pos_inf()
            for factor, angle in angles:
                ratio = flint.fmpq(factor.numerator, factor.denominator)
                total += angle.value(inputs) * flint.arb(ratio)
            fits = abs(total) < flint.arb.pi() / whole
            if not fits and not cover.excludes(box) and not cover.halve(box):
                return False
    return True


class _Angle:
    """The inverse tangent of a quotient, enclosed also where the quotient is beyond all bounds."""

    def __init__(self, region: Region, slot: Slot) -> None:
        field, ring, x = region.field, region.field.ring, slot.argument
        assert x is not None
        self._whole = Enclosure(field.tree_of(x))
        self._top = Enclosure(field.tree(x.top))
        self._below = region.signs_of(ring.whole(x.bottom))

    def value(self, inputs: Mapping[str, Ball]) -> Ball:
        value = self._whole.value(inputs)
        if isinstance(value, flint.arb):
            return value.atan()
        signs = product(signs_of_ball(self._top.value(inputs)), self._below)
        half = flint.arb.pi() / 2
        low = flint.arb(0) if signs <= NONNEGATIVE else -half
        return low.union(flint.arb(0) if signs <= NONPOSITIVE else half)
