"""Test a claim about a Python function, of which nothing is known but its values at points."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import hypothesis
from hypothesis import Phase, settings
from hypothesis.errors import NoSuchExample

from ...clock import look, move_on_after
from ...expression import Apply, Expression, Number, sort_of
from ..domain import Point
from ..effort import Effort, late
from ..strategies import floats
from ..verdict import Claim, Counterexample, Verdict
from ..witness import judge
from .calling import Convention, Floats, NoValue, convention_of, show, value_of


def check_function(function: Any, claim: Claim, effort: Effort) -> tuple[Verdict, Floats | None]:
    """The verdict on `function` = `claim.right`, and the point behind it where it is not `tested`.

    Hypothesis chooses the points; each value is compared with the exact one of the formula there.
    Raises a `SettingError` where the function cannot be called with the inputs of the domain.
    """
    began = time.perf_counter()
    convention = convention_of(function, claim.domain, sort_of(claim.right), effort.seed)
    verdict, point = _tested(convention, claim, effort)
    return replace(verdict, seconds=time.perf_counter() - began), point


def _tested(convention: Convention, claim: Claim, effort: Effort) -> tuple[Verdict, Floats | None]:
    failures: dict[tuple[str, ...], tuple[Floats, Counterexample | str]] = {}
    tried: set[tuple[str, ...]] = set()
    simplest: Floats | None = None
    in_time = False

    def fails(point: dict[str, float]) -> bool:
        key = tuple(map(repr, point.values()))
        if key not in tried:
            look()
            found = _failure(convention, claim, point)
            tried.add(key)
            if found is not None:
                failures[key] = point, found
        return key in failures

    options = settings(
        max_examples=effort.examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
    )
    facts: dict[str, Any] = {"arithmetic": "float64"}
    method = "Hypothesis search over floats"
    with move_on_after(effort.seconds):
        strategy = floats(claim.domain, claim.right)
        with suppress(NoSuchExample):
            simplest = hypothesis.find(
                strategy, fails, settings=options, random=Random(effort.seed)
            )
        in_time = True
    if not failures:
        reason = "not proved: a function is known by its values alone"
        if not in_time:
            reason += f"; {late(effort.seconds)}"
        facts |= {"points": len(tried), "reason": reason}
        return Verdict.on(claim, "tested" if tried else "unknown", method, **facts), None
    # Where the time ran out, a failing point that was not made simple is a failing point.
    last = next(reversed(failures))
    simplest, failure = failures[last if simplest is None else tuple(map(repr, simplest.values()))]
    if isinstance(failure, str):
        return Verdict.on(claim, "unknown", method, reason=failure, **facts), simplest
    facts |= {"reason": failure.reason, "counterexample": failure}
    return Verdict.on(claim, "refuted", method, **facts), simplest


def _failure(convention: Convention, claim: Claim, floats: Floats) -> Counterexample | str | None:
    """What is wrong with a function at a point: a counterexample, why it is open, or nothing."""
    point = {name: Fraction(value) for name, value in floats.items()}
    try:
        left = value_of(convention, floats, sort_of(claim.right))
    except NoValue as problem:
        return _undefined(str(problem), claim, point, show(floats))
    judgement = judge(replace(claim, left=left), point)
    if judgement == "open":
        return f"the formula could not be decided at {show(floats)}"
    return judgement if isinstance(judgement, Counterexample) else None


def _undefined(problem: str, claim: Claim, point: Point, shown: str) -> Counterexample | str:
    """What it means that a function has no value: a violation where the formula has one."""
    other: Expression = Apply("add", (claim.right, Number(Fraction(1))))
    if sort_of(claim.right) == "truth":
        other = Apply("not", (claim.right,))
    judgement = judge(Claim(other, claim.right, claim.domain), point)
    if not isinstance(judgement, Counterexample):
        return f"the function {problem} at {shown}, and the formula is not defined or not decided there"
    reason = f"the function {problem} where the formula is defined"
    return replace(judgement, left=f"undefined ({problem})", reason=reason)
