"""What the relevance gate of the NPU is for: one of two inputs is to be chosen (Heim et al. 2020, figure 3).

y = x1, where x2 is so small that x2^w is nothing for w > 0: without a gate the loss is flat there. Networks
start on a grid of the weights of both inputs.
"""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TypeAlias

import torch
from torch import Tensor, nn

from ...extract import extract_network
from ...models import NPU, RealNPU, stack_networks
from ...models._power import PowerUnit
from ...ranges import Range
from ._networks import abbreviated, counted, formulas, judged, squared_errors, train
from ._two_layers import NaiveNPU, NaiveRealNPU
from .experiment import Cell, Experiment, Row, Tell

Start: TypeAlias = tuple[float, float]
UNITS: dict[str, type[PowerUnit]] = {
    "npu": NPU,
    "realnpu": RealNPU,
    "npu without gate": NaiveNPU,
    "realnpu without gate": NaiveRealNPU,
}
TESTED = Range.parse("[0.1,10]")
BATCH, RATE, FLAT, ALLOWED = 128, 0.01, 0.1, 1e-2
_WIDTHS = torch.tensor([2.0, 0.1])
_FROM = torch.tensor([0.0, -0.05])


def rows(random: torch.Generator, size: int) -> tuple[Tensor, Tensor]:
    """x1 from [0,2], x2 from [-0.05,0.05], and y = x1."""
    x = _FROM + _WIDTHS * torch.rand(size, 2, generator=random)
    return x, x[:, :1]


def starts(quick: bool) -> list[Start]:
    """Weights of x1 from -1 to 2.5, of x2 from -0.2 to 1, as the authors draw them."""
    first, second = (3, 3) if quick else (8, 7)
    axes = (torch.linspace(-1, 2.5, first), torch.linspace(-0.2, 1, second))
    return [(float(a), float(b)) for a, b in product(*axes)]


def begun(unit: type[PowerUnit], start: Start) -> PowerUnit:
    network = unit(2, 1)
    with torch.no_grad():
        network.get_parameter("w_real").copy_(torch.tensor([start]))
    return network


def flat(networks: nn.Module, x: Tensor, t: Tensor) -> int:
    """For how many networks of a stack the loss has next to no slope in any parameter."""
    loss = (networks(x) - t).square().mean((-1, -2)).sum()
    slopes = torch.autograd.grad(loss, list(networks.parameters()), materialize_grads=True)
    size = torch.cat([slope.flatten(1) for slope in slopes], 1).norm(dim=1)
    return int((size < FLAT).sum())


def _cells(quick: bool) -> list[Cell]:
    names = ("npu", "npu without gate") if quick else tuple(UNITS)
    begins, iterations = len(starts(quick)), 50 if quick else 3_000
    return [{"unit": name, "starts": begins, "iterations": iterations} for name in names]


def _run(cell: Cell, tell: Tell) -> Row:
    unit, iterations = UNITS[str(cell["unit"])], int(cell["iterations"] or 1)
    begins = next(some for some in map(starts, (True, False)) if len(some) == cell["starts"])
    networks = stack_networks([begun(unit, start) for start in begins])
    plateau = flat(networks, *rows(torch.Generator().manual_seed(1), 1_000))

    def sample(random: torch.Generator) -> tuple[Tensor, Tensor]:
        x, t = rows(random, BATCH)
        return x, t.expand(len(begins), -1, -1)

    train(networks, len(begins), sample, iterations, RATE, tell)
    tell(1.0, "judging")
    extents = [TESTED, Range.parse("[-1,1]")]
    found = formulas(networks, len(begins), lambda n: extract_network(n, extents=extents))
    settled = judged(found, "x1", extents)
    others = Counter(text for text, verdict in settled if text and verdict != "proved")
    far = rows(torch.Generator().manual_seed(2), 1_000)[0] + torch.tensor([2.0, 1.0])
    errors = squared_errors(networks, far, far[:, :1])
    return {
        "flat_starts": f"{plateau}/{len(begins)}",
        "chosen": f"{sum(error < ALLOWED for error in errors)}/{len(begins)}",
        "verdicts": counted(Counter(verdict for _, verdict in settled)),
        "others_learned": abbreviated(others),
        "published": "stuck where the loss is flat" if "without" in str(cell["unit"]) else "learns",
    }


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("starts", "iterations"),
    note=f"Flat: the gradient in all parameters is shorter than {FLAT:g} at the start. Chosen: a squared "
    f"error below {ALLOWED:g} with x1 in [2,4] and x2 near 1. Verdicts: the formula is x1, x1 in {TESTED} "
    "and x2 in [-1,1]. The authors give pictures.",
)
