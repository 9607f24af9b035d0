"""The proof of a claim that conditions hold: each condition, case by case."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import NoTruthValue
from ..algebra.case import Case
from ..algebra.decision import Finding, decide
from ..domain import Point
from ..effort import Effort
from ..verdict import Claim
from .goal import Shown
from .search import show
from .statements import alternatives, statements
from .ways import WAYS

METHOD = "signs on boxes, exact where the sides touch"
_AT_FIRST = 60  # boxes with which each goal is tried before one is tried with all of the effort
_MOST_BOXES = 4_000


@dataclass(frozen=True, slots=True)
class Part:
    """A condition that holds: what algebra found, and a goal for each case that it left open.

    `way` is how the condition was written (`ways.WAYS`) for that. Without a finding,
    since algebra does not reach it or does not show that its sides are defined, one goal on the whole domain.
    """

    claim: Claim
    way: str
    finding: Finding | None
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Proof(NoTruthValue):
    """All conditions that a claim says hold; without parts, only points at which one may fail."""

    _ask = "proof.parts"

    parts: tuple[Part, ...]
    suspects: tuple[Point, ...] = ()


def prove(claim: Claim, finding: Finding, effort: Effort) -> Proof:
    """The proof of a claim, of which `finding` is what algebra found as it stands."""
    stated = statements(claim)
    parts: list[Part] = []
    suspects: list[Point] = []
    for one in stated:
        known = finding if one.left in (claim.left, claim.right) else None
        part = _part(one, known, effort, suspects)
        if part is None:
            return Proof((), tuple(suspects))
        parts.append(part)
    return Proof(tuple(parts))


def _part(
    claim: Claim, known: Finding | None, effort: Effort, suspects: list[Point]
) -> Part | None:
    """Written in each way; with a few boxes, and then with all that the effort has."""
    ways = []
    for way, write in WAYS.items():
        made = write(claim)
        if made is not None:
            given = known if made == claim else None
            finding = decide(made, effort.operations) if given is None else given
            if finding.outcome == "proved":
                return Part(claim, way, finding, ())
            ways.append((made, way, finding))
    for boxes in (_AT_FIRST, min(effort.boxes, _MOST_BOXES)):
        for made, way, finding in ways:
            used = finding if finding.pieces is not None and finding.defined else None
            points: list[Point] = []
            shown = _shown(used, made, Effort(boxes=boxes, operations=effort.operations), points)
            if shown is not None:
                return Part(claim, way, used, shown)
            if points and made == claim:
                suspects.extend(points)
                return None
        if effort.boxes < _MOST_BOXES:
            break
    return None


def _shown(
    finding: Finding | None, claim: Claim, effort: Effort, suspects: list[Point]
) -> tuple[Shown, ...] | None:
    """A goal for each case, shown; the first suspect ends it."""
    found = []
    for place, goals in enumerate(alternatives(claim, finding)):
        shown: Shown | None = None
        for goal in goals:
            result = show(goal, effort.boxes, effort.operations)
            if result.suspect is not None:
                pieces = None if finding is None else finding.pieces
                case = Case.whole(claim) if pieces is None else pieces[place].case
                point = case.point(result.suspect)
                suspects.extend([] if point is None or point not in claim.domain else [point])
                if suspects:
                    return None
            shown = result.shown
            if shown is not None:
                break
        if shown is None:
            return None
        found.append(shown)
    return tuple(found)
