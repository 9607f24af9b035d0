"""Claims, verdicts and the checkers behind them. Nothing here needs torch but a GPU."""

from .checker import check
from .domain import Domain, Point
from .effort import Effort
from .verdict import REQUIRABLE, Claim, Counterexample, Level, Tolerance, Verdict

__all__ = [
    "REQUIRABLE",
    "Claim",
    "Counterexample",
    "Domain",
    "Effort",
    "Level",
    "Point",
    "Tolerance",
    "Verdict",
    "check",
]
