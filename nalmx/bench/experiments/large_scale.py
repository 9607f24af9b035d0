"""Large scale arithmetic: an operation on two sums of 100 inputs, by 100 hidden sums (Heim et al. 2020)."""

from __future__ import annotations

from statistics import median
from typing import Any

import torch
from torch import Tensor
from torch.quasirandom import SobolEngine

from ...ranges import Range
from ._networks import outcome, squared_errors, trained
from ._subsets import SubsetTask
from ._two_layers import two_layers
from .experiment import Cell, Experiment, Row, Tell

INPUTS, BATCH, NON_ZERO = 100, 128, 1e-3
# Trained and tested range, and the rate of learning.
OPERATIONS = {
    "add": ("[-1,1]", "[-4,4]", 1e-2),
    "mul": ("[-1,1]", "[-4,4]", 5e-3),
    "reciprocal": ("[0,0.5]", "[-0.5,0.5]", 5e-3),
    "root": ("[0,2]", "[0,4]", 5e-3),
}
PUBLISHED = {
    "nau-npu": ("0.092", "4.28", "1e-07", "0.054"),
    "nau-realnpu": ("0.063", "3.09", "1.4e-06", "0.017"),
    "nau-nmu": ("0.00602", "1.7", "1.62", "11"),
    "nalu-nalu": ("740", "2.9e83", "530", "7300"),
    "nau-naive npu": ("162", "3750", "5.4e17", "9.3e8"),
}


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (2, 30) if quick else (3, 1_000)
    return [
        {"operation": operation, "network": name, "seeds": seeds, "iterations": iterations}
        for operation in (("add",) if quick else OPERATIONS)
        for name in (("nau-nmu", "nau-realnpu") if quick else PUBLISHED)
    ]


class SobolPoints:
    """A scrambled Sobol sequence in a range of all inputs, a batch after the other."""

    def __init__(self, extent: Range, seed: int) -> None:
        self.lower, self.width = float(extent.lower), float(extent.hull.width)
        self.sequence: Any = SobolEngine(INPUTS, scramble=True, seed=seed)  # type: ignore[no-untyped-call]

    def draw(self, size: int) -> Tensor:
        points: Tensor = self.sequence.draw(size)
        return self.lower + self.width * points


def non_zero(networks: torch.nn.Module) -> list[int]:
    """How many parameters of each network of a stack are not zero."""
    counts = [(p.abs() > NON_ZERO).flatten(1).sum(1) for p in networks.parameters()]
    return [int(count) for count in torch.stack(counts).sum(0)]


def _run(cell: Cell, tell: Tell) -> Row:
    operation, name = str(cell["operation"]), str(cell["network"])
    seeds, iterations = int(cell["seeds"] or 1), int(cell["iterations"] or 1)
    inside, beyond, rate = OPERATIONS[operation]
    task = SubsetTask(operation, INPUTS, subset=0.5, overlap=0.25)
    sequence, tested = SobolPoints(Range.parse(inside), 0), Range.parse(beyond)

    def sample(generator: torch.Generator) -> tuple[Tensor, Tensor]:
        x = sequence.draw(BATCH)
        return x, task.targets(x).expand(seeds, -1, -1)

    build = two_layers(name, INPUTS, INPUTS)
    networks = trained(build, seeds, sample, iterations, rate, tell)
    tell(1.0, "judging")
    x = SobolPoints(tested, 1).draw(1_000)
    errors = squared_errors(networks, x, task.targets(x.double()))
    middle = median(errors)
    apart = median(abs(error - middle) for error in errors)
    found = outcome(networks, seeds, errors, 1e-5, task.truth, [tested] * INPUTS)
    return {
        "median_error": float(f"{middle:.3g}"),
        "median_deviation": float(f"{apart:.2g}"),
        "non_zero": round(median(non_zero(networks))),
        "formula": found["formula"],
        "verdicts": found["verdicts"],
        "others_learned": found["others_learned"],
        "published": PUBLISHED[name][list(OPERATIONS).index(operation)],
    }


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "iterations"),
    note="Errors: the median of the squared errors on the tested range. Published: the authors' table, of "
    "ten runs of 100,000 iterations (the NMU's sum: 10,000). Non-zero: parameters above "
    f"{NON_ZERO:g}, of about 10,100.",
)
