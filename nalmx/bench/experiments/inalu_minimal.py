"""One module, one operation, and the distribution of the inputs (survey, section 6.5, experiment 1)."""

from . import _inalu
from .experiment import Cell, Experiment

_UNIFORM = ("0,1", "-1,0", "-1,1", "0,5", "-5,0", "-5,5", "2,3", "-3,-2")
_NORMAL = ("-3,3", "-2,4", "-4,2", "2,8", "-8,-2")
_EXPONENTIAL = ("0.2", "0.4", "0.6", "0.8", "1")
PAIRS = (
    *((f"uniform({ends})", "uniform(-10,-5)") for ends in _UNIFORM),
    *((f"normal({ends})", "normal(8,10)") for ends in _NORMAL),
    *((f"exponential({scale})", "exponential(0.5)") for scale in _EXPONENTIAL),
)


def _cells(quick: bool) -> list[Cell]:
    return _inalu.cells(PAIRS, ("nalu", "inalu"), quick)


EXPERIMENT = Experiment(
    _cells,
    _inalu.run,
    hidden=("inputs", "seeds", "iterations"),
    note="The authors report + and - below 1e-12, * near 1e-10, and failures of / on ranges across 0.",
)
