"""How hard to try, in counts: the same claim gets the same verdict on a slow machine."""

from __future__ import annotations

from dataclasses import dataclass, replace

# In `benchmarks/verdicts.py`, exact algebra proves no claim with more than 31,000 operations, and branch
# and bound bounds none with more than 1,060,000; an operation takes 4 µs there, so 1,500,000 take 6 s.
OPERATIONS, BOXES = 1_500_000, 20_000
# In a first, brief attempt, algebra takes 0.1 to 0.4 s where its operations are the dearest ones that
# `benchmarks/slow_claims.py` knows; what is longer is tried once more.
_MORE_OPERATIONS, _MORE_BOXES = 200_000, 2_500
_BRIEF_OPERATIONS, _BRIEF_BOXES, _BRIEF_EXAMPLES = 8_000, 200, 50

# Machines take in 150,000 to 500,000 tokens a second of the short prompts of `benchmarks/programs.py`.
TOKENS = 5_000_000


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: Hypothesis examples, swept points, their seed and device, the time, and counts.

    Each prover may come to so many `operations`, as `nalmx.clock` counts them: an operation that is
    enclosed or worked out at a point, a term of a polynomial. Branch and bound encloses at most so many
    `boxes`. Of a machine, all prompts are answered, the shortest first, while they come to so many `tokens`.
    `seconds` bounds all of it and only aborts.
    """

    examples: int = 500
    points: int = 1_000_000
    seed: int = 0
    device: str = "auto"
    seconds: float = 60.0
    operations: int = OPERATIONS
    boxes: int = BOXES
    tokens: int = TOKENS

    @property
    def between(self) -> Effort:
        """The same, with the counts of a second attempt to bound a difference."""
        return replace(
            self,
            operations=min(self.operations, _MORE_OPERATIONS),
            boxes=min(self.boxes, _MORE_BOXES),
        )

    @property
    def briefly(self) -> Effort:
        """The same, with the counts of a first, brief attempt."""
        return replace(
            self,
            examples=min(self.examples, _BRIEF_EXAMPLES),
            operations=min(self.operations, _BRIEF_OPERATIONS),
            boxes=min(self.boxes, _BRIEF_BOXES),
        )


def late(seconds: float) -> str:
    """What a verdict says that the clock ended."""
    return f"the time limit of {seconds:g} s was reached"
