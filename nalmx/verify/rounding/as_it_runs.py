"""What runs in floats against a function over the reals.

|computed − right| ≤ |left − right| + rounding, where left is what is computed without any rounding: the
first is bounded by algebra or by branch and bound, the second by an analysis of the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

import flint
import numpy as np

from ...expression import variables
from ...expression.ball import ball, enclose, precision
from ...expression.float_program import FLOAT32, FloatProgram
from ...ranges import Interval
from ..algebra.decision import decide
from ..bounding.bounds import bound_difference, decimal, decimal_below
from ..bounding.enclosure import Budget
from ..domain import Point
from ..effort import Effort
from ..prover import Open
from ..verdict import Claim, Counterexample, Verdict
from .at_floats import Seen, look_at, suspects
from .float_values import as_fraction
from .floating import Rounded, arithmetic_of, rounding_over, rounding_relative
from .running_error import NoBound, rounding_bound
from .written import arithmetic_as_written, is_same_function, written_program

METHOD = "branch and bound, and running error analysis"
AS_WRITTEN = "branch and bound on signed rounding errors"
_MOST_BOXES = 1_000
_TO_SHOW, _MOST_CORNERS = 60, 16
_BITS = 128


@dataclass(frozen=True, slots=True)
class RunningErrors:
    """`bounded` where what runs stays within the tolerance of the right side.

    `refuted` at a point where what is computed differs by more, however it rounds; `unknown` otherwise.
    Without a `program` it is the left side of the claim as it is written, in the arithmetic of the claim and
    at every real input; a program that was recorded speaks of every float input, and its bound covers sums
    and products in any order. The left side of the claim is the expression of the program.
    """

    only_at_length = True

    program: FloatProgram | None = None

    def attempt(self, claim: Claim, effort: Effort, known: Open) -> Verdict:
        program = self.program or written_program(claim)
        facts: dict[str, Any] = {"arithmetic": arithmetic_as_written(program)}
        method = AS_WRITTEN
        if not program.as_written:
            method, kind = METHOD, program.precision
            facts = {
                "arithmetic": arithmetic_of(kind),
                "inputs": "float32" if kind is FLOAT32 else "float64",
            }
        elif program.float_inputs:
            facts["inputs"] = program.precision.name
        if claim.tolerance.kind != "abs" and not program.as_written:
            reason = "rounding is bounded absolutely; give a tolerance as abs:SIZE"
            return Verdict.on(claim, "unknown", "none", reason=reason, **facts)
        real, suspect = _without_rounding(claim, effort)
        rounding = _rounding(program, claim, real, effort)
        bound = None
        if real is None:
            reason = "no bound on the difference before rounding was found"
        elif rounding.bound is None:
            reason = f"no bound on the rounding was found: {rounding.reason}"
        else:
            bound = real + rounding.bound
            reason = f"the bound {decimal(bound)} is larger than the tolerance"
            facts["boxes"] = rounding.boxes
        if program.as_written:
            seen = _seen(program, claim, rounding, suspect, effort)
        else:
            seen = _recorded(program, claim, suspect, effort)
        if seen.largest is not None and seen.failure is None:
            facts["largest_difference"] = decimal_below(seen.largest)
        if seen.failure is not None:
            facts = {**facts, "counterexample": seen.failure, "reason": seen.failure.reason}
            return Verdict.on(claim, "refuted", method, **facts)
        if bound is not None and bound <= claim.tolerance.size:
            shown = decimal(bound, claim.tolerance.size)
            return Verdict.on(claim, "bounded", method, bound=shown, **facts)
        return Verdict.on(claim, "unknown", method, reason=reason, **facts)

    def judged(self, claim: Claim, point: Point) -> Verdict:
        """`refuted` at one point of a claim about floats, or `unknown`."""
        program = written_program(claim)
        failure = look_at(program, claim, [point]).failure
        arithmetic = arithmetic_as_written(program)
        if failure is None:
            reason = "the claim does not fail there"
            return Verdict.on(claim, "unknown", "none", reason=reason, arithmetic=arithmetic)
        return Verdict.on(
            claim,
            "refuted",
            AS_WRITTEN,
            reason=failure.reason,
            counterexample=failure,
            arithmetic=arithmetic,
        )


def _without_rounding(claim: Claim, effort: Effort) -> tuple[Fraction | None, Point | None]:
    """A bound on |left − right| over the reals, or on its share of the right side, and where it is large."""
    if is_same_function(claim.left, claim.right):
        return Fraction(0), None  # defined wherever the rounding has a bound
    finding = decide(claim, effort.operations)
    if finding.outcome == "proved":
        return Fraction(0), None
    difference = bound_difference(claim, finding, Budget(effort.boxes, effort.operations))
    return (None, None) if difference is None else (difference.bound, difference.suspect)


def _rounding(
    program: FloatProgram, claim: Claim, real: Fraction | None, effort: Effort
) -> Rounded:
    if not program.as_written:
        return rounding_over(program, claim.domain, _MOST_BOXES)
    left = claim.tolerance.size - (real or 0)
    if claim.tolerance.kind == "rel":
        return rounding_relative(program, claim.right, claim.domain, left, effort.boxes)
    return rounding_over(program, claim.domain, effort.boxes, left)


def _seen(
    program: FloatProgram, claim: Claim, rounding: Rounded, suspect: Point | None, effort: Effort
) -> Seen:
    """What is computed at points of the boxes with the largest bounds, and where the sides differ most."""
    others = [] if suspect is None else [suspect]
    whole = list(islice(claim.domain.boxes(), _MOST_CORNERS))
    settled = rounding.bound is not None and rounding.bound <= claim.tolerance.size
    count = min(effort.examples, _TO_SHOW) if settled else effort.examples
    boxes = [*rounding.worst, *whole]
    points = suspects(claim, program.precision, boxes, others, count, effort.seed)
    return look_at(program, claim, points)


def _recorded(program: FloatProgram, claim: Claim, suspect: Point | None, effort: Effort) -> Seen:
    """A counterexample to what a recorded program computes, whatever the order of its sums is."""
    from ..searching.property import search

    found = search(claim, effort.examples, effort.seed, effort.operations).failure
    others = [] if suspect is None else [suspect]
    if isinstance(found, Counterexample):
        others.append(found.point)
    for point in others:
        failure = _fails(program, claim, _as_floats(program, claim, point))
        if failure is not None:
            return Seen(None, failure)
    return Seen()


def _as_floats(program: FloatProgram, claim: Claim, point: Point) -> Point:
    """The floats of the program's precision next to a point, where they lie in the domain."""
    kind: Any = np.float32 if program.precision is FLOAT32 else np.float64
    floats = {}
    for name, value in point.items():
        nearest = kind(float(value))
        beside = (
            nearest,
            np.nextafter(nearest, kind(-np.inf)),
            np.nextafter(nearest, kind(np.inf)),
        )
        exact = [Fraction(float(one)) for one in beside if np.isfinite(one)]
        floats[name] = next((one for one in exact if one in claim.domain.ranges[name]), value)
    return floats


def _fails(program: FloatProgram, claim: Claim, point: Point) -> Counterexample | None:
    """The point, if what is computed there differs by more than the tolerance, however it rounds."""
    holds = program.precision.holds
    used = {name: point[name] for name in variables(program.expression)}
    if not all(map(holds, point.values())):
        return None
    rounding = rounding_bound(program, {n: Interval(v, v) for n, v in used.items()})
    if isinstance(rounding, NoBound):
        return None
    with precision(_BITS):
        at = {name: ball(value) for name, value in point.items()}
        left, right = (enclose(side, at) for side in (program.expression, claim.right))
        computed = left + rounding * flint.arb(0, 1)
        gap = abs(computed - right)
        if not gap > ball(claim.tolerance.size):
            return None
        least = as_fraction(gap.abs_lower())
        reason = f"what is computed differs by at least {decimal_below(least)}"
        return Counterexample(point, str(computed), str(right), reason, "balls")
