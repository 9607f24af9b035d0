"""Adam for a stack of independent modules, in elementwise arithmetic only."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def rates(learning_rate: float, step: int) -> tuple[float, float]:
    """The factor of m and the constant added to √v at a step, for m and v without 1 − β."""
    scale: float = ((1 - BETA2**step) / (1 - BETA2)) ** 0.5
    return learning_rate * scale * (1 - BETA1) / (1 - BETA1**step), EPSILON * scale


class Adam:
    """Adam (Kingma & Ba 2015) with its default constants.

        m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²
        p ← p − lr · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)

    Adam is elementwise, so a stack is the same as separate runs. All parameters are updated as
    one flat tensor, and only with operations whose rounding does not depend on an element's
    place. `m` and `v` are kept without their constant factors 1 − β.
    """

    def __init__(self, parameters: Sequence[nn.Parameter], learning_rate: float) -> None:
        self._parameters = list(parameters)
        self._learning_rate = learning_rate
        flat = self._flatten([p.detach() for p in self._parameters])
        self.m = torch.zeros_like(flat)
        self.v = torch.zeros_like(flat)
        self.steps = 0

    def step(self, gradients: Sequence[Tensor], decay: float = 1.0) -> None:
        """Update the parameters with their gradients; call it without gradient recording.

        `decay` is the part of the learning rate that is left.
        """
        self.steps += 1
        gradient = self._flatten(gradients)
        self.m.mul_(BETA1).add_(gradient)
        self.v.mul_(BETA2).add_(gradient * gradient)
        rate, epsilon = rates(self._learning_rate * decay, self.steps)
        update = (self.m * rate).div_(self.v.sqrt().add_(epsilon))
        if len(self._parameters) == 1:
            self._parameters[0].sub_(update)
            return
        start = 0
        for parameter in self._parameters:
            part = update[start : start + parameter.numel()]
            parameter.sub_(part.view_as(parameter))
            start += parameter.numel()

    @staticmethod
    def _flatten(tensors: Sequence[Tensor]) -> Tensor:
        if len(tensors) == 1:
            return tensors[0].contiguous()
        return torch.cat([tensor.reshape(-1) for tensor in tensors])
