"""How strong a penalty is over the iterations of a training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

PUBLISHED_ITERATIONS = 50_000


class Schedule(Protocol):
    """Strength of a penalty over the iterations of a training."""

    @property
    def loss_below(self) -> float:
        """The penalty acts only while the last logged validation loss is below this."""
        ...

    def at(self, iteration: int, iterations: int = PUBLISHED_ITERATIONS) -> float:
        """The strength at an iteration of a training that has `iterations` of them."""
        ...

    def begins(self, iterations: int = PUBLISHED_ITERATIONS) -> int:
        """The first iteration at which the strength is not 0."""
        ...


def _published(iteration: int, iterations: int) -> float:
    """The iteration of a published training that corresponds to one of another length."""
    return iteration * PUBLISHED_ITERATIONS / iterations


def _rescaled(published: int, iterations: int) -> int:
    """The first iteration after a published one, in a training of another length."""
    return published * iterations // PUBLISHED_ITERATIONS + 1


@dataclass(frozen=True, slots=True)
class SparsitySchedule:
    """A strength that grows linearly (survey, equation 16).

        λ = λ̂ · max(min((i − start) / (end − start), 1), 0)

    `start` and `end` belong to a training of 50,000 iterations and scale with its length.
    """

    strength: float
    start: int
    end: int
    loss_below: float = math.inf

    def at(self, iteration: int, iterations: int = PUBLISHED_ITERATIONS) -> float:
        progress = (_published(iteration, iterations) - self.start) / (self.end - self.start)
        return self.strength * max(min(progress, 1.0), 0.0)

    def begins(self, iterations: int = PUBLISHED_ITERATIONS) -> int:
        return _rescaled(self.start, iterations)


@dataclass(frozen=True, slots=True)
class StepSchedule:
    """A strength that grows tenfold every `every` iterations, from `first` up to `last`."""

    first: float
    last: float
    every: int = 10_000
    loss_below: float = math.inf

    def at(self, iteration: int, iterations: int = PUBLISHED_ITERATIONS) -> float:
        steps = int(_published(iteration, iterations) // self.every)
        most = round(math.log10(self.last / self.first))
        return float(f"{self.first * 10.0 ** min(steps, most):.12g}")

    def begins(self, iterations: int = PUBLISHED_ITERATIONS) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class LateSchedule:
    """A constant strength after `start`, acting while the validation loss is below a bound."""

    strength: float
    start: int
    loss_below: float

    def at(self, iteration: int, iterations: int = PUBLISHED_ITERATIONS) -> float:
        return self.strength if _published(iteration, iterations) > self.start else 0.0

    def begins(self, iterations: int = PUBLISHED_ITERATIONS) -> int:
        return _rescaled(self.start, iterations)
