"""Two relevant inputs among ten (survey, section 6.5, experiment 3)."""

from . import _inalu
from .experiment import Cell, Experiment

PAIRS = (
    ("exponential(0.2)", "exponential(0.5)"),
    ("exponential(0.8)", "exponential(0.5)"),
    ("uniform(-5,5)", "uniform(-10,-5)"),
    ("normal(-3,3)", "normal(8,10)"),
)


def _cells(quick: bool) -> list[Cell]:
    return _inalu.cells(PAIRS, ("nalu", "inalu"), quick, inputs=10)


EXPERIMENT = Experiment(
    _cells,
    _inalu.run,
    hidden=("inputs", "seeds", "iterations"),
    note="The survey: the iNALU succeeds on exponential inputs (its 0.2 is the scale that the authors' code "
    "passes on), and is worse for /.",
)
