"""How often two numbers are equal in a list of pairs, by a recurrent register (survey, section 7.2)."""

from __future__ import annotations

import torch
from torch import Tensor

from ...expression import parse
from ...ranges import Range
from ._registers import count, fitted, inductions, shares_right
from .experiment import Cell, Experiment, Row, Tell

LENGTH, LARGEST = 5, 10
_TESTED = (5, 50, 500)


def pairs(
    generator: torch.Generator, size: int, length: int, largest: int
) -> tuple[Tensor, Tensor]:
    """Pairs of which three in ten are made equal."""
    x = torch.randint(1, largest + 1, (size, length, 2), generator=generator).float()
    equal = torch.rand(size, length, generator=generator) < 0.3
    x[..., 1] = torch.where(equal, x[..., 0], x[..., 1])
    return x, (x[..., 0] == x[..., 1]).sum(-1, keepdim=True).float()


def _cells(quick: bool) -> list[Cell]:
    return [{"seeds": 2 if quick else 10, "iterations": 50 if quick else 2_000}]


def _run(cell: Cell, tell: Tell) -> Row:
    seeds, iterations = int(cell["seeds"] or 1), int(cell["iterations"] or 1)

    def sample(generator: torch.Generator) -> tuple[Tensor, Tensor]:
        x, t = pairs(generator, 64, LENGTH, LARGEST)
        return x, t.expand(seeds, -1, -1)

    networks = fitted(count, seeds, sample, iterations, tell, penalty=100.0)
    tell(1.0, "judging")
    row: dict[str, str] = {}
    for length in _TESTED:
        shares = shares_right(
            networks, *pairs(torch.Generator().manual_seed(1), 500, length, LARGEST)
        )
        row[f"right_at_length_{length}"] = f"{sum(s == 1 for s in shares)}/{seeds}"
    settled = inductions(
        networks,
        seeds,
        [parse("h1 + Piecewise((1, x1 == x2), (0, True))")],
        [Range.parse("[0,1000]")] * 2,
        [Range.parse("[0,1000000]")],
        growth=Range.parse("[0,1]"),
    )
    return {**row, "formula_of_the_step": settled, "published": "degrades with the length"}


EXPERIMENT = Experiment(
    _cells,
    _run,
    note="Trained on lists of 5 pairs of numbers from 1 to 10. The formula has exact comparisons; the "
    "network's are smooth, and what they leave adds up.",
)
