"""The network as it runs, in floating point, against its formula over the reals.

|computed − formula| ≤ |exact value of what is computed − formula| + rounding: the first is bounded by
algebra or by branch and bound, the second by running error analysis.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...expression.float_program import FLOAT32, FloatProgram
from ..algebra.decision import decide
from ..bounding.bounds import bound_difference, decimal
from ..bounding.enclosure import Budget
from ..effort import Effort
from ..prover import Open
from ..verdict import Claim, Verdict
from .floating import arithmetic_of, as_it_runs

METHOD = "branch and bound, and running error analysis"
_MOST_BOXES = 1_000


@dataclass(frozen=True, slots=True)
class RunningErrors:
    """`bounded` where what runs stays within the tolerance of the right side, at every float input.

    `unknown` otherwise: a bound that is too large is no counterexample. The bound covers rounding
    in any order of sums and products; the verdict says what it assumes of library functions. The left
    side of the claim is the expression of the program.
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
        bound, reason = self._bound(claim, effort)
        if bound is None or bound > claim.tolerance.size:
            return Verdict.on(claim, "unknown", METHOD, reason=reason, **facts)
        shown = decimal(bound, claim.tolerance.size)
        return Verdict.on(claim, "bounded", METHOD, bound=shown, **facts)

    def _bound(self, claim: Claim, effort: Effort) -> tuple[Fraction | None, str]:
        """A bound on the difference, rounding included, and what is to be said where it is no good."""
        real = _exact_gap(claim, effort)
        if real is None:
            return None, "no bound on the difference before rounding was found"
        found = as_it_runs(self.program, claim.domain, real, _MOST_BOXES)
        if found.bound is None:
            return None, f"no bound on the rounding was found: {found.reason}"
        return found.bound, f"the bound {decimal(found.bound)} is larger than the tolerance"


def _exact_gap(claim: Claim, effort: Effort) -> Fraction | None:
    """A bound on the difference of the function that is computed, before rounding, and the formula."""
    finding = decide(claim, effort.operations)
    if finding.outcome == "proved":
        return Fraction(0)
    difference = bound_difference(claim, finding, Budget(effort.boxes, effort.operations))
    return None if difference is None else difference.bound
