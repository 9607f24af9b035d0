"""Arithmetic Dataset Task: an operation on two sums of 100 inputs, by two layers (survey, section 5)."""

from __future__ import annotations

from ...ranges import Range
from ._networks import outcome, squared_errors
from ._subsets import SubsetTask
from ._two_layers import ADAM, SQUARES, learned
from .experiment import Cell, Experiment, Row, Tell

INPUTS = 100
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
_SOLVED = {
    ("mul", "positive nau-nmu"): "98 % (NAU and NMU)",
    ("div", "positive nau-naive realnpu"): "0 % (of all modules)",
}


def _cells(quick: bool) -> list[Cell]:
    if quick:
        seeds, iterations = 2, 300
        tasks = [("mul", "nau-nmu", ADAM, 10), ("div", "positive nau-naive realnpu", SQUARES, 10)]
    else:
        seeds, iterations = 10, 20_000
        tasks = [("mul", "nau-nmu", ADAM, 4), ("mul", "nau-nmu", ADAM, 10)]
        tasks += [(operation, name, ADAM, INPUTS) for operation, name in PUBLISHED]
        tasks += [(operation, name, SQUARES, INPUTS) for operation, name in _SOLVED]
    names = ("operation", "network", "training", "inputs", "seeds", "iterations")
    return [dict(zip(names, (*task, seeds, iterations), strict=True)) for task in tasks]


def _run(cell: Cell, tell: Tell) -> Row:
    operation, name = str(cell["operation"]), str(cell["network"])
    inputs, seeds, iterations = (int(cell[n] or 1) for n in ("inputs", "seeds", "iterations"))
    task = SubsetTask(operation, inputs)
    networks = learned(name, str(cell["training"]), task, TRAINED, seeds, iterations, tell)
    tell(1.0, "judging")
    errors = squared_errors(networks, *task.evaluation(TESTED, 10_000))
    extents = [TESTED] * inputs
    found = outcome(networks, seeds, errors, task.threshold(TESTED), task.truth, extents)
    known = {**PUBLISHED, **_SOLVED}[operation, name]
    return {**found, "published": known if inputs == INPUTS else None}


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "iterations"),
    note="Published: 100 seeds of 5,000,000 iterations (Madsen & Johansen). Here the seeds of a cell share "
    "their batches and are judged at the last iteration; least squares see 808 rows, and begin anew up to "
    "five times.",
)
