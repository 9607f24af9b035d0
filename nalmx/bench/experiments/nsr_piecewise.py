"""Functions with two cases, one continuous and one not, by a register and two NAUs (survey, section 7.2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...models import NAU, Choice
from ...ranges import Range
from ._networks import commonest, formulas, squared_errors, verdicts
from ._registers import fitted, register
from .experiment import Cell, Experiment, Row, Tell

# The jump's constant comes as an input, since a NAU has none of its own.
TRUTHS = {
    "continuous": "Abs(x1 - x2)",
    "jump": "Piecewise((x5 + x6, x1 > x2), (x4 - x3, True))",
}
_ALLOWED = 0.01


def rows(
    function: str, generator: torch.Generator, size: int, scale: float
) -> tuple[Tensor, Tensor]:
    pair = torch.randint(-10, 10, (size, 2), generator=generator).float() * scale
    if function == "continuous":
        return pair, (pair[:, :1] - pair[:, 1:]).abs()
    others = torch.randint(-100, 101, (size, 3), generator=generator).float()
    x = torch.cat([pair, others, torch.full((size, 1), 4.0)], -1)
    t = torch.where(x[:, :1] > x[:, 1:2], x[:, 4:5] + 4, x[:, 3:4] - x[:, 2:3])
    return x, t


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (2, 50) if quick else (10, 4_000)
    return [{"function": name, "seeds": seeds, "iterations": iterations} for name in TRUTHS]


def _run(cell: Cell, tell: Tell) -> Row:
    function, seeds = str(cell["function"]), int(cell["seeds"] or 1)
    inputs = 2 if function == "continuous" else 6

    def build(random: torch.Generator) -> nn.Module:
        arms = [NAU(inputs, 1, generator=random) for _ in range(2)]
        return Choice(register(inputs, random), *arms)

    def sample(generator: torch.Generator) -> tuple[Tensor, Tensor]:
        x, t = rows(function, generator, 128, 1.0)
        return x, t.expand(seeds, -1, -1)

    networks = fitted(build, seeds, sample, int(cell["iterations"] or 1), tell)
    tell(1.0, "judging")
    x, t = rows(function, torch.Generator().manual_seed(1), 2_000, 1_000.0)
    allowed = _ALLOWED**2 * float(t.square().mean())
    errors = squared_errors(networks, x, t)
    found = formulas(networks, seeds)
    return {
        "success": f"{sum(error < allowed for error in errors)}/{seeds}",
        "formula": commonest(found),
        "verdicts": verdicts(found, TRUTHS[function], [Range.parse("[-10000,10000]")] * inputs),
        "published": "learned" if function == "continuous" else "not learned",
    }


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "iterations"),
    note="Compared numbers from -10 to 9, tested a thousand times as large; a success errs "
    "by less than 1 % in the mean square.",
)
