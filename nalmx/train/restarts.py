"""Models that do not improve start again from new parameters (survey, section 4.1)."""

from __future__ import annotations

import torch
from torch import Tensor

from ..models import Reinitialisation
from .engine import LOG_EVERY, NewStart
from .stacked import Stacked


class Restarts:
    """The losses stored since each model's last start, and which models are due.

    A loss is stored at every iteration: the last logged validation loss. So a logging interval counts
    in a mean by the number of its iterations.
    """

    def __init__(self, stack: Stacked, rule: Reinitialisation, logs: int) -> None:
        self._stack = stack
        self._rule = rule
        models = len(stack.members)
        self.started = torch.zeros(models, dtype=torch.int64)
        self.count = torch.zeros(models, dtype=torch.int64)
        self.losses = torch.zeros(models, logs + 1, dtype=torch.float64)

    def record(self, iteration: int, validation: Tensor) -> None:
        """Take note of a logged validation loss."""
        self.losses[:, iteration // LOG_EVERY] = validation

    def due(self, first: int, length: int) -> list[NewStart]:
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
                restarts.append(NewStart(model, iteration - first, raw))
        return restarts

    def _stalled(self, iteration: int) -> Tensor:
        stored = iteration + 1 - self.started
        ready = stored > self._rule.stored
        if not bool(ready.any()):
            return ready
        middle = self.started + stored // 2
        before, _ = self._statistics(self.started, middle)
        after, spread = self._statistics(middle, torch.full_like(stored, iteration + 1))
        # Losses that stay exactly alike count as not improving, whatever the rounding of the means.
        return ready & (before <= (after + spread) * (1 + 1e-9)) & (after > self._rule.loss)

    def _statistics(self, begin: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of the losses of iterations begin ≤ i < end."""
        starts = torch.arange(self.losses.shape[1]) * LOG_EVERY
        first, last = begin.unsqueeze(1).clamp(min=starts), end.unsqueeze(1)
        weights = (last.clamp(max=starts + LOG_EVERY) - first).clamp(min=0).double()
        losses, count = torch.where(weights > 0, self.losses, 0.0), weights.sum(1)
        mean = (weights * losses).sum(1) / count
        deviations = (losses - mean.unsqueeze(1)).square()
        return mean, ((weights * deviations).sum(1) / count).sqrt()
