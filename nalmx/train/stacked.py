"""The models of one or several runs, trained together as one stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..models import ArithmeticModule, Training
from .config import Config
from .sources import DataSource


@dataclass(frozen=True, slots=True)
class Stacked:
    """Configurations that differ in their rows and seeds only; a model for each of their seeds."""

    configs: tuple[Config, ...]

    @property
    def config(self) -> Config:
        """What the configurations have in common can be read from any of them."""
        return self.configs[0]

    @property
    def kind(self) -> type[ArithmeticModule]:
        return self.config.module_class

    @property
    def facts(self) -> Training:
        return self.kind.training_for(self.config.source.task)

    @property
    def members(self) -> list[tuple[int, DataSource]]:
        """Seed and source of every model."""
        return [(seed, c.source) for c in self.configs for seed in c.seed_list]

    @property
    def cell(self) -> list[int]:
        """The place of every model's configuration."""
        return [place for place, c in enumerate(self.configs) for _ in c.seed_list]

    def slices(self) -> list[slice]:
        """Where the models of each configuration lie."""
        ends = [sum(c.seeds for c in self.configs[: k + 1]) for k in range(len(self.configs))]
        return [slice(end - c.seeds, end) for c, end in zip(self.configs, ends, strict=True)]

    def initial(self, seed: int, draw: int = 0) -> ArithmeticModule:
        """An untrained module, initialised as in the published benchmark.

        It draws the parameters twice from the seed's generator and keeps the second draw; a module
        that starts again takes the next one.
        """
        generator = torch.Generator().manual_seed(seed)
        module = self.kind(self.config.inputs, 1, generator=generator)
        for _ in range(draw + 1):
            module.reset_parameters(generator)
        return module

    def evaluation_sets(self, *, extrapolation: bool) -> tuple[Tensor, Tensor]:
        """x (cells, inputs, n) in float32 and t (cells, n), rounded to float32, in float64."""
        inputs, targets = [], []
        for config in self.configs:
            x, t = config.source.test() if extrapolation else config.source.validation()
            inputs.append(torch.from_numpy(x).float().T)
            targets.append(torch.from_numpy(t).float().double())
        if len({len(t) for t in targets}) > 1:
            raise ValueError("runs judged on different numbers of rows cannot be trained together")
        return torch.stack(inputs), torch.stack(targets)


def stacked(configs: Sequence[Config]) -> Stacked:
    """A stack of configurations, which must agree in all but their rows and seeds."""
    stack = Stacked(tuple(configs))
    for config in configs:
        for name in ("module", "inputs", "iterations", "training"):
            if getattr(config, name) != getattr(stack.config, name):
                raise ValueError(f"runs that differ in {name} cannot be trained together")
        if config.source.truths != stack.config.source.truths:
            raise ValueError("runs on sources of different kinds cannot be trained together")
    return stack
