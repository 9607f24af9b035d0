"""Hypothesis search: try a claim at points chosen to break it, and simplify what breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import flint
import hypothesis
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from ...clock import deadline, limited, look, until
from ...errors import NoTruthValue
from ...expression import IRRATIONAL, Expression, evaluate
from ...expression.ball import Ball, ball, enclose, precision
from ..domain import Point
from ..effort import OPERATIONS
from ..strategies import points
from ..verdict import Claim, Counterexample
from ..witness import Blocked, Failure, Judgement, judge, simplified

_GREATEST_SCORE = 1e300


@dataclass(frozen=True, slots=True)
class Searched(NoTruthValue):
    """What a search found: a simple failure or none, and how many points it judged.

    `in_time` says that no clock cut it short.
    """

    _ask = "searched.failure is None"

    failure: Failure | None
    points: int
    left_open: int
    in_time: bool = True


def search(
    claim: Claim, examples: int = 500, seed: int = 0, operations: int = OPERATIONS
) -> Searched:
    """Judge a claim at up to `examples` points; a failing one is shrunk to a simple one.

    Where the claim has a tolerance, the search climbs towards points with a greater error. It ends when
    it has come to so many operations. The same seed gives the same result.
    """
    judged: dict[tuple[Fraction, ...], Judgement] = {}
    scores: dict[tuple[Fraction, ...], float] = {}

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

    failure: Failure | None = None
    in_time = True
    for kind in (Counterexample, Blocked):
        if kind is Blocked and not any(isinstance(j, Blocked) for j in judged.values()):
            break
        point: Point | None = None
        in_time = False
        with until(deadline()):
            with limited(operations):
                strategy = points(claim.domain, claim.left, claim.right)
                point = _find(strategy, fails(kind), examples, seed)
            in_time = True
        # Where the search was cut short, a failing point that was not made simple is a failing point.
        failing = [j for j in judged.values() if isinstance(j, kind)]
        if failing:
            found = failing[-1] if point is None else judged[tuple(point.values())]
            assert isinstance(found, Counterexample | Blocked)
            failure = simplified(claim, found)
            break
    left_open = sum(judgement == "open" for judgement in judged.values())
    return Searched(failure, len(judged) - left_open, left_open, in_time)


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
