"""Hypothesis search: try a claim at points chosen to break it, and simplify what breaks it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import hypothesis
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from ..ranges import Interval, Range
from .domain import Domain, Point
from .verdict import Claim, Counterexample
from .witness import Blocked, Judgement, judge

_DENOMINATORS = (2, 10, 360)


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found: a simple failure or none, and how many points it judged."""

    failure: Counterexample | Blocked | None
    points: int
    left_open: int


def search(claim: Claim, examples: int = 500, seed: int = 0, seconds: float = 10.0) -> Searched:
    """Judge a claim at up to `examples` points; a failing one is shrunk to a simple one.

    Points that come up after `seconds` are passed over and not counted.
    """
    judged: dict[tuple[Fraction, ...], Judgement] = {}
    deadline = time.monotonic() + seconds

    def fails(kind: type[object]) -> Callable[[Point], bool]:
        def check(point: Point) -> bool:
            key = tuple(point.values())
            if key not in judged:
                if time.monotonic() > deadline:
                    return False
                judged[key] = judge(claim, point)
            return isinstance(judged[key], kind)

        return check

    failure: Counterexample | Blocked | None = None
    for kind in (Counterexample, Blocked):
        if kind is Blocked and not any(isinstance(j, Blocked) for j in judged.values()):
            break
        point = _find(points(claim.domain), fails(kind), examples, seed)
        if point is not None:
            found = judged[tuple(point.values())]
            assert isinstance(found, Counterexample | Blocked)
            failure = simplified(claim, found)
            break
    left_open = sum(judgement == "open" for judgement in judged.values())
    return Searched(failure, len(judged) - left_open, left_open)


def _find(
    strategy: st.SearchStrategy[Point], fails: Callable[[Point], bool], examples: int, seed: int
) -> Point | None:
    options = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
    )
    try:
        return hypothesis.find(strategy, fails, settings=options, random=Random(seed))
    except NoSuchExample:
        return None


def points(domain: Domain) -> st.SearchStrategy[Point]:
    """Points of a domain as exact rationals, simple ones and awkward ones, ties included."""
    names = domain.names
    values = st.tuples(*(_values(extent) for extent in domain.ranges.values()))
    if len(names) < 2:
        return values.map(lambda chosen: dict(zip(names, chosen, strict=True)))
    place = st.integers(0, len(names) - 1)
    tie = st.none() | st.tuples(place, place)

    def named(drawn: tuple[tuple[Fraction, ...], tuple[int, int] | None]) -> Point:
        """The values by name, with one input set to the value of another where that is allowed."""
        chosen, tied = drawn
        point = dict(zip(names, chosen, strict=True))
        if tied is not None and chosen[tied[1]] in domain.ranges[names[tied[0]]]:
            point[names[tied[0]]] = chosen[tied[1]]
        return point

    return st.tuples(values, tie).map(named)


def _values(extent: Range) -> st.SearchStrategy[Fraction]:
    return st.one_of([_within(interval) for interval in extent.intervals])


def _within(interval: Interval) -> st.SearchStrategy[Fraction]:
    kinds = [_multiples(interval, 1)]
    kinds.append(st.sampled_from((interval.lower, interval.upper, interval.middle)))
    kinds += [_multiples(interval, denominator) for denominator in _DENOMINATORS]
    kinds.append(
        st.integers(0, 10_000).map(lambda n: interval.lower + interval.width * Fraction(n, 10_000))
    )
    kinds.append(_floats(interval))
    return st.one_of([kind for kind in kinds if kind is not None])


def _multiples(interval: Interval, denominator: int) -> st.SearchStrategy[Fraction] | None:
    """The multiples of 1/denominator in an interval, if there are any."""
    lowest, highest = -(-interval.lower * denominator // 1), interval.upper * denominator // 1
    if lowest > highest:
        return None
    return st.integers(lowest, highest).map(lambda n: Fraction(n, denominator))


def _floats(interval: Interval) -> st.SearchStrategy[Fraction] | None:
    """Float64 values as the exact rationals they are: tiny, huge and in between."""
    try:
        lower, upper = float(interval.lower), float(interval.upper)
    except OverflowError:
        return None
    if not lower < upper:
        return None
    return (
        st.floats(lower, upper, allow_nan=False, allow_infinity=False)
        .map(Fraction)
        .filter(lambda value: value in interval)
    )


def simplified(
    claim: Claim, failure: Counterexample | Blocked, seconds: float = 5.0
) -> Counterexample | Blocked:
    """The same kind of failure at a point with simpler coordinates, where one is near at hand."""
    deadline = time.monotonic() + seconds
    for name, extent in claim.domain.ranges.items():
        for value in _simple_values(extent, failure.point[name]):
            if time.monotonic() > deadline:
                return failure
            judgement = judge(claim, {**failure.point, name: value})
            if isinstance(judgement, type(failure)):
                failure = judgement
                break
    return failure


def _simple_values(extent: Range, value: Fraction) -> Iterator[Fraction]:
    """Values of a range from simple to `value`: small integers, then rounded decimals."""
    small = (Fraction(sign * n) for n in range(21) for sign in (1, -1))
    rounded = (round(value * 10**places) / Fraction(10**places) for places in range(17))
    for candidate in (*small, *rounded):
        if candidate == value:
            return
        if candidate in extent:
            yield candidate
