"""What was found out about a machine by examples: its exam, and the tokens taken for errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import NoTruthValue

_SKILL = 0.5  # the part of the best predictor's errors that a rule must be free of
_RARE = 0.02  # errors that a rule may have on what was held out where predictors have hardly more
_BY_CHANCE = 1e-3
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Exam(NoTruthValue):
    """Balanced accuracies on the answer tokens and ends of `prompts` held out, `tokens` in all, 0 to 1.

    `predictors` has those of the best constant, of what follows the first and the last token of the
    prompt, and of k-grams. `by_chance` bounds how likely the constant, which is right on a part of
    the tokens, were to do so well.
    """

    _ask = "exam.passed"

    prompts: int
    tokens: int
    right: float
    predictors: Mapping[str, float]
    by_chance: float

    @property
    def best(self) -> str:
        """The predictor with the greatest accuracy; the simplest one of several."""
        return max(self.predictors, key=lambda name: self.predictors[name])

    @property
    def failed(self) -> bool:
        """Whether what was held out was said little better than predictors say it."""
        wrong, rival = 1 - self.right, 1 - self.predictors[self.best]
        return self.prompts > 0 and wrong > max(_RARE, _SKILL * rival)

    @property
    def passed(self) -> bool:
        """Whether what was held out was said as only a rule can say it."""
        return self.by_chance < _BY_CHANCE and not self.failed

    @property
    def reason(self) -> str | None:
        """Why it was not passed; None where it was."""
        if self.passed:
            return None
        if not self.prompts:
            return "there are too few different prompts to hold some out"
        return f"no rule shows in prompts held out: {self}"

    def __str__(self) -> str:
        """Example: `balanced accuracy 99.2% on 41 prompts; best simple predictor (a constant) 33.3%`."""
        return (
            f"balanced accuracy {self.right:.1%} on {self.prompts:,} prompts; best simple predictor "
            f"({self.best}) {self.predictors[self.best]:.1%}"
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "prompts": self.prompts,
            "tokens": self.tokens,
            "balanced_accuracy": self.right,
            "predictors": dict(self.predictors),
            "by_chance": self.by_chance,
        }

    @classmethod
    def from_json(cls, data: Any) -> Exam:
        """An exam of `to_json`; anything else is a `ValueError`, a `TypeError` or a `KeyError`."""
        counts = [data["prompts"], data["tokens"]]
        parts = [data["balanced_accuracy"], data["by_chance"], *data["predictors"].values()]
        if not all(type(count) is int and count >= 0 for count in counts):
            raise TypeError
        if not all(type(part) in (int, float) and 0 <= part <= 1 for part in parts):
            raise ValueError
        return cls(counts[0], counts[1], parts[0], dict(data["predictors"]), parts[1])


@dataclass(frozen=True)
class Noise:
    """Answer tokens that are taken for errors: `wrong` of `tokens`, in `examples` examples."""

    wrong: int
    tokens: int
    examples: int

    @property
    def rate(self) -> float:
        return self.wrong / self.tokens

    @property
    def interval(self) -> tuple[float, float]:
        """The Clopper–Pearson interval of the rate, 95 %."""
        from scipy.special import betaincinv

        k, n, tail = self.wrong, self.tokens, (1 - _CONFIDENCE) / 2
        low = float(betaincinv(k, n - k + 1, tail)) if k else 0.0
        high = float(betaincinv(k + 1, n - k, 1 - tail)) if k < n else 1.0
        return low, high

    def __str__(self) -> str:
        """Example: `98 of 1,001 answer tokens (9.8%; 95 %: 8.0% to 11.8%), in 71 examples`."""
        low, high = self.interval
        return (
            f"{self.wrong:,} of {self.tokens:,} answer tokens ({self.rate:.1%}; 95 %: {low:.1%} to "
            f"{high:.1%}), in {self.examples:,} examples"
        )

    def to_json(self) -> dict[str, Any]:
        low, high = self.interval
        return {
            "wrong": self.wrong,
            "tokens": self.tokens,
            "examples": self.examples,
            "rate": self.rate,
            "interval": [low, high],
        }

    @classmethod
    def from_json(cls, data: Any) -> Noise:
        """Noise of `to_json`; anything else is a `ValueError`, a `TypeError` or a `KeyError`."""
        counts = [data["wrong"], data["tokens"], data["examples"]]
        if not all(type(count) is int for count in counts):
            raise TypeError
        if not 0 <= counts[0] <= counts[1] or counts[2] < 0 or not counts[1]:
            raise ValueError
        return cls(*counts)
