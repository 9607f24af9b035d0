"""Roots in roots: an input is written by the inner root, and the outer one may then be taken.

√(x + 2√(x − 1)) with x = t² + 1 and t = √(x − 1) ≥ 0 is √((t + 1)²) = t + 1.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import isqrt

from ...expression import Variable
from ...expression.build import power, product, rational, total
from ...expression.rational_values import rational_root
from ...ranges import Interval, Range
from .case import Case
from .field import Field, Slot
from .region import Region
from .residues import fresh
from .signs import NONNEGATIVE

_HIGHEST_ROOT = 12
_SCALE = 2**20


def by_inner_root(case: Case, region: Region) -> Case | None:
    """The case with an input written by a root of it that stands in another root."""
    field = region.field
    for place in range(field.taken):
        slot = field.slot_at(place)
        if slot.kind != "power" or slot.base is None or not _is_inside(field, place):
            continue
        linear = field.ring.linear(slot.base)
        degree = slot.scale.denominator
        if linear is None or len(linear[0]) != 1 or not 1 < degree <= _HIGHEST_ROOT:
            continue
        ((name, slope),) = linear[0].items()
        if name in case.made or name in case.integers:
            continue
        if region.atom_signs(slot.base) <= NONNEGATIVE:
            return _written(case, name, slope, linear[1], degree)
    return None


def _is_inside(field: Field, place: int) -> bool:
    """Whether a slot occurs in the base of another root."""
    column = field.ring.slots - 1 - place
    others = (field.slot_at(other) for other in range(field.taken) if other != place)
    return any(_has(slot, column) for slot in others)


def _has(slot: Slot, column: int) -> bool:
    return slot.kind == "power" and slot.base is not None and bool(slot.base.degrees()[column])


def _written(case: Case, name: str, slope: Fraction, offset: Fraction, degree: int) -> Case:
    """With t = (slope·x + offset)^(1/degree)."""
    root = fresh(case, name, "root")
    hull = case.ranges[name].hull
    ends = sorted(max(Fraction(0), slope * end + offset) for end in (hull.lower, hull.upper))
    extent = Range((Interval(_root(ends[0], degree, up=False), _root(ends[1], degree, up=True)),))
    value = total(
        [
            product([rational(1 / slope), power(Variable(root), rational(degree))]),
            rational(-offset / slope),
        ]
    )
    made = replace(case, ranges={**case.ranges, root: extent}, made=case.made | {root})
    return made.with_input(name, value)


def _root(value: Fraction, degree: int, *, up: bool) -> Fraction:
    """A root where it is rational; else a rational below or above it, close to a square root."""
    exact = rational_root(value, degree)
    if exact is not None:
        return exact
    if degree == 2:
        return Fraction(isqrt(value.numerator * _SCALE**2 // value.denominator) + up, _SCALE)
    return max(Fraction(1), value) if up else Fraction(0)
