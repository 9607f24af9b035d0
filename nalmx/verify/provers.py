"""The provers of claims over the reals, in the order in which a check asks them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from ..clock import deadline, limited, until
from ..expression import sort_of
from .algebra.decision import decide
from .bounding.bounds import METHOD, bound_difference, decimal, decimal_below
from .bounding.enclosure import Budget
from .effort import Effort
from .order.proof import METHOD as BY_SIGNS
from .order.proof import prove
from .order.statements import statements
from .prover import ClaimProver, Open, refuted
from .verdict import Claim, Counterexample, Level, Verdict
from .witness import Blocked, Judgement, judge, judge_between

_MOST_BITS = 2_048
_CLOSE = Fraction(101, 100)


class Algebra:
    """`proved`, with the finding as evidence; or `refuted` at a point that stands in the way."""

    def attempt(self, claim: Claim, effort: Effort, known: Open) -> Verdict | Open:
        finding = decide(claim, effort.operations)
        if finding.outcome == "proved":
            return Verdict.on(claim, "proved", finding.method, bound="0", evidence=finding)
        blocked: Blocked | None = None
        for point in finding.suspects:
            judgement = judge(claim, point, most_bits=_MOST_BITS)
            if isinstance(judgement, Counterexample):
                return refuted(claim, judgement, "exact algebra")
            if isinstance(judgement, Blocked):
                blocked = blocked or judgement
        for bracket in finding.brackets:
            between = judge_between(claim, bracket)
            if between is not None:
                method = "exact algebra: a change of sign"
                return Verdict.on(
                    claim, "refuted", method, reason=between.reason, counterexample=between
                )
        return replace(known, finding=finding, blocked=blocked)


class Bounds:
    """`bounded`, with the `Difference` and its boxes as evidence; or `refuted` at a point they lead to."""

    bounds = True

    def attempt(self, claim: Claim, effort: Effort, known: Open) -> Verdict | Open:
        if known.blocked is not None:
            return known
        difference = bound_difference(claim, known.finding, Budget(effort.boxes, effort.operations))
        if difference is None:
            return known
        if difference.suspect is not None and difference.largest > claim.tolerance.size:
            judgement = judge(claim, difference.suspect)
            if isinstance(judgement, Counterexample):
                return refuted(claim, judgement, METHOD)
        if claim.tolerance.kind == "exact" or difference.bound is None:
            return known
        if not 0 <= difference.bound <= claim.tolerance.size:
            return replace(known, is_close=difference.bound <= _CLOSE * claim.tolerance.size)
        return Verdict.on(
            claim,
            "bounded",
            METHOD,
            bound=decimal(difference.bound, claim.tolerance.size),
            largest_difference=decimal_below(difference.largest),
            boxes=difference.boxes,
            evidence=difference,
        )


class Order:
    """`proved` for conditions, with the `Proof` as evidence; or `refuted` at a point that it leads to.

    A tolerance is a pair of conditions: where branch and bound comes close to it, it may be attained.
    """

    def attempt(self, claim: Claim, effort: Effort, known: Open) -> Verdict | Open:
        if known.blocked is not None or not statements(claim):
            return known
        is_condition = sort_of(claim.left) == "truth"
        if not is_condition and not known.is_close:
            return known
        with limited(effort.operations):
            proof = prove(claim, known.finding, effort)
            if proof.parts:
                level: Level = "proved" if is_condition else "bounded"
                bound = "0" if is_condition else decimal(claim.tolerance.size, claim.tolerance.size)
                return Verdict.on(claim, level, BY_SIGNS, bound=bound, evidence=proof)
            for point in proof.suspects:
                judgement = judge(claim, point)
                if isinstance(judgement, Counterexample):
                    return refuted(claim, judgement, BY_SIGNS)
        return known


class Search:
    """`refuted` at a point that Hypothesis finds; it chooses points to break the claim."""

    def attempt(self, claim: Claim, effort: Effort, known: Open) -> Verdict | Open:
        from .searching.property import search

        found = search(claim, effort.examples, effort.seed, effort.operations)
        if isinstance(found.failure, Counterexample):
            return refuted(claim, found.failure, "Hypothesis search")
        return replace(
            known,
            blocked=known.blocked or found.failure,
            points=found.points,
            left_open=found.left_open,
            in_time=found.in_time,
        )


class Sweep:
    """`refuted` at one of the worst of many uniform points, which are judged exactly."""

    only_at_length = True

    def attempt(self, claim: Claim, effort: Effort, known: Open) -> Verdict | Open:
        from .sweeping.sweep import sweep

        if known.blocked is not None or known.finding.outcome == "pole":
            return known
        domain = claim.domain
        count = effort.points if domain.has_width and not domain.integers else 0
        swept = sweep(claim, count, effort.device, effort.seed)
        blocked: Blocked | None = None
        left_open = known.left_open + swept.left_over
        for point in swept.suspects:
            judgement: Judgement = "open"
            with until(deadline()):
                judgement = judge(claim, point)
            if isinstance(judgement, Counterexample):
                return refuted(claim, judgement, "sweep")
            if isinstance(judgement, Blocked):
                blocked = blocked or judgement
            left_open += judgement == "open"
        return replace(
            known,
            blocked=blocked,
            points=known.points + swept.points,
            swept=swept.points,
            left_open=left_open,
            in_time=known.in_time and swept.in_time,
        )


WITHOUT_POINTS: tuple[ClaimProver, ...] = (Algebra(), Bounds(), Order())
PROVERS: tuple[ClaimProver, ...] = (*WITHOUT_POINTS, Search(), Sweep())
