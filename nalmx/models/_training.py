"""What a module's authors prescribe for its training; facts kept beside its mathematics."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._penalty import Penalty

BATCH_SIZE = 128


@dataclass(frozen=True, slots=True)
class Reinitialisation:
    """When a training that does not improve starts again from new parameters.

    Every `every` iterations, once more than `stored` losses were stored since the last start: if the
    mean of their first half is at most the mean plus the standard deviation of the second half, and
    that mean is above `loss`. The losses are the last logged validation losses, one an iteration.
    """

    every: int = 10
    stored: int = 5_000
    loss: float = 1.0


@dataclass(frozen=True, slots=True)
class Training:
    """Adam's learning rate and, where the module has them, its other particulars."""

    learning_rate: float = 1e-3
    penalty: Penalty | None = None
    gradient_clip: float = math.inf
    reinitialisation: Reinitialisation | None = None
