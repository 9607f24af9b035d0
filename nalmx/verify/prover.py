"""What a prover is: it settles a claim, or leaves it open with what it learnt for those that follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from .algebra.decision import NOTHING_FOUND, Finding
from .effort import Effort
from .verdict import Claim, Counterexample, Verdict
from .witness import Blocked, simplified

ClaimT = TypeVar("ClaimT", contravariant=True)
VerdictT = TypeVar("VerdictT", covariant=True)
KnownT = TypeVar("KnownT")


class Prover(Protocol[ClaimT, KnownT, VerdictT]):
    """A method to settle claims of a kind, with a counted effort.

    It is given what those before it learnt, and returns that with more where it does not settle the claim.
    Its verdict carries its evidence. The clock ends it with `OutOfTime`, where it does not return what it
    has.
    """

    def attempt(self, claim: ClaimT, effort: Effort, known: KnownT, /) -> VerdictT | KnownT: ...


@dataclass(frozen=True, slots=True)
class Open:
    """A claim that is not settled, and what the provers so far learnt of it.

    `finding` is that of algebra; `blocked` a point at which neither side is defined. The claim holds at
    `points` points, of which `swept` were drawn uniformly, and `left_open` more could not be decided.
    `is_close` says that a bound is known that is hardly above the tolerance.
    `in_time` says that no prover was cut short by the clock.
    """

    finding: Finding = NOTHING_FOUND
    blocked: Blocked | None = None
    points: int = 0
    swept: int = 0
    left_open: int = 0
    is_close: bool = False
    in_time: bool = True

    @property
    def is_final(self) -> bool:
        """Whether no prover can settle the claim: the sides are equal where they are defined, at the same
        points, and there are others."""
        undefined = self.blocked is not None or self.finding.outcome == "pole"
        return self.finding.alike and undefined


ClaimProver: TypeAlias = Prover[Claim, Open, Verdict]


def refuted(claim: Claim, found: Counterexample, method: str) -> Verdict:
    """The verdict at a counterexample, made simpler where that is near at hand."""
    example = simplified(claim, found)
    assert isinstance(example, Counterexample)
    return Verdict.on(claim, "refuted", method, reason=example.reason, counterexample=example)
