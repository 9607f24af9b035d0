"""Static simple function learning: an operation on two sums of 100 inputs (Trask et al. 2018)."""

from __future__ import annotations

from statistics import median

from torch import nn

from ...ranges import Range
from ._networks import outcome, squared_errors, stacked, train
from ._subsets import SubsetTask
from ._two_layers import ACTIVATIONS, ADAM, BATCH, RATE, SQUARES, Perceptrons, learned, two_layers
from .experiment import Cell, Experiment, Row, Tell

INPUTS, HIDDEN = 100, 2
TRAINED, TESTED = Range.parse("[1,2]"), Range.parse("[2,6]")
OURS = {
    "add": ("nau-nau", ADAM),
    "sub": ("nau-nau", ADAM),
    "mul": ("positive nau-nmu", SQUARES),
    "div": ("positive nau-naive realnpu", SQUARES),
    "square": ("positive nau-nmu", SQUARES),
    "root": ("positive nau-naive realnpu", SQUARES),
}
# Scores inside and beyond the trained range, where they are known.
PUBLISHED = {
    "nalu-nalu": {"add": "0, ?", "mul": "0, 0", "div": "5.3, 0.7", "square": "0, ?", "root": "0, ?"},
    "nac+-nac+": {
        "add": "0, ?", "mul": "21.4, 33.3", "div": "37.1, 61.3", "square": "22.4, ?", "root": "3.6, ?"
    },
    "relu6": {
        "add": "0.2, ?", "mul": "3.2, 10.1", "div": "4.2, 37.2", "square": "0.7, ?", "root": "0.5, ?"
    },
    "linear": {
        "add": "0, ?", "mul": "20.9, 29.5", "div": "35, 52.3", "square": "4.3, ?", "root": "2.2, ?"
    },
}  # fmt: skip


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (2, 100) if quick else (3, 5_000)
    operations = ("mul",) if quick else tuple(OURS)
    models = [(name, ADAM) for name in (("nalu-nalu", "relu6") if quick else PUBLISHED)]
    return [
        {
            "operation": operation,
            "network": name,
            "training": way,
            "inputs": 10 if quick else INPUTS,
            "seeds": seeds,
            "iterations": iterations,
        }
        for operation in operations
        for name, way in (OURS[operation], *models)
    ]


def _run(cell: Cell, tell: Tell) -> Row:
    operation, name = str(cell["operation"]), str(cell["network"])
    inputs, seeds, iterations = (int(cell[n] or 1) for n in ("inputs", "seeds", "iterations"))
    task = SubsetTask(operation, inputs)
    rows = [task.evaluation(extent, 10_000) for extent in (TRAINED, TESTED)]

    def errors(networks: nn.Module) -> list[list[float]]:
        return [squared_errors(networks, *pair) for pair in rows]

    networks: nn.Module
    if name in ACTIVATIONS:
        networks = Perceptrons(name, (inputs, HIDDEN, 1), seeds)
        before = errors(networks)
        train(networks, seeds, task.sampler(TRAINED, BATCH, seeds), iterations, RATE, tell)
    else:
        before = errors(stacked(two_layers(name, inputs), seeds))
        networks = learned(name, str(cell["training"]), task, TRAINED, seeds, iterations, tell)
    tell(1.0, "judging")
    after = errors(networks)
    inside, beyond = (
        float(f"{100 * median(end) / median(begin):.3g}")
        for begin, end in zip(before, after, strict=True)
    )
    row: Row = {"score_inside": inside, "score_beyond": beyond}
    if name not in ACTIVATIONS:
        extents = [TESTED] * inputs
        found = outcome(networks, seeds, after[1], task.threshold(TESTED), task.truth, extents)
        row = {**row, **found}
    return {**row, "published": PUBLISHED.get(name, {}).get(operation)}


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("inputs", "seeds", "iterations"),
    note="Score: the squared error in percent of that before training, medians of the seeds; inside on "
    "[1,2], where they are trained, beyond on [2,6]. Published scores (inside, beyond) of Trask et al. are "
    "not checked against the paper, which does not tell its ranges.",
)
