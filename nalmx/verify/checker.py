"""Check a claim: proof first, then the search for a counterexample, then the sweep."""

from __future__ import annotations

import math
import time
from dataclasses import replace

from ..clock import deadline, move_on_after
from ..rationals import spell
from .algebra.decision import Finding, decide
from .bounding.bounds import METHOD, Difference, bound_difference, decimal, decimal_below
from .bounding.enclosure import Budget
from .domain import Point
from .effort import Effort
from .verdict import Claim, Counterexample, Verdict
from .witness import Blocked, Judgement, judge, judge_between

CONFIDENCE = 0.95
_MOST_BITS = 2_048
_SHARE_OF_THE_SWEEP = 0.8


def check(claim: Claim, effort: Effort | None = None) -> Verdict:
    """The strongest verdict that nalmx can support for a claim.

    `proved` comes from exact algebra alone, `refuted` from a replayed point alone, `tested` from
    points at which nothing was found; what none of them settles is `unknown`.
    """
    start = time.perf_counter()
    effort = effort or Effort()
    verdict = out_of_time(claim, effort.seconds)
    with move_on_after(effort.seconds):
        verdict = _check(claim, effort)
    return replace(verdict, seconds=time.perf_counter() - start)


def out_of_time(claim: Claim, seconds: float) -> Verdict:
    """The verdict where nothing was established in time."""
    reason = f"the time limit of {seconds:g} s was reached"
    return Verdict.on(claim, "unknown", "none", reason=reason, seconds=seconds)


def _share(most: float) -> float:
    """How long a part may take: half of the time that is left, so that the others have some."""
    return min(most, deadline().left / 2)


def _check(claim: Claim, effort: Effort) -> Verdict:
    finding = decide(claim, _share(5.0))
    if finding.outcome == "proved":
        return Verdict.on(claim, "proved", finding.method, bound="0")
    blocked: Blocked | None = None
    for point in finding.suspects:
        judgement = judge(claim, point, most_bits=_MOST_BITS)
        if isinstance(judgement, Counterexample):
            return _refuted(claim, judgement, "exact algebra")
        if isinstance(judgement, Blocked):
            blocked = blocked or judgement
    for bracket in finding.brackets:
        between = judge_between(claim, bracket)
        if between is not None:
            method = "exact algebra: a change of sign"
            return Verdict.on(
                claim, "refuted", method, reason=between.reason, counterexample=between
            )
    if blocked is None:
        verdict = _bounded(claim, finding)
        if verdict is not None:
            return verdict
    return _search_and_sweep(claim, effort, finding, blocked)


def _bounded(claim: Claim, finding: Finding) -> Verdict | None:
    """`bounded`, or `refuted` at a point that branch and bound led to; None for neither."""
    difference: Difference | None = None
    with move_on_after(_share(10.0)):
        difference = bound_difference(claim, finding, Budget(seconds=_share(5.0)))
    if difference is None:
        return None
    if difference.suspect is not None and difference.largest > claim.tolerance.size:
        judgement = judge(claim, difference.suspect)
        if isinstance(judgement, Counterexample):
            return _refuted(claim, judgement, METHOD)
    if difference.bound is None or not 0 <= difference.bound <= claim.tolerance.size:
        return None
    if claim.tolerance.kind == "exact":
        return None
    return Verdict.on(
        claim,
        "bounded",
        METHOD,
        bound=decimal(difference.bound, claim.tolerance.size),
        largest_difference=decimal_below(difference.largest),
        boxes=difference.boxes,
    )


def _search_and_sweep(
    claim: Claim, effort: Effort, finding: Finding, blocked: Blocked | None
) -> Verdict:
    from .searching.property import search

    searched = search(claim, effort.examples, effort.seed, _share(10.0))
    if isinstance(searched.failure, Counterexample):
        return _refuted(claim, searched.failure, "Hypothesis search")
    blocked = blocked or searched.failure
    if blocked is None and finding.outcome != "pole":
        return _sweep(claim, effort, finding, searched.points, searched.left_open)
    reason = finding.reason if blocked is None else f"{blocked.reason} at {show(blocked.point)}"
    return Verdict.on(claim, "unknown", "exact algebra and Hypothesis search", reason=reason)


def _sweep(claim: Claim, effort: Effort, finding: Finding, tried: int, left_open: int) -> Verdict:
    from .sweeping.sweep import sweep

    count = effort.points if claim.domain.has_width else 0
    seconds = _SHARE_OF_THE_SWEEP * deadline().left
    swept = sweep(claim, count, effort.device, effort.seed, seconds=seconds)
    for point in swept.suspects:
        judgement: Judgement = "open"
        with move_on_after(_share(10.0)):
            judgement = judge(claim, point)
        if isinstance(judgement, Counterexample):
            return _refuted(claim, judgement, "sweep")
        if isinstance(judgement, Blocked):
            reason = f"{judgement.reason} at {show(judgement.point)}"
            return Verdict.on(claim, "unknown", "sweep", reason=reason)
        left_open += judgement == "open"
    if finding.outcome == "differs" and claim.tolerance.kind == "exact":
        return Verdict.on(claim, "unknown", "exact algebra", reason=finding.reason)
    doubts = swept.left_over + left_open
    if doubts > 0:
        reason = f"{doubts} of the points tried could not be decided"
        return Verdict.on(claim, "unknown", "Hypothesis search and sweep", reason=reason)
    if tried + swept.points == 0:
        return Verdict.on(claim, "unknown", "none", reason="no point of the domain could be tried")
    return Verdict.on(
        claim,
        "tested",
        "Hypothesis search and float64 sweep" if swept.points else "Hypothesis search",
        reason=f"not proved: {finding.reason}",
        points=tried + swept.points,
        violating_fraction_below=clopper_pearson_limit(swept.points) if swept.points else None,
    )


def clopper_pearson_limit(points: int, confidence: float = CONFIDENCE) -> float:
    """The exact binomial upper limit on a failure rate after `points` trials without a failure.

    1 − (α/2)^(1/n), the upper end of the two-sided Clopper–Pearson interval for 0 of n.
    """
    return -math.expm1(math.log((1 - confidence) / 2) / points)


def show(point: Point) -> str:
    """A point on one line: `x1 = 2, x2 = 1/3`."""
    return ", ".join(f"{name} = {spell(value)}" for name, value in point.items()) or "every point"


def _refuted(claim: Claim, found: Counterexample, method: str) -> Verdict:
    from .searching.property import simplified

    example = simplified(claim, found)
    assert isinstance(example, Counterexample)
    return Verdict.on(claim, "refuted", method, reason=example.reason, counterexample=example)
