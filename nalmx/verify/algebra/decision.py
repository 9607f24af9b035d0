"""Exact algebra: the only method that may say `proved`.

Both sides are brought to normal forms in a field of quotients of polynomials in the inputs and
in functions of them (`field.py`, `functions.py`), case by case where a form depends on a sign
(`cases.py`). Equal normal forms are equal functions wherever both sides are defined; that they
are defined throughout the domain is shown by signs, exactly or in ball enclosures with subdivision
(`definedness.py`). Both together are a proof; neither alone is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from ...clock import limited
from ...errors import NoTruthValue
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
_MOST_DIFFERING = 12
_HUNTING = 60_000  # operations, 0.3 s


@dataclass(frozen=True, slots=True)
class Finding(NoTruthValue):
    """What algebra can say of a claim.

    `proved`; `differs` (the two are different functions); `pole` (undefined somewhere in the
    domain); or `silent`. `suspects` are points worth judging, `brackets` pairs of points around
    one. `pieces` are the cases in which
    the sides differ, or none where the method did not reach; `defined` says that both sides are
    certainly defined throughout the domain. `cases` are all that were gone through, which cover the domain
    of a claim that is proved.
    """

    _ask = "finding.outcome == 'proved'"

    outcome: Outcome
    reason: str | None = None
    suspects: tuple[Point, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    pieces: tuple[Solved, ...] | None = None
    defined: bool = False
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
    suspects: list[Point] = []
    brackets: list[Bracket] = []
    with limited(operations):
        return _decided(claim, suspects, brackets)
    return _silent(
        claim, f"{operations:,} operations did not suffice for the normal form", suspects, brackets
    )


def _decided(claim: Claim, suspects: list[Point], brackets: list[Bracket]) -> Finding:
    """The finding; suspects and brackets are left in the lists where the time runs out."""
    exact = claim.tolerance.kind == "exact"
    unmet: Unmet | None = None
    differing: list[Solved] = []
    visited: list[Case] = []
    rational = True
    try:
        for solved in cases(claim):
            visited.append(solved.case)
            rational &= not solved.forms.field.has_functions
            if solved.unmet is not None:
                unmet = solved.unmet if unmet is None or solved.unmet.is_certain else unmet
                suspects.extend(solved.unmet.suspects)
                brackets.extend(solved.unmet.brackets)
            if not solved.agrees:
                differing.append(solved)
                suspects.extend(_differing_points(solved, claim.domain))
                if exact and (_tells(solved) or len(differing) == _MOST_DIFFERING):
                    break
    except OutsideMethod as outside:
        return _silent(claim, str(outside), suspects, brackets)
    pieces, around, gone = tuple(differing), tuple(brackets), tuple(visited)
    if unmet is not None and (not differing or (unmet.is_certain and not exact)):
        outcome: Outcome = "pole" if unmet.is_certain else "silent"
        return Finding(outcome, unmet.reason, _in_domain(suspects, claim), around, pieces)
    if not differing:
        return Finding("proved", pieces=pieces, defined=True, cases=gone, rational=rational)
    # Where a side may be undefined, its normal form need not be its function.
    outcome = "differs" if unmet is None and all(map(_tells, differing)) else "silent"
    reason = _reason(differing[0]) if unmet is None else unmet.reason
    return Finding(
        outcome,
        reason,
        _in_domain(suspects, claim),
        around,
        pieces,
        unmet is None,
        gone,
        rational,
    )


def _silent(claim: Claim, reason: str, suspects: list[Point], brackets: list[Bracket]) -> Finding:
    return Finding("silent", reason, _in_domain(suspects, claim), tuple(brackets))


def _tells(solved: Solved) -> bool:
    """Whether different normal forms are different functions: rational ones, on all of the domain."""
    special = solved.forms.field.has_functions or solved.case.conditions
    return not special and not isinstance(solved.left, bool)


def _reason(solved: Solved) -> str:
    if _tells(solved):
        return "the two sides are different rational functions"
    return "the normal forms of the two sides differ"


def _differing_points(solved: Solved, domain: Domain) -> Iterator[Point]:
    """Points of a case at which its sides most likely differ."""
    own = Domain(solved.case.ranges)
    middle = next(sample_points(own))
    parts = (part for form in solved.forms.region.seen for part in (form.top, form.bottom))
    vertices = (vertex(solved.forms.field.ring, part) for part in parts)
    special: Iterator[Point] = ({**middle, **found} for found in vertices if found is not None)
    inside: Breach | None = None
    with limited(_HUNTING):
        inside = find_breach(rational(0), NONZERO, solved.case.ranges, solved.case.conditions)
    if solved.case.conditions and inside is not None and inside.is_certain:
        special = chain(special, [{**middle, **inside.point}])
    for point in (*generic_points(own), *sample_points(own, most=4), *special):
        made = solved.case.point(point)
        if made is not None and made in domain:
            yield made


def _in_domain(points: list[Point], claim: Claim) -> tuple[Point, ...]:
    return tuple(point for point in points if point in claim.domain)
