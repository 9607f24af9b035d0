"""What every engine does that advances a stack of models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from .batches import Batches, Chunk

LOG_EVERY = 1_000
Parameters = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class NewStart:
    """New parameters for one model after an iteration of a chunk."""

    model: int
    iteration: int
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Penalties:
    """The strength of the penalty at each iteration of a chunk, and the models it acts on."""

    strengths: list[float]
    active: Tensor


class Engine(Protocol):
    """A stack in training: raw parameters, Adam's moments, and what to do with a chunk.

    Parameters and moments are (models, rows, columns), one entry for each raw parameter.
    """

    batches: Batches

    def parameters(self) -> Parameters:
        """Copies of the raw parameters."""
        ...

    def moments(self) -> tuple[Parameters, Parameters]:
        """Copies of Adam's running means and mean squares, without their factors 1 − β."""
        ...

    def restore(self, raw: Parameters, moments: tuple[Parameters, Parameters], steps: int) -> None:
        """Continue from saved parameters and moments."""
        ...

    def advance(self, chunk: Chunk, penalties: Penalties, restarts: list[NewStart]) -> None:
        """One update for each iteration of a chunk."""
        ...

    def errors(self, *, extrapolation: bool) -> Tensor:
        """The mean squared error of every model, (models,) in float64; NaN counts as infinite."""
        ...
