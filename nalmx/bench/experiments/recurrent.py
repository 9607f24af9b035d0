"""Simple functions of sums over time: train on 10 items, test on 1,000 (Trask et al. 2018)."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import torch
from torch import Tensor, nn

from ...errors import ExtractionError
from ...expression import Apply, Expression, Number, Variable
from ...expression.nodes import substitute
from ...extract import extract_network, step_formula
from ...models import NAU, NMU, Recurrent, network_member
from ...ranges import Range
from ...train.network import train_network
from ._networks import counted, seeded, trained, verdict
from ._subsets import SubsetTask
from .experiment import Cell, Experiment, Row, Tell

FEATURES, LENGTH, TESTED = 10, 10, 1_000
_OUTPUTS = {"add": NAU, "sub": NAU, "mul": NMU}
_PUBLISHED = {
    "add": "NALU 0, NAC 0, LSTM 96.1",
    "sub": "NALU 0, NAC 0, LSTM 85.5",
    "mul": "NALU 0, NAC 88.4",
}
_SUMS = Range.parse("[0,1000000]")
RIVALS: dict[str, type[nn.LSTM] | type[nn.GRU]] = {"lstm": nn.LSTM, "gru": nn.GRU}


class Sums(nn.Module):
    """Two sums over time by a recurrent NAU, and an operation on them."""

    def __init__(self, operation: str, random: torch.Generator) -> None:
        super().__init__()
        self.sums = Recurrent(NAU(FEATURES + 2, 2, generator=random), [0.0, 0.0])
        self.output = _OUTPUTS[operation](2, 1, generator=random)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.output(self.sums(x))
        return y


class Rival(nn.Module):
    """A recurrent network of torch with a linear output."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.cell = RIVALS[name](FEATURES, 16, batch_first=True)
        self.output = nn.Linear(16, 1)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.cell(x)
        y: Tensor = self.output(states[:, -1])
        return y


def _rows(
    task: SubsetTask, generator: torch.Generator, size: int, length: int
) -> tuple[Tensor, Tensor]:
    x = torch.rand(size, length, FEATURES, generator=generator) + 1
    return x, task.targets(x.sum(-2))


def _whole(network: nn.Module, truth: Expression) -> str:
    """The verdict on the network at every length, in terms of the sums of each input over time.

    A step is proved to add L(item) to the states, and L(x + y) to be L(x) + L(y); then the states are L
    of the sums, whatever the length, and it remains to compare the output of that with the truth.
    """
    assert isinstance(network, Sums)
    try:
        step, output = step_formula(network.sums), extract_network(network.output)
    except ExtractionError:
        return "no formula"
    items, states = step.inputs[:FEATURES], step.inputs[FEATURES:]
    none = dict.fromkeys(states, Number(Fraction(0)))
    added = [substitute(after, none) for after in step.outputs]
    other = {name: Variable(f"{name}_later") for name in items}
    both = {name: Apply("add", (Variable(name), later)) for name, later in other.items()}
    claims: list[tuple[Expression, Expression]] = [
        (after, Apply("add", (Variable(name), part)))
        for name, after, part in zip(states, step.outputs, added, strict=True)
    ]
    claims += [
        (substitute(part, both), Apply("add", (part, substitute(part, other)))) for part in added
    ]
    sums = dict(zip(output.inputs, added, strict=True))
    claims.append((substitute(output.outputs[0], sums), truth))
    names = [*step.inputs, *(later.name for later in other.values())]
    found = [verdict(left, right, names, [_SUMS] * len(names)) for left, right in claims]
    return next((one for one in found if one != "proved"), "proved for every length")


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (2, 20) if quick else (5, 4_000)
    models = ("nau",) if quick else ("nau", *RIVALS)
    return [
        {"operation": operation, "model": model, "seeds": seeds, "iterations": iterations}
        for model in models
        for operation in _OUTPUTS
    ]


def _score(y: Tensor, t: Tensor) -> float:
    """The error in percent of that of a constant."""
    return float(100 * (y - t).square().mean() / (t - t.mean()).square().mean())


def _run(cell: Cell, tell: Tell) -> Row:
    operation, model = str(cell["operation"]), str(cell["model"])
    task = SubsetTask(operation, FEATURES, subset=0.2, overlap=0.5)
    tested = _rows(task, seeded(1), 100, TESTED)
    if model in RIVALS:
        return _rival(task, model, cell, tested, tell)
    seeds = int(cell["seeds"] or 1)

    def sample(generator: torch.Generator) -> tuple[Tensor, Tensor]:
        x, t = _rows(task, generator, 128, LENGTH)
        return x, t.expand(seeds, -1, -1)

    iterations = int(cell["iterations"] or 1)
    networks = trained(
        lambda random: Sums(operation, random), seeds, sample, iterations, 0.01, tell
    )
    tell(1.0, "judging")
    with torch.no_grad():
        scores = sorted(_score(y, tested[1]) for y in networks(tested[0]))
    found = Counter(_whole(network_member(networks, place), task.truth) for place in range(seeds))
    return {
        "score_at_length_1000": float(f"{scores[len(scores) // 2]:.3g}"),
        "verdicts": counted(found),
        "published": _PUBLISHED[operation],
    }


def _rival(
    task: SubsetTask, model: str, cell: Cell, tested: tuple[Tensor, Tensor], tell: Tell
) -> Row:
    """The median score of networks of torch, which are trained one after the other."""
    scores = []
    seeds, iterations = int(cell["seeds"] or 1), int(cell["iterations"] or 1)
    for seed in range(seeds):
        torch.manual_seed(seed)
        network = Rival(model)

        def show(iteration: int, loss: Tensor, seed: int = seed) -> None:
            tell((seed + iteration / iterations) / seeds, f"seed {seed}, iteration {iteration}")

        def sample(generator: torch.Generator) -> tuple[Tensor, Tensor]:
            return _rows(task, generator, 128, LENGTH)

        train_network(network, sample, iterations, 0.01, seeded(seed), on_progress=show)
        with torch.no_grad():
            scores.append(_score(network(tested[0]), tested[1]))
    return {
        "score_at_length_1000": float(f"{sorted(scores)[seeds // 2]:.3g}"),
        "published": _PUBLISHED[str(cell["operation"])],
    }


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "iterations"),
    note="Score: the squared error in percent of that of the mean. Published scores of Trask et al. are not "
    "checked against the paper. Trained on 10 items of 10 inputs in [1,2], tested on 1,000. Verdicts hold "
    "while the sums of each input stay below 10^6.",
)
