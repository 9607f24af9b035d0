"""The network as it runs, in floating point, against its formula over the reals.

|computed − formula| ≤ |exact value of what is computed − formula| + rounding: the first is bounded by
algebra or by branch and bound, the second by running error analysis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
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
from ..searching.property import search
from ..verdict import Claim, Counterexample, Verdict
from .float_values import as_fraction
from .floating import arithmetic_of, as_it_runs
from .running_error import NoBound, rounding_bound

METHOD = "branch and bound, and running error analysis"
_MOST_BOXES = 1_000
_BITS = 128


@dataclass(frozen=True, slots=True)
class RunningErrors:
    """`bounded` where what runs stays within the tolerance of the right side, at every float input.

    `refuted` at floats where what is computed differs by more, however it rounds; `unknown` otherwise.
    The bound covers rounding in any order of sums and products; the verdict says what it assumes of
    library functions. The left side of the claim is the expression of the program.
    """

    only_at_length = True

    program: FloatProgram

    def attempt(self, claim: Claim, effort: Effort, known: Open) -> Verdict:
        kind = self.program.precision
        facts: dict[str, Any] = {
            "arithmetic": arithmetic_of(kind),
            "inputs": "float32" if kind is FLOAT32 else "float64",
        }
        if claim.tolerance.kind != "abs":
            reason = "rounding is bounded absolutely; give a tolerance as abs:SIZE"
            return Verdict.on(claim, "unknown", "none", reason=reason, **facts)
        finding = decide(claim, effort.operations)
        real, suspect = Fraction(0) if finding.outcome == "proved" else None, None
        if real is None:
            difference = bound_difference(claim, finding, Budget(effort.boxes, effort.operations))
            if difference is not None:
                real, suspect = difference.bound, difference.suspect
        bound, reason = self._bound(claim, real)
        if bound is not None and bound <= claim.tolerance.size:
            shown = decimal(bound, claim.tolerance.size)
            return Verdict.on(claim, "bounded", METHOD, bound=shown, **facts)
        for point in _suspects(claim, suspect, effort):
            found = self._counterexample(claim, self._as_floats(claim, point))
            if found is not None:
                facts |= {"counterexample": found, "reason": found.reason}
                return Verdict.on(claim, "refuted", METHOD, **facts)
        return Verdict.on(claim, "unknown", METHOD, reason=reason, **facts)

    def _bound(self, claim: Claim, real: Fraction | None) -> tuple[Fraction | None, str]:
        """A bound on the difference, rounding included, and what is to be said where it is no good."""
        if real is None:
            return None, "no bound on the difference before rounding was found"
        found = as_it_runs(self.program, claim.domain, real, _MOST_BOXES)
        if found.bound is None:
            return None, f"no bound on the rounding was found: {found.reason}"
        return found.bound, f"the bound {decimal(found.bound)} is larger than the tolerance"

    def _as_floats(self, claim: Claim, point: Point) -> Point:
        """The floats of the program's precision next to a point, where they lie in the domain."""
        kind: Any = np.float32 if self.program.precision is FLOAT32 else np.float64
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

    def _counterexample(self, claim: Claim, point: Point) -> Counterexample | None:
        """The point, if what is computed there differs by more than the tolerance, however it rounds."""
        holds = self.program.precision.holds
        used = {name: point[name] for name in variables(self.program.expression)}
        if not all(map(holds, point.values())):
            return None
        rounding = rounding_bound(self.program, {n: Interval(v, v) for n, v in used.items()})
        if isinstance(rounding, NoBound):
            return None
        with precision(_BITS):
            at = {name: ball(value) for name, value in point.items()}
            left, right = (enclose(side, at) for side in (self.program.expression, claim.right))
            computed = left + rounding * flint.arb(0, 1)
            gap = abs(computed - right)
            if not gap > ball(claim.tolerance.size):
                return None
            least = as_fraction(gap.abs_lower())
            shown = f"what is computed differs by at least {decimal_below(least)}"
            reason = f"{shown} (tolerance {claim.tolerance})"
            return Counterexample(point, str(computed), str(right), reason, "balls")


def _suspects(claim: Claim, suspect: Point | None, effort: Effort) -> Iterator[Point]:
    """Points at which the sides may differ by more than the tolerance."""
    if suspect is not None:
        yield suspect
    found = search(claim, effort.examples, effort.seed, effort.operations).failure
    if isinstance(found, Counterexample):
        yield found.point
