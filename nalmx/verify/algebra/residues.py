"""Inputs as a whole multiple and a rest, so that floors of them have normal forms on wide ranges.

    x = q·m + t,   m whole, 0 ≤ t < q,   floor((p/q)·x + u) = p·m + floor((p/q)·t + u)

for a whole number q that the denominators of x in the arguments of all floors divide. Where x is a whole
number, t is one of 0, 1, …, q − 1, and each is a case.

Reference: Graham, Knuth, Patashnik (1994), Concrete mathematics, chapter 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import floor, lcm

import flint

from ...expression import Variable
from ...expression.build import negative, product, rational, total
from ...ranges import Interval, Range
from .case import Case
from .quotients import Polynomial, as_fraction
from .region import Region
from .signs import NEGATIVE, SignCondition

_MOST_REST, _MOST_VALUES = 64, 32


def by_residues(case: Case, region: Region) -> Iterator[Case]:
    """The cases of an input by its rest; none where no input is written so."""
    for name in case.ranges:
        period = _period(region, name)
        if period is None or (name in case.made and name not in case.integers):
            continue
        if name not in case.integers and region.has_wide_floors:
            yield _whole_and_rest(case, name, period)
            return
        if name in case.integers and period > 1:
            yield from _residues(case, name, period)
            return


def by_values(case: Case) -> Iterator[Case]:
    """The cases of an input that is one of few whole numbers; none where there is no such input."""
    for name in case.ranges:
        values = _few_values(case, name)
        if values:
            yield from (case.with_input(name, rational(value)) for value in values)
            return


def _few_values(case: Case, name: str) -> list[Fraction]:
    held = case.ranges[name].whole_numbers() if name in case.integers else None
    extents = () if held is None else held.intervals
    count = sum(int(extent.width) + 1 for extent in extents)
    if count > _MOST_VALUES:
        return []
    return [extent.lower + step for extent in extents for step in range(int(extent.width) + 1)]


def _period(region: Region, name: str) -> int | None:
    """What the denominators of an input divide; None where it does not occur so in a floor."""
    ring = region.field.ring
    if name not in ring.names:
        return None
    place = ring.slots + ring.names.index(name)
    period: int | None = None
    for argument in region.floors:
        for monomial, coefficient in _terms_with(argument, place):
            alone = not any(n for k, n in enumerate(monomial) if k != place)
            whole = alone and monomial[place] == 1
            names = {k - ring.slots for k, n in enumerate(monomial) if n}
            integral = all(k >= 0 and ring.names[k] in region.integers for k in names)
            if not (whole or integral):
                return None
            period = lcm(period or 1, as_fraction(coefficient).denominator)
    return period if period is not None and period <= _MOST_REST else None


def _terms_with(
    argument: Polynomial, place: int | None
) -> Iterator[tuple[tuple[int, ...], flint.fmpq]]:
    for monomial, coefficient in argument.terms():
        if monomial[place]:
            yield tuple(map(int, monomial)), coefficient


def _residues(case: Case, name: str, period: int) -> Iterator[Case]:
    whole = fresh(case, name, "quotient")
    for rest in range(period):
        value = total([product([rational(period), Variable(whole)]), rational(rest)])
        yield _with_whole(case, name, whole, period, Fraction(rest)).with_input(name, value)


def _whole_and_rest(case: Case, name: str, period: int) -> Case:
    whole, rest = (fresh(case, name, part) for part in ("quotient", "rest"))
    value = total([product([rational(period), Variable(whole)]), Variable(rest)])
    below = SignCondition(total([Variable(rest), negative(rational(period))]), NEGATIVE)
    made = _with_whole(case, name, whole, period, None).with_condition(below)
    extent = Range((Interval(Fraction(0), Fraction(period)),))
    made = replace(made, ranges={**made.ranges, rest: extent}, made=made.made | {rest})
    return made.with_input(name, value)


def _with_whole(case: Case, name: str, whole: str, period: int, rest: Fraction | None) -> Case:
    """The case with the whole number that an input is so many times of, beside a rest."""
    hull = case.ranges[name].hull
    shift = rest or Fraction(0)
    lower, upper = floor((hull.lower - shift) / period), floor((hull.upper - shift) / period)
    extent = Range((Interval(Fraction(lower), Fraction(upper)),))
    return replace(
        case,
        ranges={**case.ranges, whole: extent},
        integers=case.integers | {whole},
        made=case.made | {whole},
    )


def fresh(case: Case, name: str, part: str) -> str:
    """A name that no input has."""
    made = f"{name}_{part}"
    while made in case.ranges or made in case.bound:
        made += "_"
    return made
