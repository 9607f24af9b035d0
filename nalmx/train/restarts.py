"""Models that do not improve start again from new parameters (survey, section 4.1)."""

from __future__ import annotations

import torch
from torch import Tensor

from ..models import Reinitialisation
from .engine import LOG_EVERY, Restart
from .stacked import Stacked


class Restarts:
    """The losses stored since each model's last start, and which models are due.

    A loss is stored at every iteration: the last logged validation loss. Sums over any stretch of
    them follow from sums over whole logging intervals.
    """

    def __init__(self, stack: Stacked, rule: Reinitialisation, logs: int) -> None:
        self._stack = stack
        self._rule = rule
        models = len(stack.members)
        self.started = torch.zeros(models, dtype=torch.int64)
        self.count = torch.zeros(models, dtype=torch.int64)
        # One more row than there are logs: the sum up to an interval's end may ask for it.
        self.losses = torch.zeros(models, logs + 1, dtype=torch.float64)

    def record(self, iteration: int, validation: Tensor) -> None:
        """Take note of a logged validation loss."""
        self.losses[:, iteration // LOG_EVERY] = validation

    def due(self, first: int, length: int) -> list[Restart]:
        """The restarts of a chunk of iterations, which change what is stored from there on."""
        every = self._rule.every
        begin = max(-(-first // every) * every, every)
        restarts = []
        for iteration in range(begin, first + length, every):
            for model in torch.nonzero(self._stalled(iteration)).flatten().tolist():
                seed, _ = self._stack.members[model]
                self.started[model] = iteration + 1
                self.count[model] += 1
                module = self._stack.initial(seed, int(self.count[model]))
                raw = {n: module.get_parameter(n).detach() for n in module.raw_names}
                restarts.append(Restart(model, iteration - first, raw))
        return restarts

    def _stalled(self, iteration: int) -> Tensor:
        stored = iteration + 1 - self.started
        ready = stored > self._rule.stored
        if not bool(ready.any()):
            return ready
        middle, end = self.started + stored // 2, torch.full_like(stored, iteration + 1)
        before = self._sum(self.losses, self.started, middle) / (middle - self.started)
        after = self._sum(self.losses, middle, end) / (end - middle)
        squares = self._sum(self.losses.square(), middle, end) / (end - middle)
        spread = (squares - after.square()).clamp(min=0).sqrt()
        # Losses that stay exactly alike count as not improving, whatever the rounding of the sums.
        level = (after + spread) * (1 + 1e-9)
        return ready & (before <= level) & (after > self._rule.loss)

    def _sum(self, values: Tensor, begin: Tensor, end: Tensor) -> Tensor:
        """Σ over iterations begin ≤ i < end of the value of each one's logging interval."""
        whole = torch.nn.functional.pad(values.cumsum(1) * LOG_EVERY, (1, 0))

        def up_to(iteration: Tensor) -> Tensor:
            row, rest = iteration // LOG_EVERY, iteration % LOG_EVERY
            at = torch.arange(len(values))
            return whole[at, row] + rest * values[at, row]

        return up_to(end) - up_to(begin)
