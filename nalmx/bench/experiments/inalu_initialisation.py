"""Where the raw parameters of an iNALU start (survey, section 5.4 and section 6.5, experiment 4)."""

from __future__ import annotations

from itertools import product
from typing import ClassVar

import torch
from torch import nn

from ...models import INALU
from ...ranges import Range
from ._networks import seeded, squared_errors, trained
from ._subsets import SubsetTask
from .experiment import Cell, Experiment, Row, Tell

MEANS = [(g, m, w) for g, m, w in product((-1, 0, 1), repeat=3)]
TRAINED, TESTED = Range.parse("[-3,3]"), Range.parse("[-5,-3]")
_INPUTS, _THRESHOLD, _SPREAD = 4, 1e-5, 0.1


class StartedINALU(INALU):
    """An iNALU whose gate, m̂ and ŵ start normal around means of their own."""

    means: ClassVar[tuple[int, int, int]] = (0, 0, 0)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        means = dict(zip("gmw", self.means, strict=True))
        for name in self.raw_names:
            mean = float(means[name[0]])
            nn.init.normal_(self.get_parameter(name), mean, _SPREAD, generator=generator)


def _network(place: int, seeds: int) -> nn.Module:
    """Seed place % seeds of the means with the number place // seeds."""
    StartedINALU.means = MEANS[place // seeds]
    random = seeded(place % seeds)
    first = StartedINALU(_INPUTS, 2, generator=random)
    return nn.Sequential(first, StartedINALU(2, 1, generator=random))


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (1, 50) if quick else (3, 10_000)
    return [
        {"operation": operation, "seeds": seeds, "iterations": iterations}
        for operation in ("add", "sub", "mul", "div")
    ]


def _run(cell: Cell, tell: Tell) -> Row:
    task = SubsetTask(str(cell["operation"]), _INPUTS, subset=0.5, overlap=0.0)
    seeds, iterations = int(cell["seeds"] or 1), int(cell["iterations"] or 1)
    count = len(MEANS) * seeds
    networks = trained(
        lambda random: _network(random.initial_seed(), seeds),
        count,
        task.sampler(TRAINED, 64, count),
        iterations,
        None,
        tell,
    )
    errors = squared_errors(networks, *task.evaluation(TESTED, 2_000))
    won = {
        means: sum(error < _THRESHOLD for error in errors[place * seeds : (place + 1) * seeds])
        for place, means in enumerate(MEANS)
    }
    best = max(won, key=lambda means: won[means])
    return {
        "best_means_of_g_m_w": str(best) if won[best] else None,
        "its_success": f"{won[best]}/{seeds}",
        "success_of_0_-1_1": f"{won[0, -1, 1]}/{seeds}",
        "success_of_all": f"{sum(won.values())}/{count}",
        "published": "best at (0, -1, 1)" + (", unstable" if cell["operation"] == "div" else ""),
    }


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "iterations"),
    note="Two iNALUs on two sums of two inputs; a success is a squared error below 1e-5 on [-5,-3].",
)
