"""Judges claims at points with the oracle's values: which hold, which fail, which are surely false."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

from mpmath import iv

from .oracle import (
    Undecided,
    Undefined,
    absolute,
    ball,
    divisors,
    exact,
    less,
    names_of,
    negative,
    plus,
    sign_of,
    times,
    value,
)
from .statement import FalseClaim, Point, Stated

DIGITS = (40, 160, 640)
Ranges = dict[str, list[tuple[Fraction, Fraction]]]


def violated(stated: Stated, point: Point) -> bool | None:
    """Whether a claim fails at a point; None where neither side is defined or no precision tells."""
    for digits in DIGITS:
        iv.dps = digits
        try:
            return _violated(stated, point)
        except Undecided:
            continue
    return None


def agrees(stated: Stated, point: Point) -> bool:
    """Whether both sides are defined and within the tolerance, or equal to 40 digits."""
    if stated.tolerance != "0":
        return violated(stated, point) is False
    for digits in (60, 320):
        iv.dps = digits
        try:
            left, right = value(stated.left, point), value(stated.right, point)
        except Undefined:
            return False
        except Undecided:
            continue
        if isinstance(left, bool) or exact(left, right):
            return bool(left == right)
        left, right = ball(left), ball(right)
        if abs(left - right).b <= (abs(left) + 1).a / 10**40:
            return True
    return False


def certainly_false(claim: FalseClaim) -> bool:
    """Whether the witness of a false claim shows that it is false."""
    domain = ranges(claim)
    proper = all(low < high for parts in domain.values() for low, high in parts)
    if not proper or not contains(domain, claim.witness) or not _is_whole(claim, claim.witness):
        return False
    if not claim.divisor:
        return violated(claim, claim.witness) is True
    return claim.divisor in divisors(claim.left) and changes_sign(
        claim, claim.divisor, claim.witness, claim.beyond
    )


def confirmed(stated: Stated, point: Point, beyond: Point | None = None) -> bool:
    """Whether a counterexample is one: at a point, or on the way from a point to another.

    On the way, a divisor of one side alone changes its sign and is continuous.
    """
    if not beyond:
        inside = contains(ranges(stated), point) and _is_whole(stated, point)
        return inside and violated(stated, point) is True
    sides = divisors(stated.left), divisors(stated.right)
    return any(
        changes_sign(stated, divisor, point, beyond)
        for side, other in (sides, sides[::-1])
        for divisor in side
        if divisor not in other
    )


def _is_whole(stated: Stated, point: Point) -> bool:
    return all(point[name].denominator == 1 for name in stated.integers)


def changes_sign(stated: Stated, text: str, start: Point, end: Point) -> bool:
    """Whether a text is 0 somewhere between two points of one box of the domain."""
    domain = ranges(stated)
    if not (contains(domain, start) and contains(domain, end)):
        return False
    for name, intervals in domain.items():
        ends = start[name], end[name]
        if not any(low <= min(ends) and max(ends) <= high for low, high in intervals):
            return False
    iv.dps = DIGITS[1]
    hull = {
        name: iv.mpf([ball(min(start[name], end[name])).a, ball(max(start[name], end[name])).b])
        for name in start
    }
    try:
        value(text, hull)
        return sign_of(value(text, start)) * sign_of(value(text, end)) < 0
    except (Undecided, Undefined):
        return False


def _violated(stated: Stated, point: Point) -> bool | None:
    sides: list[Any] = []
    for text in (stated.left, stated.right):
        try:
            sides.append(value(text, point))
        except Undefined:
            sides.append(None)
    left, right = sides
    if left is None or right is None:
        return None if left is right else True
    if isinstance(left, bool):
        return left != right
    kind, _, size = stated.tolerance.partition(":")
    limit: Any = Fraction(size) if size else Fraction(0)
    if kind == "rel":
        limit = times(limit, absolute(right))
    return less(limit, absolute(plus(left, negative(right))))


def ranges(stated: Stated) -> Ranges:
    """The intervals of each input, read off the texts."""
    names = sorted(names_of(stated.left) | names_of(stated.right))
    named: dict[str, str] = dict.fromkeys(names, "")
    for text in stated.domain:
        name, equals, spelled = text.partition("=")
        if equals:
            named[name.strip()] = spelled
        else:
            named.update({other: text for other in names if not named[other]})
    return {name: _intervals(text) for name, text in named.items()}


def _intervals(text: str) -> list[tuple[Fraction, Fraction]]:
    found = re.findall(r"\[([^\[\],]+),([^\[\],]+)\]", text)
    return [(Fraction(low.strip()), Fraction(high.strip())) for low, high in found]


def contains(domain: Ranges, point: Point) -> bool:
    return set(domain) == set(point) and all(
        any(low <= point[name] <= high for low, high in intervals)
        for name, intervals in domain.items()
    )


def points(stated: Stated, count: int, seed: int = 0) -> Iterator[Point]:
    """Corners, middles and whole numbers of a domain, and random points near and far from its ends."""
    domain = ranges(stated)
    generator = random.Random(f"{seed}/{stated.name}")
    ends = [[end for interval in intervals for end in interval] for intervals in domain.values()]
    corners = product(*ends) if len(ends) <= 3 else [[e[0] for e in ends], [e[-1] for e in ends]]
    for corner in corners:
        yield dict(zip(domain, corner, strict=True))
    for _ in range(count):
        yield {name: _within(generator.choice(parts), generator) for name, parts in domain.items()}


def _within(interval: tuple[Fraction, Fraction], generator: random.Random) -> Fraction:
    low, high = interval
    match generator.randrange(6):
        case 0 if math.ceil(low) <= math.floor(high):
            return Fraction(generator.randint(math.ceil(low), math.floor(high)))
        case 1:
            part = Fraction(1, 10 ** generator.randint(2, 12))
            return low + (high - low) * generator.choice((part, 1 - part))
        case 2:
            return low + (high - low) * Fraction(generator.randint(0, 8), 8)
        case _:
            return low + (high - low) * Fraction(generator.randint(0, 10**6), 10**6)
