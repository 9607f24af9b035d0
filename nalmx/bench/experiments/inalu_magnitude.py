"""How large inputs may be for an iNALU and a NALU (survey, section 6.5, experiment 2)."""

from . import _inalu
from .experiment import Cell, Experiment

PAIRS = tuple(
    (f"uniform(-{size},{size})", f"uniform({size},{2 * size:g})") for size in (0.1, 1, 10, 100)
)


def _cells(quick: bool) -> list[Cell]:
    return _inalu.cells(PAIRS, ("nalu", "inalu"), quick)


EXPERIMENT = Experiment(
    _cells,
    _inalu.run,
    hidden=("inputs", "seeds", "iterations"),
    note="The survey: the NALU fails above 1; the iNALU keeps + and -, its error of * grows with the inputs.",
)
