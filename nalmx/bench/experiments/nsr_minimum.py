"""The minimum of a list by a recurrent register (survey, section 7.2)."""

from __future__ import annotations

import torch
from torch import Tensor

from ...expression import parse
from ...ranges import Range
from ._registers import fitted, inductions, minimum, shares_right
from .experiment import Cell, Experiment, Row, Tell

LENGTH, LARGEST = 5, 10
_TESTED = ((5, 10), (50, 10), (50, 10 * 2**14))


def lists(
    generator: torch.Generator, size: int, length: int, largest: int
) -> tuple[Tensor, Tensor]:
    x = torch.randint(1, largest + 1, (size, length, 1), generator=generator).float()
    return x, x.amin(-2)


def _cells(quick: bool) -> list[Cell]:
    return [{"seeds": 2 if quick else 10, "iterations": 50 if quick else 3_000}]


def _run(cell: Cell, tell: Tell) -> Row:
    seeds, iterations = int(cell["seeds"] or 1), int(cell["iterations"] or 1)

    def sample(generator: torch.Generator) -> tuple[Tensor, Tensor]:
        x, t = lists(generator, 64, LENGTH, LARGEST)
        return x, t.expand(seeds, -1, -1)

    networks = fitted(minimum, seeds, sample, iterations, tell)
    tell(1.0, "judging")
    row: dict[str, str] = {}
    for length, largest in _TESTED:
        x, t = lists(torch.Generator().manual_seed(1), 1_000, length, largest)
        shares = shares_right(networks, x, t, within=max(0.5, largest / 1_000))
        row[f"right_at_length_{length}_up_to_{largest}"] = f"{sum(s == 1 for s in shares)}/{seeds}"
    extent = Range.parse("[0,1000000]")
    settled = inductions(networks, seeds, [parse("Min(x1, h1)")], [extent], [extent])
    return {
        **row,
        "on_numbers_up_to_10^6": settled,
        "published": "perfect at all lengths and ranges",
    }


EXPERIMENT = Experiment(
    _cells,
    _run,
    note="Trained on lists of 5 numbers from 1 to 10. Right: within 1/2, or a thousandth of the largest.",
)
