"""Hypothesis search: try a claim at points chosen to break it, and shrink what breaks it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import hypothesis
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import NoSuchExample

from ..ranges import Interval, Range
from .domain import Domain, Point
from .verdict import Claim, Counterexample
from .witness import Blocked, judge


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found: a shrunk failure or none, and how many points it judged."""

    failure: Counterexample | Blocked | None
    points: int
    left_open: int


def search(claim: Claim, examples: int = 500, seed: int = 0) -> Searched:
    """Judge a claim at `examples` points; a failing one is shrunk to a simple one."""
    tried: set[tuple[Fraction, ...]] = set()
    left_open = 0

    def fails(kind: type[object]) -> Callable[[Point], bool]:
        def check(point: Point) -> bool:
            nonlocal left_open
            judgement = judge(claim, point)
            key = tuple(point.values())
            if key not in tried:
                tried.add(key)
                left_open += judgement == "open"
            return isinstance(judgement, kind)

        return check

    for kind in (Counterexample, Blocked):
        point = _find(points(claim.domain), fails(kind), examples, seed)
        if point is not None:
            judgement = judge(claim, point)
            assert isinstance(judgement, Counterexample | Blocked)
            return Searched(judgement, len(tried) - left_open, left_open)
    return Searched(None, len(tried) - left_open, left_open)


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
    with tempfile.TemporaryDirectory(prefix="nalmx-hypothesis-") as home:
        set_hypothesis_home_dir(home)
        try:
            return hypothesis.find(strategy, fails, settings=options, random=Random(seed))
        except NoSuchExample:
            return None
        finally:
            set_hypothesis_home_dir(None)


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
