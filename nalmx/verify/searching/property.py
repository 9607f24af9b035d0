"""Hypothesis search: try a claim at points chosen to break it, and simplify what breaks it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random

import flint
import hypothesis
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import NoSuchExample

from ...clock import deadline, look, move_on_after, until
from ...errors import NoTruthValue
from ...expression import IRRATIONAL, Expression, evaluate, to_text
from ...expression.ball import Ball, ball, enclose, precision
from ...ranges import Range
from ...rationals import parse_rational, spell
from ...storage import parse_json
from ..domain import Point
from ..strategies import points
from ..verdict import Claim, Counterexample
from ..witness import Blocked, Judgement, judge

_GREATEST_SCORE = 1e300


@dataclass(frozen=True, slots=True)
class Searched(NoTruthValue):
    """What a search found: a simple failure or none, and how many points it judged."""

    _ask = "searched.failure is None"

    failure: Counterexample | Blocked | None
    points: int
    left_open: int


def search(
    claim: Claim,
    examples: int = 500,
    seed: int = 0,
    seconds: float = 10.0,
    *,
    database: Path | None = None,
) -> Searched:
    """Judge a claim at up to `examples` points; a failing one is shrunk to a simple one.

    Where the claim has a tolerance, the search climbs towards points with a greater error. Points
    that come up after `seconds` are not judged. The same seed gives the same result.
    In `database`, a folder, failing points are kept, and tried first the next time.
    """
    kept = _Kept(claim, database) if database else None
    if kept is not None:
        found = _worst(kept.judged())
        if isinstance(found, Counterexample):
            return Searched(found, 1, 0)
    judged: dict[tuple[Fraction, ...], Judgement] = {}
    scores: dict[tuple[Fraction, ...], float] = {}
    end = deadline().within(seconds)

    def fails(kind: type[object]) -> Callable[[Point], bool]:
        def check(point: Point) -> bool:
            key = tuple(point.values())
            if key not in judged:
                look()
                judged[key] = judge(claim, point)
                if claim.tolerance.kind != "exact":
                    scores[key] = _score(claim, point)
            if key in scores:
                hypothesis.target(scores[key], label="error")
            return isinstance(judged[key], kind)

        return check

    failure: Counterexample | Blocked | None = None
    for kind in (Counterexample, Blocked):
        if kind is Blocked and not any(isinstance(j, Blocked) for j in judged.values()):
            break
        point: Point | None = None
        with until(end):
            strategy = points(claim.domain, claim.left, claim.right)
            point = _find(strategy, fails(kind), examples, seed)
        # Where the time ran out, a failing point that was not made simple is a failing point.
        failing = [j for j in judged.values() if isinstance(j, kind)]
        if failing:
            found = failing[-1] if point is None else judged[tuple(point.values())]
            assert isinstance(found, Counterexample | Blocked)
            failure = simplified(claim, found)
            break
    if kept is not None and failure is not None:
        kept.add(failure.point)
    left_open = sum(judgement == "open" for judgement in judged.values())
    return Searched(failure, len(judged) - left_open, left_open)


def _find(
    strategy: st.SearchStrategy[Point], fails: Callable[[Point], bool], examples: int, seed: int
) -> Point | None:
    """The simplest failing point found; `hypothesis.target` works in `fails`, as in a test."""
    options = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.target, Phase.shrink),
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
    )
    try:
        return hypothesis.find(strategy, fails, settings=options, random=Random(seed))
    except NoSuchExample:
        return None


class _Kept:
    """The failing points of one claim in an example database.

    Kept as points and not as Hypothesis's choices: a seeded Hypothesis search uses no database, and
    points outlive a change of the strategies.
    """

    def __init__(self, claim: Claim, folder: Path) -> None:
        self._claim = claim
        self._database = DirectoryBasedExampleDatabase(folder)
        sides = f"{to_text(claim.left)} = {to_text(claim.right)} within {claim.tolerance}"
        domain = json.dumps(claim.domain.to_json())
        self._key = hashlib.sha256(f"{sides}, {domain}".encode()).digest()

    def add(self, point: Point) -> None:
        texts = {name: spell(value) for name, value in point.items()}
        self._database.save(self._key, json.dumps(texts).encode())

    def judged(self) -> Iterator[Judgement]:
        """What each kept point comes to today; one that fails no longer is forgotten."""
        for saved in sorted(self._database.fetch(self._key)):
            point = self._read(saved)
            judgement = "agrees" if point is None else judge(self._claim, point)
            if judgement == "agrees":
                self._database.delete(self._key, saved)
            yield judgement

    def _read(self, saved: bytes) -> Point | None:
        try:
            texts = parse_json(saved)
            values = {name: parse_rational(texts[name]) for name in self._claim.domain.names}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        point = {name: value for name, value in values.items() if value is not None}
        return point if len(point) == len(values) and point in self._claim.domain else None


def _worst(judgements: Iterable[Judgement]) -> Judgement:
    """The first counterexample, if there is one."""
    for judgement in judgements:
        if isinstance(judgement, Counterexample):
            return judgement
    return "agrees"


def _score(claim: Claim, point: Point) -> float:
    """How far the sides are apart, relative to the right one for a relative tolerance."""
    with precision(64):
        left, right = _enclosed(claim.left, point), _enclosed(claim.right, point)
        if left is None or right is None:
            return 0.0
        gap = abs(left - right).upper()
        if claim.tolerance.kind == "rel":
            gap = gap / abs(right).upper()
        score = float(gap)
    return min(score, _GREATEST_SCORE) if score == score else 0.0


def _enclosed(side: Expression, point: Point) -> Ball | None:
    value = evaluate(side, point)
    if value is IRRATIONAL:
        enclosed = enclose(side, {name: ball(given) for name, given in point.items()})
        return enclosed if isinstance(enclosed, flint.arb) else None
    return ball(value) if isinstance(value, Fraction) else None


def simplified(
    claim: Claim, failure: Counterexample | Blocked, seconds: float = 5.0
) -> Counterexample | Blocked:
    """The same kind of failure at a point with simpler coordinates, where one is near at hand."""
    with move_on_after(seconds):
        for name, extent in claim.domain.ranges.items():
            for value in _simple_values(extent, failure.point[name]):
                look()
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
