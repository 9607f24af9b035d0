"""The network as it runs, in floating point, against its formula over the reals.

|computed − formula| ≤ |exact value of what is computed − formula| + rounding: the first is bounded by
algebra or by branch and bound, the second by running error analysis.
"""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction

from ...expression import Expression
from ...expression.float_program import FLOAT32, FloatProgram
from ..algebra.decision import decide
from ..bounding.bounds import bound_difference, decimal
from ..bounding.enclosure import Budget
from ..domain import Domain
from ..verdict import Claim, Tolerance, Verdict
from .floating import arithmetic_of, as_it_runs

METHOD = "branch and bound, and running error analysis"
_SECONDS = 5.0
_MOST_BOXES = 1_000


def check_as_it_runs(
    program: FloatProgram,
    formula: Expression,
    domain: Domain,
    tolerance: Tolerance,
    seconds: float = _SECONDS,
) -> Verdict:
    """`bounded` where what runs stays within the tolerance of the formula, at every float input.

    `unknown` otherwise: a bound that is too large is no counterexample. The bound covers rounding
    in any order of sums and products; the verdict says what it assumes of library functions.
    """
    start = time.perf_counter()
    verdict = _check(program, formula, domain, tolerance, seconds)
    return replace(
        verdict,
        arithmetic=arithmetic_of(program.precision),
        inputs="float32" if program.precision is FLOAT32 else "float64",
        seconds=time.perf_counter() - start,
    )


def _check(
    program: FloatProgram,
    formula: Expression,
    domain: Domain,
    tolerance: Tolerance,
    seconds: float,
) -> Verdict:
    claim = Claim(program.expression, formula, domain, tolerance)
    if tolerance.kind != "abs":
        reason = "rounding is bounded absolutely; give a tolerance as abs:SIZE"
        return Verdict.on(claim, "unknown", "none", reason=reason)
    real = _exact_gap(claim, seconds)
    if real is None:
        reason = "no bound on the difference before rounding was found"
        return Verdict.on(claim, "unknown", METHOD, reason=reason)
    found = as_it_runs(program, domain, real, time.monotonic() + seconds, _MOST_BOXES)
    if found.bound is None:
        reason = f"no bound on the rounding was found: {found.reason}"
        return Verdict.on(claim, "unknown", METHOD, reason=reason)
    if found.bound > tolerance.size:
        reason = f"the bound {decimal(found.bound)} is larger than the tolerance"
        return Verdict.on(claim, "unknown", METHOD, reason=reason)
    return Verdict.on(claim, "bounded", METHOD, bound=decimal(found.bound, tolerance.size))


def _exact_gap(claim: Claim, seconds: float) -> Fraction | None:
    """A bound on the difference of the function that is computed, before rounding, and the formula."""
    finding = decide(claim, seconds)
    if finding.outcome == "proved":
        return Fraction(0)
    difference = bound_difference(claim, finding, Budget(seconds=seconds))
    return None if difference is None else difference.bound
