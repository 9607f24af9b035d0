"""A certificate replayed: everything it says is established again, from its claim alone.

What the file holds is a hint where to look and a statement to compare with, never a premise. Algebra
is run anew; every bound is shown once more in the second arithmetic; and at points of the domain
the second arithmetic may contradict either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ...clock import move_on_after
from ...errors import NoTruthValue
from ...exit_codes import HOLDS, NOT_ESTABLISHED, REFUTED
from ...expression import sort_of, to_text
from ...rationals import parse_rational, spell
from ..algebra.decision import NOTHING_FOUND, decide
from ..bounding.bounds import METHOD, decimal, decimal_below, implying, pieces_of
from ..bounding.enclosure import Piece
from ..bounding.substitutions import difference_of
from ..certificates.second.bounds import Bounder, OutOfBudget, Spending
from ..certificates.second.opinion import breaks_between, compare, distance_reaches, opinion
from ..domain import Point
from ..effort import Effort
from ..order.goal import Unshown
from ..order.proof import METHOD as BY_SIGNS
from ..prover import Open
from ..verdict import Claim, Counterexample, Level
from ..witness import judge, judge_between
from .conditions import replay_conditions
from .evidence import (
    Malformed,
    boxes_of,
    text_of,
    written,
)

AT_A_POINT = "a counterexample"
SECONDS, BOXES = 300.0, 1_000_000
_BEFORE_CAP = 64
_ONE_DIGIT_MORE, _NOTHING = Fraction(1002, 1000), Fraction(1, 10**30)
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Replay(NoTruthValue):
    """What was replayed of a certificate, and whether its verdict is established again."""

    _ask = "replay.established"

    verdict: Level
    established: bool
    steps: tuple[str, ...]
    reason: str | None = None
    boxes: int | None = None
    seconds: float = field(default=0.0, compare=False)

    def exit_code(self) -> int:
        """0 established, 1 established that the claim is refuted, 3 not established."""
        if not self.established:
            return NOT_ESTABLISHED
        return REFUTED if self.verdict == "refuted" else HOLDS

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "established": self.established,
            "steps": list(self.steps),
            "reason": self.reason,
            "boxes": self.boxes,
            "seconds": round(self.seconds, 4),
        }


class NotEstablished(Exception):
    """The replay of a certificate fails, for the reason given."""


class Replaying:
    """One replay; `data` is the content of a certificate with the shape that `certificate` checked."""

    def __init__(
        self, claim: Claim, data: Mapping[str, Any], seconds: float, progress: Progress
    ) -> None:
        self._claim = claim
        self._data = data
        self._seconds = seconds
        self._progress = progress
        self._spending = Spending(BOXES, seconds)
        self._steps: list[str] = []

    def run(self) -> Replay:
        verdict: Level = self._data["verdict"]
        with move_on_after(self._seconds):
            return self._replayed(verdict)
        reason = f"{self._seconds:g} seconds were not enough"
        return Replay(verdict, False, tuple(self._steps), reason, self._boxes())

    def _replayed(self, verdict: Level) -> Replay:
        try:
            if self._claim.arithmetic is not None and verdict in ("bounded", "refuted"):
                self._in_floats()
                return Replay(verdict, True, tuple(self._steps))
            if self._data["arithmetic"] != "reals":
                raise NotEstablished(
                    "a check of every float32 is not replayed; only claims over the reals, and of floats as "
                    "they are written, are"
                )
            match verdict:
                case "proved" | "bounded" if self._data["method"] == BY_SIGNS:
                    self._conditions()
                case "proved":
                    self._proved()
                case "bounded":
                    self._bounded()
                case "refuted":
                    self._refuted()
                case _:
                    raise NotEstablished(
                        f"a certificate that says {verdict} is a record; there is nothing to replay"
                    )
        except (NotEstablished, OutOfBudget, Unshown) as error:
            return Replay(verdict, False, tuple(self._steps), str(error), self._boxes())
        return Replay(verdict, True, tuple(self._steps), None, self._boxes())

    def _boxes(self) -> int | None:
        return self._spending.visited or None

    def _done(self, step: str) -> None:
        self._steps.append(step)
        self._progress(step)

    def _must(self, holds: object, otherwise: str) -> None:
        if not holds:
            raise NotEstablished(otherwise)

    def _facts(self, method: str, bound: str | None, *absent: str) -> None:
        """The facts that are not evidence, but that a reader would believe."""
        data = self._data
        self._must(data["method"] == method, f"the method of this verdict is {method}")
        if bound is not None:
            self._must(data["bound"] == bound, f"the bound of this verdict is {bound}")
        for name in (*absent, "points", "violating_fraction_below"):
            self._must(data[name] is None, f"this verdict has no {name.replace('_', ' ')}")

    def _proved(self) -> None:
        finding = decide(self._claim)
        self._must(
            finding.outcome == "proved", f"exact algebra does not prove it: {finding.reason}"
        )
        self._facts(finding.method, "0", "reason", "largest_difference", "counterexample")
        self._done("exact algebra proves the claim again")
        self._must(
            self._data["evidence"] == written(finding),
            "the cases in the file are not those that algebra goes through",
        )
        self._done(
            f"the cases that algebra goes through are those in the file ({len(finding.cases)})"
        )
        self._compare(Fraction(0))

    def _conditions(self) -> None:
        """That conditions hold, which a claim states or which a tolerance is."""
        claim, is_bounded = self._claim, self._data["verdict"] == "bounded"
        self._must(
            (sort_of(claim.left) == "real") == is_bounded,
            "conditions are proved, and a difference is bounded",
        )
        size = claim.tolerance.size
        bound = decimal(size, size) if is_bounded else "0"
        self._facts(BY_SIGNS, bound, "reason", "largest_difference", "counterexample")
        for step in replay_conditions(claim, self._data["evidence"], self._spending):
            self._done(step)
        self._compare(size)

    def _in_floats(self) -> None:
        """What is said of floats, which is found again from the claim: there is no second arithmetic."""
        from ..rounding.as_it_runs import RunningErrors

        prover, data = RunningErrors(), self._data
        if data["verdict"] == "refuted":
            self._must(data["counterexample"] is not None, "there is no counterexample")
            point = self._in_domain(data["counterexample"]["point"], "the counterexample")
            found = prover.judged(self._claim, point)
        else:
            found = prover.attempt(self._claim, Effort(), Open())
        self._must(found.verdict == data["verdict"], f"it is {found.verdict}: {found.reason}")
        again = found.to_json()
        for name in ("arithmetic", "bound", "largest_difference", "counterexample", "reason"):
            self._must(data[name] == again[name], f"the {name.replace('_', ' ')} is another")
        self._facts(AT_A_POINT if data["verdict"] == "refuted" else found.method, None)
        self._must(not data["evidence"], "a verdict on floats has no evidence")
        self._done(
            "the claim fails at the counterexample, where every operation is rounded again"
            if data["verdict"] == "refuted"
            else f"the rounding is bounded again, from the claim alone: {found.bound}"
        )

    def _compare(self, limit: Fraction) -> None:
        compared = compare(self._claim, limit)
        if compared.contradiction is not None:
            raise NotEstablished(
                f"the second arithmetic contradicts it at {_shown(compared.contradiction)}"
            )
        self._must(
            2 * compared.told >= compared.points,
            f"the second arithmetic can tell only {compared.told} of {compared.points} points",
        )
        self._done(
            f"the second arithmetic agrees at {compared.told} of {compared.points} points and "
            "contradicts at none"
        )

    def _refuted(self) -> None:
        self._facts(AT_A_POINT, None, "bound", "largest_difference")
        self._must(
            not self._data["evidence"], "a refutation has no evidence but its counterexample"
        )
        stored = self._data["counterexample"]
        self._must(stored is not None, "there is no counterexample")
        point = self._in_domain(stored["point"], "the counterexample")
        beyond = stored["beyond"]
        if beyond is None:
            judged = judge(self._claim, point)
        else:
            end = self._in_domain(beyond, "the other end of the counterexample")
            judged = judge_between(self._claim, (point, end)) or "agrees"
        if not isinstance(judged, Counterexample):
            raise NotEstablished("the claim does not fail at the counterexample")
        self._must(judged.to_json() == stored, "the values at the counterexample are others")
        self._must(self._data["reason"] == judged.reason, "the reason of the refutation is another")
        self._done(f"the claim fails at the counterexample ({judged.checked_in})")
        if judged.beyond is not None:
            confirmed = breaks_between(self._claim, point, judged.beyond)
        else:
            second = opinion(self._claim, point)
            confirmed = second == "apart"
            if second == "open" and judged.checked_in == "exact rationals":
                self._done("the second arithmetic does not tell; exact rationals do")
                return
        self._must(confirmed, "the second arithmetic does not confirm it at the counterexample")
        self._done("the claim fails there in the second arithmetic too")

    def _in_domain(self, texts: Mapping[str, str], what: str) -> Point:
        """The point that a file spells, if it is one of the domain."""
        read = {name: parse_rational(text) for name, text in texts.items()}
        point = {name: value for name, value in read.items() if value is not None}
        self._must(
            point.keys() == texts.keys() == self._claim.domain.ranges.keys(),
            f"{what} is not a point with every input of the domain",
        )
        self._must(point in self._claim.domain, f"{what} lies outside the domain")
        return {name: point[name] for name in self._claim.domain.ranges}

    def _bounded(self) -> None:
        claim, data = self._claim, self._data
        self._facts(METHOD, None, "reason", "counterexample")
        bound = parse_rational(data["bound"] or "")
        size = claim.tolerance.size
        spelled = (
            {decimal(bound), decimal(bound, size), spell(bound)} if bound is not None else set()
        )
        if bound is None or bound < 0 or data["bound"] not in spelled:
            raise NotEstablished("the bound is not a number that is not negative")
        self._must(claim.tolerance.kind != "exact", "the claim is exact; a bound cannot settle it")
        self._must(
            bound <= claim.tolerance.size,
            f"the bound {data['bound']} is not within the tolerance {claim.tolerance}",
        )
        self._done(f"the bound {data['bound']} is within the tolerance {claim.tolerance}")
        pieces = self._pieces()
        stored = data["evidence"]["pieces"]
        capped = 0
        for place, (piece, kept) in enumerate(zip(pieces, stored, strict=True), start=1):
            self._progress(f"piece {place} of {len(pieces)}")
            capped += self._walk(piece, kept["cuts"], bound)
        self._done(
            f"the second arithmetic shows the bound on boxes that cover the domain "
            f"({self._spending.visited:,} looked at)"
        )
        if capped:
            self._done(f"all but {capped} of them, where exact linear inequalities show it")
        self._compare(bound)
        self._largest()

    def _pieces(self) -> list[Piece]:
        """The pieces of the claim, which must be those in the file."""
        stored = [
            {name: value for name, value in piece.items() if name != "cuts"}
            for piece in self._data["evidence"]["pieces"]
        ]
        resting = list(implying(self._claim))
        for claim, where in resting:
            whole = pieces_of(claim, NOTHING_FOUND, where)[0]
            if stored == list(map(text_of, whole)):
                self._rests_on(claim)
                self._done(
                    "the function to bound is the difference as written, on the whole domain"
                )
                return whole
        for claim, where in reversed(resting):
            finding = decide(claim)
            pieces = pieces_of(claim, finding, where)[0] if finding.pieces is not None else []
            if stored == list(map(text_of, pieces)):
                break
        self._must(
            finding.pieces is not None, f"exact algebra does not reach the claim: {finding.reason}"
        )
        self._must(
            finding.defined,
            f"exact algebra does not show that both sides are defined: {finding.reason}",
        )
        self._must(
            stored == list(map(text_of, pieces)),
            "the functions in the file are not those that algebra finds in the claim",
        )
        self._rests_on(claim)
        self._done(
            f"exact algebra finds the same functions to bound ({len(pieces)}), and both sides "
            "defined throughout"
        )
        return pieces

    def _rests_on(self, claim: Claim) -> None:
        """Say which claim is bounded, where it is not the one of the certificate."""
        if claim is not self._claim:
            sides = f"{to_text(claim.left)} against {to_text(claim.right)}"
            self._done(f"a bound on {sides[:200]} is one on the claim")

    def _walk(self, piece: Piece, cuts: list[str], bound: Fraction) -> int:
        """Show the bound on every box of a piece; how many only a bound known beforehand covers."""
        conditions = [(condition.function, condition.signs) for condition in piece.conditions]
        bounder = Bounder(piece.functions, conditions, bound)
        has_cap = piece.cap is not None and piece.cap <= bound
        capped = 0
        try:
            for box, whole in boxes_of(piece, cuts):
                if bounder.shows(box, whole, self._spending, _BEFORE_CAP if has_cap else None):
                    continue
                if not has_cap:
                    where = ", ".join(f"{name} in {extent}" for name, extent in box.items())
                    raise NotEstablished(
                        f"the second arithmetic does not reach the bound on {where[:200]}"
                    )
                capped += 1
        except Malformed as error:
            raise NotEstablished(f"the cuts do not cover the domain: {error}") from None
        return capped

    def _largest(self) -> None:
        stored, at = self._data["largest_difference"], self._data["evidence"]["largest_at"]
        if stored is None and at is None:
            return
        size = parse_rational(stored or "")
        if size is None or at is None or stored != decimal_below(size):
            raise NotEstablished("the largest difference is not a number at a point of the domain")
        point = self._in_domain(at, "the point of the largest difference")
        difference = difference_of(self._claim)
        self._must(
            (not size or distance_reaches(difference, point, size))
            and not distance_reaches(difference, point, max(size * _ONE_DIGIT_MORE, _NOTHING)),
            "the sides do not differ by the largest difference at its point",
        )
        self._done(f"they differ by {stored} at a point, in the second arithmetic too")


def _shown(point: Point) -> str:
    return ", ".join(f"{name} = {value}" for name, value in point.items())[:200] or "every point"
