"""What experiments with the neural status register share: its networks and how they are trained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from ...errors import ExtractionError
from ...expression import Expression
from ...extract import step_formula
from ...models import NAU, NSR, Beside, Choice, Recurrent, network_member
from ...ranges import Range
from ...runs.every_length import every_length
from ...train.network import Sampler
from ._networks import EFFORT, counted, trained
from .experiment import Tell

STEEPNESS, REDUNDANCY, RATE = 3.0, 3, 0.05
PENALTY = 10.0


def register(inputs: int, random: torch.Generator, outputs: int = 1) -> NSR:
    return NSR(inputs, outputs, redundancy=REDUNDANCY, steepness=STEEPNESS, generator=random)


def smaller(random: torch.Generator) -> Choice:
    """One of two inputs, as it is or negated, by a comparison of them."""
    arms = [NAU(2, 1, generator=random) for _ in range(2)]
    return Choice(register(2, random), *arms)


def minimum(random: torch.Generator) -> Recurrent:
    return Recurrent(smaller(random), "first")


def count(random: torch.Generator) -> Recurrent:
    """How often the two numbers of an item are equal."""
    sums = NAU(5, 1, generator=random)
    return Recurrent(nn.Sequential(Beside(register(3, random), nn.Identity()), sums), [0.0])


def fitted(
    build: Callable[[torch.Generator], nn.Module],
    seeds: int,
    sample: Sampler,
    iterations: int,
    tell: Tell,
    penalty: float = PENALTY,
) -> nn.Module:
    return trained(build, seeds, sample, iterations, RATE, tell, penalty_scale=penalty)


def inductions(
    networks: nn.Module,
    seeds: int,
    truth: Sequence[Expression],
    items: Sequence[Range],
    states: Sequence[Range],
    growth: Range | None = None,
    coefficients: int | None = None,
) -> str:
    """What induction establishes of each recurrent network of a stack, counted."""
    found: Counter[str] = Counter()
    for place in range(seeds):
        network = network_member(networks, place)
        assert isinstance(network, Recurrent)
        try:
            step = step_formula(network, coefficients=coefficients)
        except ExtractionError:
            found["no formula"] += 1
            continue
        initial = network.initial
        settled = every_length(step, truth, items, states, initial, growth=growth, effort=EFFORT)
        found[str(settled).partition(":")[0]] += 1
    return counted(found)


@torch.no_grad()
def shares_right(networks: nn.Module, x: Tensor, t: Tensor, within: float = 0.5) -> list[float]:
    """For each network of a stack, the share of samples that it answers within a distance."""
    right = ((networks(x) - t).abs() < within).all(-1).double().mean(-1)
    return [float(value) for value in right.tolist()]
