"""Verdicts on what machines answer: for prompts of every length, or of which lengths."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ...verify.verdict import Established, Level, check_level
from ..tasks import Token, Tokens
from .proof import Proof

# From weak to strong, without `refuted` and `unknown`, which are no degrees of holding.
SequenceLevel = Literal["tested", "proved up to length", "proved", "refuted", "unknown"]


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """A prompt that two sides answer differently; None for an answer that does not end.

    `shortest`: every prompt of fewer tokens was tried, and both sides answer it alike. `unseen` is a
    token of the prompt that the left side cannot take in, since it was never seen in training.
    """

    prompt: Tokens
    left: Tokens | None
    right: Tokens | None
    shortest: bool
    unseen: Token | None = field(default=None, compare=False)

    def to_json(self) -> dict[str, Any]:
        return {
            **({} if self.unseen is None else {"unseen": self.unseen}),
            "prompt": list(self.prompt),
            "left": None if self.left is None else list(self.left),
            "right": None if self.right is None else list(self.right),
            "shortest": self.shortest,
        }


@dataclass(frozen=True, slots=True)
class Differences:
    """Examples that are answered otherwise than they say, and the shortest few of them.

    `unseen` of them have a token that was never seen in training.
    """

    count: int
    examples: int
    unseen: int
    few: tuple[WrongAnswer, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "count": self.count,
            "examples": self.examples,
            "unseen": self.unseen,
            "shortest": [one.to_json() for one in self.few],
        }


@dataclass(frozen=True, slots=True, repr=False)
class SequenceVerdict(Established):
    """How far it is established that two sides answer prompts alike.

    `proved` speaks of all prompts of a task, whatever their length. `proved up to length` speaks of
    all prompts with up to `longest` tokens, every one of which was answered. `tested` speaks of the
    `prompts` that were tried, no more. `reason` says why a verdict is not a stronger one. Of given
    examples `wrong` refute, and `errors` are training examples that are taken for errors. `evidence` is the
    `Proof` of what is proved for every length.
    """

    verdict: SequenceLevel
    method: str
    domain: str
    prompts: int | None = None
    longest: int | None = None
    longest_tried: int | None = None
    counterexample: WrongAnswer | None = None
    reason: str | None = None
    seconds: float = field(default=0.0, compare=False)
    wrong: Differences | None = None
    errors: Differences | None = None
    evidence: Proof | None = field(default=None, compare=False, repr=False)

    def holds(self, require: Level = "tested") -> bool:
        """Whether the claim is established at the required level, or at a stronger one.

        What holds up to a length holds at the level `tested`, not at a higher one.
        """
        weak = ("tested", "proved up to length") if check_level(require) == "tested" else ()
        return self.verdict in ("proved", *weak)

    def to_json(self) -> dict[str, Any]:
        example = self.counterexample
        return {
            "verdict": self.verdict,
            "method": self.method,
            "domain": self.domain,
            "prompts": self.prompts,
            "longest": self.longest,
            "longest_tried": self.longest_tried,
            "counterexample": None if example is None else example.to_json(),
            "reason": self.reason,
            "seconds": round(self.seconds, 4),
            "wrong": None if self.wrong is None else self.wrong.to_json(),
            "taken_for_errors": None if self.errors is None else self.errors.to_json(),
        }
