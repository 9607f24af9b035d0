"""Networks of two layers for tasks on sums of subsets: arithmetic modules, and perceptrons beside them.

A stack of modules is trained by Adam, as everywhere, or each network by least squares (`solved`).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor, nn

from ...models import (
    INALU,
    NALU,
    NAU,
    NMU,
    NPU,
    GridDistance,
    NACMul,
    NACPlus,
    RealNPU,
    SparsitySchedule,
    Training,
    stack_networks,
)
from ...ranges import Range
from ...train.least_squares import NEARLY_EXACT, solve_network
from ._networks import Builder, evaluations, seeded, trained
from ._subsets import SubsetTask
from .experiment import Tell

# As the authors have it, the penalty is ten in both layers of a product; in a short training it comes later.
_STRONG = Training(penalty=GridDistance(SparsitySchedule(10.0, 20_000, 35_000)))


class _NAU(NAU):
    training_facts: ClassVar = _STRONG


class _NMU(NMU):
    training_facts: ClassVar = _STRONG


class _PositiveNAU(NAU):
    """A NAU whose sums of positive inputs begin positive, away from where powers have kinks."""

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        nn.init.uniform_(self.raw_weight, 0.0, 1.0, generator=generator)


class NaiveNPU(NPU):
    """An NPU without its relevance gate: y = ∏ᵢ xᵢ^wᵢ."""

    def weights(self) -> dict[str, Tensor]:
        return {**super().weights(), "gate": torch.ones_like(self.raw_gate)}


class NaiveRealNPU(RealNPU):
    """A RealNPU without its relevance gate."""

    def weights(self) -> dict[str, Tensor]:
        return {**super().weights(), "gate": torch.ones_like(self.raw_gate)}


PAIRS: dict[str, tuple[type[nn.Module], type[nn.Module]]] = {
    "nau-nmu": (_NAU, _NMU),
    "nau-nau": (NAU, NAU),
    "nau-npu": (NAU, NPU),
    "nau-realnpu": (NAU, RealNPU),
    "nau-naive npu": (NAU, NaiveNPU),
    "positive nau-nmu": (_PositiveNAU, _NMU),
    "positive nau-naive realnpu": (_PositiveNAU, NaiveRealNPU),
    "nac+-nac*": (NACPlus, NACMul),
    "nac+-nac+": (NACPlus, NACPlus),
    "nalu-nalu": (NALU, NALU),
    "inalu-inalu": (INALU, INALU),
}
ADAM, SQUARES = "adam", "least squares"
BATCH, RATE = 128, 0.01
_ROWS, _FIRST_ROWS, _STARTS = 4, 100, 6
ACTIVATIONS: dict[str, type[nn.Module]] = {"linear": nn.Identity, "relu6": nn.ReLU6}


def two_layers(pair: str, inputs: int, hidden: int = 2) -> Builder:
    """A builder of two modules, one after the other."""
    first, second = PAIRS[pair]

    def build(random: torch.Generator) -> nn.Module:
        layers = (first(inputs, hidden, generator=random), second(hidden, 1, generator=random))
        return nn.Sequential(*layers)

    return build


def learned(
    pair: str,
    training: str,
    task: SubsetTask,
    extent: Range,
    seeds: int,
    iterations: int,
    tell: Tell,
) -> nn.Module:
    """A stack of networks, one a seed, trained on rows of a range in one of two ways."""
    if training == SQUARES:
        return solved(pair, task, extent, seeds, tell)[0]
    sample = task.sampler(extent, BATCH, seeds)
    return trained(two_layers(pair, task.inputs), seeds, sample, iterations, RATE, tell)


def solved(
    pair: str, task: SubsetTask, extent: Range, seeds: int, tell: Tell
) -> tuple[nn.Module, list[int]]:
    """A stack of networks, one a seed, trained by least squares, and the starts that each of them took.

    A network begins anew until it is exact on its rows, at most a number of times; the best one stays.
    """
    networks, starts = [], []
    for seed in range(seeds):
        random, found = seeded(seed), []
        x, t = task.evaluation(extent, _ROWS * (2 * task.inputs + 2), seed=_FIRST_ROWS + seed)
        for start in range(_STARTS):
            network = two_layers(pair, task.inputs)(random)
            told = evaluations(tell, seed / seeds, f"seed {seed}, start {start + 1}")
            found.append((solve_network(network, x, t, on_progress=told), network))
            if found[-1][0] <= NEARLY_EXACT:
                break
        networks.append(min(found, key=lambda pair: pair[0])[1])
        starts.append(len(found))
    return stack_networks(networks), starts


class Perceptrons(nn.Module):
    """A stack of perceptrons, one a seed, with an activation between their layers.

    Shapes: x (…, batch, sizes[0]) → y (seeds, batch, sizes[-1]).
    """

    def __init__(self, activation: str, sizes: tuple[int, ...], seeds: int) -> None:
        super().__init__()
        self.activation = ACTIVATIONS[activation]()
        draws = [seeded(seed) for seed in range(seeds)]
        self.layers = nn.ParameterList(
            torch.stack([_uniform(outputs, inputs, random) for random in draws])
            for inputs, outputs in pairwise(sizes)
        )

    def forward(self, x: Tensor) -> Tensor:
        for place, layer in enumerate(self.layers):
            x = self.activation(x) if place else x
            x = x @ layer[..., :-1].mT + layer[..., None, :, -1]
        return x


def _uniform(outputs: int, inputs: int, random: torch.Generator) -> Tensor:
    """Weights and, in the last column, shifts, drawn as `nn.Linear` draws them."""
    return (2 * torch.rand(outputs, inputs + 1, generator=random) - 1) / math.sqrt(inputs)
