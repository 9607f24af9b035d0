"""Exact algebra: the only method that may say `proved`.

Both sides are brought to normal forms in a field of quotients of polynomials in the inputs and
in functions of them (`field.py`, `functions.py`), case by case where a form depends on a sign
(`cases.py`). Equal normal forms are equal functions wherever both sides are defined; that they
are defined throughout the domain is shown by signs, exactly or in ball enclosures with subdivision
(`definedness.py`). Both together are a proof; neither alone is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ...clock import limited
from ...errors import NoTruthValue
from ...expression import sort_of
from ...expression.build import rational
from ..domain import Domain, Point
from ..effort import OPERATIONS
from ..verdict import Claim
from .bracket import Bracket
from .case import Case
from .cases import Solved, cases
from .cover import Breach, find_breach
from .definedness import Unmet
from .quotients import OutsideMethod
from .signs import NONZERO
from .suspects import generic_points, sample_points, vertex

Outcome = Literal["proved", "differs", "pole", "silent"]
# A sixteenth of each limit loses no proof of benchmarks/algebra_limits.py, and saves no time.
_MOST_DIFFERING = 12
_HUNTING, _SHARE_OF_HUNTING = (
    60_000,
    8,
)  # operations, 0.3 s, and an eighth of all where that is less


@dataclass(frozen=True, slots=True)
class Finding(NoTruthValue):
    """What algebra can say of a claim.

    `proved`; `differs` (the two are different functions); `pole` (undefined somewhere in the
    domain); or `silent`. `suspects` are points worth judging, `brackets` pairs of points around
    one. `pieces` are the cases in which
    the sides differ, or none where the method did not reach; `defined` says that both sides are
    certainly defined throughout the domain, `alike` that they are defined at the same points of it and
    equal there. `cases` are all that were gone through, which cover the domain
    of a claim that is proved.
    """

    _ask = "finding.outcome == 'proved'"

    outcome: Outcome
    reason: str | None = None
    suspects: tuple[Point, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    pieces: tuple[Solved, ...] | None = None
    defined: bool = False
    alike: bool = False
    cases: tuple[Case, ...] = ()
    rational: bool = True

    @property
    def method(self) -> str:
        """What a proof rests on."""
        if self.rational and len(self.cases) == 1:
            return "exact algebra: rational normal forms"
        several = f" of {len(self.cases)} cases" if len(self.cases) > 1 else ""
        return f"exact algebra: normal forms{several}"


NOTHING_FOUND = Finding("silent")


def decide(claim: Claim, operations: int = OPERATIONS) -> Finding:
    """Prove a claim over its whole domain, or say what stands in the way."""
    if claim.where_defined and claim.left is claim.right:
        return Finding("proved", alike=True, cases=(Case.whole(claim),), rational=False)
    seen: list[Solved] = []
    suspects: list[Point] = []
    stopped: str | None = f"{operations:,} operations did not suffice for the normal form"
    with limited(operations):
        stopped = _stopped(claim, seen, suspects, min(_HUNTING, operations // _SHARE_OF_HUNTING))
    unmet = [solved.unmet for solved in seen if solved.unmet is not None]
    differing = tuple(solved for solved in seen if not solved.agrees)
    exact = claim.tolerance.kind == "exact"
    alike = stopped is None and all(solved.alike for solved in seen)
    outcome: Outcome = "silent"
    reason = stopped
    if claim.where_defined and alike:
        outcome = "proved"
    elif stopped is None and unmet:
        # Where a side may be undefined, its normal form need not be its function.
        worst = max(unmet, key=lambda u: u.is_certain)
        reason = (replace(worst, is_certain=False) if claim.domain.integers else worst).reason
        # Where a side has no value, it does not differ from the other one.
        apart = any(s.unmet is None or not s.unmet.is_certain for s in differing)
        if worst.is_certain and not (
            (apart and exact) or claim.where_defined or claim.domain.integers
        ):
            outcome = "pole"
    elif stopped is None:
        outcome = "differs" if all(map(_tells, differing)) else "silent"
        reason = _reason(differing[0]) if differing else None
        if not differing:
            outcome = "proved"
    return Finding(
        outcome,
        reason,
        tuple(point for point in suspects if point in claim.domain),
        _brackets(claim, unmet),
        differing if stopped is None else None,
        stopped is None and not unmet,
        alike,
        tuple(solved.case for solved in seen),
        not any(solved.forms.field.has_functions for solved in seen),
    )


def _stopped(claim: Claim, seen: list[Solved], suspects: list[Point], hunting: int) -> str | None:
    """Go through the cases of a claim; the reason where the method does not reach all.

    A point in a case where the sides differ is hunted for with so many operations.
    """
    equation = claim.tolerance.kind == "exact" and sort_of(claim.left) == "real"
    left = _MOST_DIFFERING if equation else None
    try:
        for solved in cases(claim):
            seen.append(solved)
            suspects.extend(solved.unmet.suspects if solved.unmet is not None else ())
            if not solved.agrees:
                suspects.extend(solved.case.points(_differing_points(solved, hunting)))
                left = left and (0 if _tells(solved) else left - 1)
            if left == 0:
                break
    except OutsideMethod as outside:
        return str(outside)
    return None


def _brackets(claim: Claim, unmet: list[Unmet]) -> tuple[Bracket, ...]:
    """Pairs of points around one at which a side is undefined; no way leads from one integer to another."""
    if claim.domain.integers:
        return ()
    return tuple(bracket for found in unmet for bracket in found.brackets)


def _tells(solved: Solved) -> bool:
    """Whether different normal forms are different functions: rational ones, on all of the domain."""
    special = solved.forms.field.has_functions or solved.case.conditions
    return not special and not isinstance(solved.left, bool)


def _reason(solved: Solved) -> str:
    if _tells(solved):
        return "the two sides are different rational functions"
    return "the normal forms of the two sides differ"


def _differing_points(solved: Solved, hunting: int) -> Iterator[Point]:
    """Points of a case at which its sides most likely differ."""
    case, region = solved.case, solved.forms.region
    domain = Domain(case.ranges)
    yield from generic_points(domain)
    yield from sample_points(domain, most=4)
    parts = (part for form in region.seen for part in (form.top, form.bottom))
    yield from filter(None, (vertex(region.field.ring, part) for part in parts))
    inside: Breach | None = None
    if case.conditions:
        with limited(hunting):
            inside = find_breach(rational(0), NONZERO, case.ranges, case.conditions)
    if inside is not None and inside.is_certain:
        yield inside.point
