"""One operation of two inputs beside irrelevant ones (survey, appendix F, figures 18 to 20)."""

from __future__ import annotations

from ...train import SingleModuleTask
from ._layers import one_layer
from .experiment import Cell, Experiment, Row, Tell

_RANGES = ("[-20,-10]", "[-2,-1]", "[0.1,0.2]", "[1,2]", "[1.1,1.2]", "[10,20]")
_PAIRS = (("nau", "add", 10), ("nau", "sub", 10), ("nau", "sub", 100), ("inalu", "add", 10))
_PUBLISHED = {
    "nau": "1 but for ranges around 1.1",
    "inalu": "success on the larger ranges only",
}


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (2, 2_000) if quick else (10, 50_000)
    return [
        {
            "module": module,
            "operation": operation,
            "inputs": inputs,
            "range": extent,
            "seeds": seeds,
            "iterations": iterations,
        }
        for module, operation, inputs in (_PAIRS[:1] if quick else _PAIRS)
        for extent in (_RANGES[:2] if quick else _RANGES)
        if inputs < 100 or extent == "[1,2]"
    ]


def _run(cell: Cell, tell: Tell) -> Row:
    module = str(cell["module"])
    source = SingleModuleTask.checked(
        operation=str(cell["operation"]),
        interpolation_range=str(cell["range"]),
        inputs=int(cell["inputs"] or 2),
    )
    seeds, iterations = int(cell["seeds"] or 1), int(cell["iterations"] or 1)
    return {**one_layer(module, source, seeds, iterations, tell), "published": _PUBLISHED[module]}


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "iterations"),
    note="Published: 25 seeds; the NAU with 100,000 iterations. The survey gives its rates as figures.",
)
