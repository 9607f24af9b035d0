"""Arithmetic Dataset Task: an operation on two sums of 100 inputs, by two layers (survey, section 5)."""

from __future__ import annotations

from ...ranges import Range
from ._networks import outcome, squared_errors, trained
from ._subsets import SubsetTask
from ._two_layers import two_layers
from .experiment import Cell, Experiment, Row, Tell

INPUTS, BATCH = 100, 128
RATE, COOLDOWN = 0.01, 0.25
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


def _cells(quick: bool) -> list[Cell]:
    if quick:
        seeds, iterations, tasks = 2, 300, [("mul", "nau-nmu", 10)]
    else:
        seeds, iterations = 10, 20_000
        tasks = [("mul", "nau-nmu", 4), ("mul", "nau-nmu", 10)]
        tasks += [(operation, name, INPUTS) for operation, name in PUBLISHED]
    names = ("operation", "network", "inputs", "seeds", "iterations")
    return [dict(zip(names, (*task, seeds, iterations), strict=True)) for task in tasks]


def _run(cell: Cell, tell: Tell) -> Row:
    operation, name = str(cell["operation"]), str(cell["network"])
    inputs, seeds, iterations = (int(cell[n] or 1) for n in ("inputs", "seeds", "iterations"))
    task = SubsetTask(operation, inputs)
    sample = task.sampler(TRAINED, BATCH, seeds)
    build = two_layers(name, inputs)
    networks = trained(build, seeds, sample, iterations, RATE, tell, cooldown=COOLDOWN)
    tell(1.0, "judging")
    errors = squared_errors(networks, *task.evaluation(TESTED, 10_000))
    extents = [TESTED] * inputs
    found = outcome(networks, seeds, errors, task.threshold(TESTED), task.truth, extents)
    published = PUBLISHED[operation, name] if inputs == INPUTS else None
    return {**found, "published": published}


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "iterations"),
    note="Published (not checked against the paper by Madsen & Johansen): 100 seeds of 5,000,000 iterations. "
    "Here the seeds of a cell share their batches and are judged at the last iteration.",
)
