"""The P-NTM as a model of the sequence benchmark: learned from examples, as on the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import NoTruthValue, SettingError
from ..pntm.learn.config import Method, SequenceConfig
from ..pntm.machine import Machine
from ..pntm.tasks import SequenceTask, Tokens
from ..train import Interrupted

# What no task answers, not even with nothing.
_NO_ANSWER: Tokens = ("\0",)


@dataclass(frozen=True, eq=False)
class FittedMachine(NoTruthValue):
    """A machine and how it was found."""

    _ask = "fitted.reached"

    machine: Machine
    method: str
    reached: bool
    seconds: float
    steps: int = 0

    def decode(self, prompts: Sequence[Tokens], limit: int) -> list[Tokens]:
        """Answers of at most `limit` tokens."""
        return [self._answer(prompt, limit) for prompt in prompts]

    def _answer(self, prompt: Tokens, limit: int) -> Tokens:
        try:
            answer = self.machine.decode(prompt, limit)
        except SettingError:  # A token that no training prompt had.
            return _NO_ANSWER
        return _NO_ANSWER if answer is None else answer


def fit_pntm(
    task: SequenceTask,
    *,
    method: Method = "auto",
    longest: int = 20,
    seed: int = 0,
    budget_seconds: float = 300.0,
    device: str = "cpu",
    on_progress: Callable[[Any], None] = lambda progress: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> FittedMachine:
    """Learn a task from training sequences of up to `longest`.

    Raises `Interrupted` once `stop_requested()` is true.
    """
    from ..pntm.learn.learn import learn

    config = SequenceConfig.checked(task=task.name, longest=max(longest, task.shortest), seed=seed)
    learned = learn(
        config.draw_training(),
        method=method,
        seed=seed,
        device=device,
        seconds=budget_seconds,
        on_progress=on_progress,
        stop_requested=stop_requested,
    )
    if stop_requested():
        raise Interrupted(0)
    return FittedMachine(learned.machine, learned.way, learned.learned, learned.seconds)
