"""Modules inside networks that do not improve start again from new parameters (survey, section 4.1)."""

from __future__ import annotations

import torch
from torch import Tensor

from ..models import ArithmeticModule, Reinitialisation, member

_MOST_STORED = 100_000


class NetworkRestarts:
    """The losses of the networks of a stack, and new parameters for a module of those that stall.

    Sums of losses and of their squares are stored at every `every` iterations, so that means and
    deviations of any two parts are differences.
    """

    def __init__(
        self,
        module: ArithmeticModule,
        rule: Reinitialisation,
        iterations: int,
        generator: torch.Generator,
    ) -> None:
        self._module, self._rule, self._generator = module, rule, generator
        self._every = max(rule.every, iterations // _MOST_STORED)
        first = next(module.parameters())
        self._stack = first.shape[:-2].numel()
        self._sums = torch.zeros(iterations // self._every + 2, self._stack, 2).double()
        self._total = torch.zeros(self._stack, 2).double()
        self._started = torch.zeros(self._stack, dtype=torch.int64)
        self.count = torch.zeros(self._stack, dtype=torch.int64)

    def after(self, iteration: int, losses: Tensor) -> None:
        """Take note of the losses of an iteration, and start again what does not improve."""
        values = losses.double().cpu().reshape(-1, 1)
        self._total += torch.cat([values, values.square()], -1)
        place, rest = divmod(iteration + 1, self._every)
        if rest:
            return
        self._sums[place] = self._total
        stored = (place - self._started) * self._every
        if not bool((stored > self._rule.stored).any()):
            return
        middle = self._started + (place - self._started) // 2
        before, _ = self._statistics(self._started, middle)
        after, spread = self._statistics(middle, torch.full_like(middle, place))
        stalled = (before <= (after + spread) * (1 + 1e-9)) & (after > self._rule.loss)
        for index in torch.nonzero(stalled & (stored > self._rule.stored)).flatten().tolist():
            self._start(index, place)

    def _statistics(self, begin: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of the losses between two stored places."""
        own = torch.arange(self._stack)
        sums = self._sums[end, own] - self._sums[begin, own]
        mean, square = (sums / ((end - begin) * self._every).unsqueeze(-1)).unbind(-1)
        return mean, (square - mean.square()).clamp(min=0).sqrt()

    @torch.no_grad()
    def _start(self, index: int, place: int) -> None:
        self._started[index] = place
        self.count[index] += 1
        stacked = next(self._module.parameters()).dim() > 2
        fresh = member(self._module, index) if stacked else self._module
        fresh.reset_parameters(self._generator)
        if stacked:
            for name in self._module.raw_names:
                self._module.get_parameter(name)[index] = fresh.get_parameter(name)
