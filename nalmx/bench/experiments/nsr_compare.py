"""Comparisons of two numbers, far beyond the training range (survey, section 7.2)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ...models import network_member
from ...ranges import Range
from ...train.network import log_loss
from ._networks import commonest, formulas, trained, verdicts
from ._registers import register
from .experiment import Cell, Experiment, Row, Tell

LARGEST, DIGITS = 9, 18
COMPARISONS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "greater": (">", operator.gt),
    "less": ("<", operator.lt),
    "at-least": (">=", operator.ge),
    "at-most": ("<=", operator.le),
    "equal": ("==", operator.eq),
    "unequal": ("!=", operator.ne),
}


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (2, 50) if quick else (10, 2_000)
    return [{"comparison": name, "seeds": seeds, "iterations": iterations} for name in COMPARISONS]


def _training(compare: Callable[[Any, Any], Any], seeds: int) -> tuple[Tensor, Tensor]:
    """All pairs from 1 to 9, with equal ones repeated to a third; targets are the truth and its negation."""
    numbers = torch.arange(1, LARGEST + 1)
    every = torch.cartesian_prod(numbers, numbers)
    equal = torch.stack([numbers, numbers], -1).repeat(4, 1)
    x = torch.cat([every, equal]).float()
    t = compare(x[:, :1], x[:, 1:]).float()
    return x, torch.cat([t, 1 - t], -1).expand(seeds, -1, -1)


def compared(
    compare: Callable[[Any, Any], Any], seeds: int, iterations: int, tell: Tell
) -> torch.nn.Module:
    """Registers of two numbers, trained on all pairs from 1 to 9."""
    data = _training(compare, seeds)
    networks = trained(
        lambda random: register(2, random),
        seeds,
        lambda generator: data,
        iterations,
        0.03,
        tell,
        loss=log_loss,
    )
    tell(1.0, "judging")
    return networks


def _reach(network: torch.nn.Module, compare: Callable[[Any, Any], Any]) -> int:
    """The largest i for which all pairs of 10^i and numbers at most 5 apart are judged right."""
    network = network.double()
    for digits in range(1, DIGITS + 1):
        generator = torch.Generator().manual_seed(digits)
        first = torch.randint(
            10**digits, min(10 ** (digits + 1), 9 * 10**18), (200, 1), generator=generator
        )
        second = first + torch.randint(-5, 6, (200, 1), generator=generator)
        x = torch.cat([first, second], -1).double()
        with torch.no_grad():
            y = network(x)[:, :1] > 0.5
        if not bool((y == compare(x[:, :1], x[:, 1:])).all()):
            return digits - 1
    return DIGITS


def _run(cell: Cell, tell: Tell) -> Row:
    name, seeds = str(cell["comparison"]), int(cell["seeds"] or 1)
    sign, compare = COMPARISONS[name]
    networks = compared(compare, seeds, int(cell["iterations"] or 1), tell)
    reached = sorted(_reach(network_member(networks, place), compare) for place in range(seeds))
    found = formulas(networks, seeds)
    extent = Range.parse(f"[-{10**DIGITS},{10**DIGITS}]")
    truth = f"Piecewise((1, x1 {sign} x2), (0, True))"
    return {
        "right_up_to_10^": reached[seeds // 2],
        "formula": commonest(found),
        "verdicts_up_to_10^18": verdicts(found, truth, [extent] * 2),
        "published": "right up to 10^18",
    }


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "iterations"),
    note="Trained on all pairs from 1 to 9, tested on pairs at most 5 apart; the median of the seeds.",
)
