"""How hard to try, in counts: the same claim gets the same verdict on a slow machine."""

from __future__ import annotations

from dataclasses import dataclass

# In `benchmarks/verdicts.py`, exact algebra proves no claim with more than 31,000 operations, and branch
# and bound bounds none with more than 1,060,000; an operation takes 4 µs there, so 1,500,000 take 6 s.
OPERATIONS, BOXES = 1_500_000, 20_000


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: Hypothesis examples, swept points, their seed and device, the time, and counts.

    Each prover may come to so many `operations`, as `nalmx.clock` counts them: an operation that is
    enclosed or worked out at a point, a term of a polynomial. Branch and bound encloses at most so many
    `boxes`. `seconds` bounds all of it and only aborts.
    """

    examples: int = 500
    points: int = 1_000_000
    seed: int = 0
    device: str = "auto"
    seconds: float = 60.0
    operations: int = OPERATIONS
    boxes: int = BOXES
