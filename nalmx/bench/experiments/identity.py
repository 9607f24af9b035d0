"""The identity by networks that bend: right where they are trained, wrong beyond (survey, section 1)."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import torch
from torch import Tensor, nn

from ...expression import Variable
from ...extract import network_as_trained
from ...models import NAU
from ...ranges import Range
from ...train.network import train_network
from ...verify import Tolerance
from ._networks import counted, seeded, verdict
from .experiment import Cell, Experiment, Row, Tell

TRAINED, TESTED = Range.parse("[-5,5]"), Range.parse("[-20,20]")
WIDTH, BATCH, RATE = 8, 128, 0.01
WITHIN = Tolerance.parse("abs:1")
ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "softplus": nn.Softplus,
    "softsign": nn.Softsign,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
}


def network(model: str, seed: int) -> nn.Module:
    """1-8-8-8-1 with an activation, or one addition unit."""
    if model == "nau":
        return NAU(1, 1, generator=seeded(seed))
    torch.manual_seed(seed)
    sizes = [1, WIDTH, WIDTH, WIDTH, 1]
    layers = [nn.Linear(a, b) for a, b in pairwise(sizes)]
    bent = [part for layer in layers for part in (layer, ACTIVATIONS[model]())]
    return nn.Sequential(*bent[:-1])


def _sample(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    x = 10 * torch.rand(BATCH, 1, generator=generator) - 5
    return x, x


@torch.no_grad()
def _error(model: nn.Module, extent: Range, apart: Range | None = None) -> float:
    """The mean distance to the input on a range, without what lies in another."""
    x = torch.linspace(float(extent.lower), float(extent.upper), 4_001)[:, None]
    if apart is not None:
        x = x[(x < float(apart.lower)) | (x > float(apart.upper))][:, None]
    return float((model(x) - x).abs().mean())


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (2, 50) if quick else (5, 3_000)
    models = ("relu", "tanh", "nau") if quick else (*ACTIVATIONS, "nau")
    return [{"model": model, "seeds": seeds, "iterations": iterations} for model in models]


def _run(cell: Cell, tell: Tell) -> Row:
    model, seeds, iterations = (
        str(cell["model"]),
        int(cell["seeds"] or 1),
        int(cell["iterations"] or 1),
    )
    inside, beyond = [], []
    found: dict[str, Counter[str]] = {"trained_range": Counter(), "four_times_that": Counter()}
    for seed in range(seeds):

        def show(iteration: int, loss: Tensor, seed: int = seed) -> None:
            tell((seed + iteration / iterations) / seeds, f"seed {seed}, iteration {iteration}")

        trained = network(model, seed)
        train_network(trained, _sample, iterations, RATE, seeded(seed), on_progress=show)
        inside.append(_error(trained, TRAINED))
        beyond.append(_error(trained, TESTED, TRAINED))
        formula = network_as_trained(trained)
        for counts, extent in zip(found.values(), (TRAINED, TESTED), strict=True):
            (name,) = formula.inputs
            counts[verdict(formula.outputs[0], Variable(name), [name], [extent], WITHIN)] += 1
    return {
        "error_inside": float(f"{sorted(inside)[seeds // 2]:.3g}"),
        "error_beyond": float(f"{sorted(beyond)[seeds // 2]:.3g}"),
        **{f"within_1_on_{name}": counted(counts) for name, counts in found.items()},
        "published": "the error grows beyond the range",
    }


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "iterations"),
    note="y = x, trained on [-5,5]. Errors are mean distances, the median of the seeds: on [-5,5], and on "
    "[-20,20] without it. Verdicts are on the networks as trained, in real arithmetic: whether "
    "every input of the range has an output at most 1 away.",
)
