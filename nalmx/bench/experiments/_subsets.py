"""The Arithmetic Dataset Task: an operation on two sums of subsets of many inputs (survey, section 5).

    a = Σ x[s : s + n],   b = Σ x[s + n − m : s + 2n − m],   y = a ∘ b

with subsets of n inputs that share m. The offset s is drawn by the seed of the task.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...expression import Expression, parse
from ...expression.nodes import substitute
from ...ranges import Range
from ...tasks.arithmetic import sample
from ...train.network import Sampler

OPERATIONS: dict[str, tuple[str, Callable[[Tensor, Tensor], Tensor]]] = {
    "add": ("a + b", torch.add),
    "sub": ("a - b", torch.sub),
    "mul": ("a*b", torch.mul),
    "div": ("a/b", torch.div),
    "square": ("a**2", lambda a, b: a * a),
    "root": ("sqrt(a)", lambda a, b: a.sqrt()),
    "reciprocal": ("1/a", lambda a, b: 1 / a),
}
EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class SubsetTask:
    """The task on one range; sizes of the subset and of what is shared are parts of the inputs."""

    operation: str
    inputs: int = 100
    subset: float = 0.25
    overlap: float = 0.5
    seed: int = 0

    @property
    def slices(self) -> tuple[slice, slice]:
        size = int(self.subset * self.inputs)
        second = size - int(self.overlap * size)
        offset = np.random.default_rng(self.seed).integers(0, self.inputs - second - size + 1)
        first = int(offset)
        return slice(first, first + size), slice(first + second, first + second + size)

    @property
    def truth(self) -> Expression:
        """The truth as an expression of x1, x2, …"""
        a, b = (
            parse(" + ".join(f"x{i + 1}" for i in range(part.start, part.stop)))
            for part in self.slices
        )
        return substitute(parse(OPERATIONS[self.operation][0]), {"a": a, "b": b})

    def targets(self, x: Tensor, *, epsilon: float = 0.0) -> Tensor:
        """y (…, 1) of x (…, inputs), or of a model whose first weights are ε off their 0 and 1."""
        others = epsilon * x.sum(-1, keepdim=True)
        a, b = (
            x[..., part].sum(-1, keepdim=True) * (1 - 2 * epsilon) + others for part in self.slices
        )
        return OPERATIONS[self.operation][1](a, b)

    def sampler(self, extent: Range, batch: int, stack: int) -> Sampler:
        """Batches that all networks of a stack share."""
        lower, width = float(extent.lower), float(extent.hull.width)

        def rows(generator: torch.Generator) -> tuple[Tensor, Tensor]:
            x = lower + width * torch.rand(batch, self.inputs, generator=generator)
            return x, self.targets(x).expand(stack, -1, -1)

        return rows

    def evaluation(self, extent: Range, size: int, seed: int = 1) -> tuple[Tensor, Tensor]:
        x = torch.from_numpy(sample(extent, np.random.RandomState(seed), (size, self.inputs)))
        return x.float(), self.targets(x.float().double())

    def threshold(self, extent: Range, samples: int = 100_000) -> float:
        """The squared error of the model that is perfect but for ε in its first layer."""
        total, chunk = 0.0, 10_000
        for seed in range(samples // chunk):
            x = sample(extent, np.random.RandomState(seed), (chunk, self.inputs))
            rows = torch.from_numpy(x)
            error = self.targets(rows, epsilon=EPSILON) - self.targets(rows)
            total += float(error.square().sum())
        return total / samples
