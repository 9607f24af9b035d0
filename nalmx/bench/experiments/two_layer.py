"""Arithmetic Dataset Task: an operation on two sums of 100 inputs, by two layers (survey, section 5)."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn

from ...models import NALU, NAU, NMU, GridDistance, NACMul, NACPlus, SparsitySchedule, Training
from ...ranges import Range
from ._networks import Builder, outcome, squared_errors, trained
from ._subsets import SubsetTask
from .experiment import Cell, Experiment, Row, Tell

INPUTS, HIDDEN, BATCH = 100, 2, 128
TRAINED, TESTED = Range.parse("[1,2]"), Range.parse("[2,6]")
PUBLISHED = {
    ("mul", "nau-nmu"): "98 %",
    ("mul", "nac+-nac*"): "31 %",
    ("mul", "nalu-nalu"): "0 %",
    ("add", "nau-nau"): "100 %",
    ("add", "nac+-nac+"): "100 %",
    ("add", "nalu-nalu"): "14 %",
    ("sub", "nau-nau"): "100 %",
    ("sub", "nac+-nac+"): "100 %",
    ("sub", "nalu-nalu"): "14 %",
}
# The authors' penalty is ten at a fifth to two fifths of the training, in both layers of a product.
_STRONG = Training(penalty=GridDistance(SparsitySchedule(10.0, 10_000, 20_000)))


class _NAU(NAU):
    training_facts: ClassVar = _STRONG


class _NMU(NMU):
    training_facts: ClassVar = _STRONG


_PAIRS: dict[str, tuple[type[nn.Module], type[nn.Module]]] = {
    "nau-nmu": (_NAU, _NMU),
    "nau-nau": (NAU, NAU),
    "nac+-nac*": (NACPlus, NACMul),
    "nac+-nac+": (NACPlus, NACPlus),
    "nalu-nalu": (NALU, NALU),
}


def network_of(name: str, inputs: int = INPUTS, hidden: int = HIDDEN) -> Builder:
    first, second = _PAIRS[name]

    def build(random: torch.Generator) -> nn.Module:
        layers = (first(inputs, hidden, generator=random), second(hidden, 1, generator=random))
        return nn.Sequential(*layers)

    return build


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (2, 200) if quick else (25, 50_000)
    return [
        {"operation": operation, "network": name, "seeds": seeds, "iterations": iterations}
        for operation, name in (list(PUBLISHED)[:1] if quick else PUBLISHED)
    ]


def _run(cell: Cell, tell: Tell) -> Row:
    operation, name = str(cell["operation"]), str(cell["network"])
    seeds, iterations = int(cell["seeds"] or 1), int(cell["iterations"] or 1)
    task = SubsetTask(operation, INPUTS)
    networks = trained(
        network_of(name),
        seeds,
        task.sampler(TRAINED, BATCH, seeds),
        iterations,
        None,
        tell,
        cooldown=0.0,
    )
    tell(1.0, "judging")
    errors = squared_errors(networks, *task.evaluation(TESTED, 10_000))
    extents = [TESTED] * INPUTS
    found = outcome(networks, seeds, errors, task.threshold(TESTED), task.truth, extents)
    formula = found["formula"]
    short = formula if formula is None or len(str(formula)) < 60 else f"{str(formula)[:56]} …"
    return {**found, "formula": short, "published": PUBLISHED[operation, name]}


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "iterations"),
    note="Published (not checked against the paper by Madsen & Johansen): 100 seeds of 5,000,000 iterations. "
    "Here the seeds of a cell share their batches and are judged at the last iteration.",
)
