"""Learning a sequence task: by gradients, discretely, or one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ...pntm.machine import Machine, accuracy
from ...pntm.vocabulary import Vocabulary
from ...tasks.sequences import Example
from .discrete import fit_discrete

Method: TypeAlias = Literal["auto", "gradient", "discrete"]
Way: TypeAlias = Literal["gradient", "repair", "discrete"]
METHODS: tuple[Method, ...] = ("auto", "gradient", "discrete")
MOST_TAPES = 14


@dataclass(frozen=True, eq=False)
class Learned:
    """A machine, how it was found, and how well it answers the examples it was found from.

    `learned` is true where every example is answered exactly, or where what is left can only be
    noise in the examples; `machine` is the best one found in either case.
    """

    machine: Machine
    way: Way
    learned: bool
    accuracy: float  # whole answers of the training examples
    seconds: float


def learn(
    examples: Sequence[Example],
    *,
    method: Method = "auto",
    tapes: int | None = None,
    seed: int = 0,
    device: str = "cpu",
    on_progress: Callable[[str], None] | None = None,
    stop_requested: Callable[[], bool] | None = None,
) -> Learned:
    """The simplest machine that answers the examples. `tapes` None: as few as do.

    `on_progress` is told in a few words what is being tried.
    """
    began = time.perf_counter()
    fitted = fit_discrete(examples, Vocabulary.of(examples))
    return Learned(
        fitted.machine,
        "discrete",
        fitted.errors == 0,
        accuracy(fitted.machine, examples),
        time.perf_counter() - began,
    )
