"""What a module's authors prescribe for its training; facts kept beside its mathematics."""

from __future__ import annotations

from dataclasses import dataclass

PUBLISHED_ITERATIONS = 50_000


@dataclass(frozen=True, slots=True)
class SparsitySchedule:
    """Strength of the sparsity regulariser over the iterations (survey, equation 16).

        λ = λ̂ · max(min((i − start) / (end − start), 1), 0)

    `start` and `end` belong to a training of 50,000 iterations and scale with its length.
    """

    strength: float
    start: int
    end: int

    def at(self, iteration: int, iterations: int = PUBLISHED_ITERATIONS) -> float:
        """λ at an iteration of a training that has `iterations` of them."""
        published = iteration * PUBLISHED_ITERATIONS / iterations
        progress = (published - self.start) / (self.end - self.start)
        return self.strength * max(min(progress, 1.0), 0.0)


@dataclass(frozen=True, slots=True)
class Training:
    """Adam's learning rate and the sparsity schedule, where the module has one."""

    learning_rate: float = 1e-3
    sparsity: SparsitySchedule | None = None
