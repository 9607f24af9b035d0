"""Hypothesis search: try a claim at points chosen to break it, and shrink what breaks it."""

from __future__ import annotations

import time
from collections.abc import Callable
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


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found: a shrunk failure or none, and how many points it judged."""

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
            failure = found
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
    return st.fixed_dictionaries(
        {name: _values(extent) for name, extent in domain.ranges.items()}
    ).flatmap(lambda point: _with_ties(domain, point))


def _values(extent: Range) -> st.SearchStrategy[Fraction]:
    return st.one_of([_within(interval) for interval in extent.intervals])


def _within(interval: Interval) -> st.SearchStrategy[Fraction]:
    lowest, highest = -(-interval.lower // 1), interval.upper // 1
    kinds: list[st.SearchStrategy[Fraction]] = []
    if lowest <= highest:
        kinds.append(st.integers(lowest, highest).map(Fraction))
    kinds.append(st.sampled_from((interval.lower, interval.upper, interval.middle)))
    kinds.append(
        st.fractions(interval.lower, interval.upper, max_denominator=1_000)
        if interval.width >= Fraction(1, 100)
        else st.integers(0, 1_000).map(
            lambda n: interval.lower + interval.width * Fraction(n, 1_000)
        )
    )
    floats = _floats(interval)
    if floats is not None:
        kinds.append(floats)
    return st.one_of(kinds)


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


def _with_ties(domain: Domain, point: Point) -> st.SearchStrategy[Point]:
    """The point as it is, or with one input set to the value of another, where that is allowed."""
    ties = [
        {**point, name: value}
        for name in point
        for other, value in point.items()
        if other != name and value != point[name] and value in domain.ranges[name]
    ][:16]
    return st.sampled_from([point, *ties]) if ties else st.just(point)
