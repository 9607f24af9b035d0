"""Check a claim: a list of provers, each of which settles it or leaves it to the next.

They are asked twice, briefly and then with all of the effort: what one of them settles at once does not
wait until those before it have tried everything. A bound is looked for a little longer in between, since
exact algebra rarely settles a claim with a tolerance.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import replace

from ..clock import move_on_after
from ..rationals import spell
from .domain import Point
from .effort import Effort, late
from .prover import ClaimProver, Open
from .provers import PROVERS
from .verdict import Claim, Verdict

CONFIDENCE = 0.95


def check(
    claim: Claim, effort: Effort | None = None, provers: Iterable[ClaimProver] | None = None
) -> Verdict:
    """The strongest verdict that nalmx can support for a claim.

    `proved` comes from exact algebra and signs on boxes, `refuted` from a replayed point alone, `tested` from
    points at which nothing was found; what none of the provers settles is `unknown`.
    """
    start = time.perf_counter()
    effort = effort or Effort()
    provers = _provers_of(claim) if provers is None else tuple(provers)
    found: Verdict | Open = Open()
    in_time = False
    with move_on_after(effort.seconds):
        for prover, allowed in (
            *((prover, effort.briefly) for prover in provers if not _only_at_length(prover)),
            *((prover, effort.between) for prover in provers if _bounds(prover, claim)),
            *((prover, effort) for prover in provers),
        ):
            assert isinstance(found, Open)
            found = prover.attempt(claim, allowed, found)
            if isinstance(found, Verdict) or found.is_final:
                break
        in_time = True
    if isinstance(found, Open):
        in_time &= found.in_time
        found = _concluded(claim, found, None if in_time else late(effort.seconds))
    return replace(found, seconds=time.perf_counter() - start)


def _provers_of(claim: Claim) -> tuple[ClaimProver, ...]:
    if claim.arithmetic is None:
        return PROVERS
    from .rounding.as_it_runs import RunningErrors

    return (RunningErrors(),)


def _only_at_length(prover: ClaimProver) -> bool:
    """Whether a brief attempt of a prover is of no use, or its verdict would be final."""
    return getattr(prover, "only_at_length", False)


def _bounds(prover: ClaimProver, claim: Claim) -> bool:
    """Whether a prover bounds what a claim leaves a tolerance for."""
    return claim.tolerance.kind != "exact" and getattr(prover, "bounds", False)


def out_of_time(claim: Claim, seconds: float) -> Verdict:
    """The verdict where nothing was established in time."""
    return Verdict.on(claim, "unknown", "none", reason=late(seconds), seconds=seconds)


def _concluded(claim: Claim, known: Open, ended: str | None) -> Verdict:
    """What can be said of a claim that is left open: `tested` at points, or why it is unknown."""
    finding, swept = known.finding, known.swept
    if known.blocked is not None or finding.outcome == "pole":
        method = "exact algebra and Hypothesis search"
        reason = finding.reason
        if known.blocked is not None:
            reason = f"{known.blocked.reason} at {show(known.blocked.point)}"
        if finding.alike:
            reason = (
                f"{reason}; that the sides are defined at the same points, and equal there, is "
            )
            reason += "proved with --where-defined"
    elif finding.outcome == "differs" and claim.tolerance.kind == "exact":
        method, reason = "exact algebra", finding.reason
    elif known.left_open:
        method = "Hypothesis search and sweep"
        reason = f"{known.left_open} of the points tried could not be decided"
    elif not known.points:
        method, reason = "none", "no point of the domain could be tried"
    else:
        return Verdict.on(
            claim,
            "tested",
            "Hypothesis search and float64 sweep" if swept else "Hypothesis search",
            reason="; ".join(filter(None, (f"not proved: {finding.reason}", ended))),
            points=known.points,
            violating_fraction_below=clopper_pearson_limit(swept) if swept else None,
        )
    if ended is not None:
        method, reason = "none", ended
    return Verdict.on(claim, "unknown", method, reason=reason)


def clopper_pearson_limit(points: int, confidence: float = CONFIDENCE) -> float:
    """The exact binomial upper limit on a failure rate after `points` trials without a failure.

    1 − (α/2)^(1/n), the upper end of the two-sided Clopper–Pearson interval for 0 of n.
    """
    return -math.expm1(math.log((1 - confidence) / 2) / points)


def show(point: Point) -> str:
    """A point on one line: `x1 = 2, x2 = 1/3`."""
    return ", ".join(f"{name} = {spell(value)}" for name, value in point.items()) or "every point"
