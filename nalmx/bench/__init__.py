"""Published experiments: their tables, the intervals of their numbers, and cells beside them.

The table itself is `nalmx.bench.published.published()`.
"""

from .intervals import Estimate, beta_interval, gamma_interval, success_interval
from .published import Published
from .summary import CellSummary, write_csv

__all__ = [
    "CellSummary",
    "Estimate",
    "Published",
    "beta_interval",
    "gamma_interval",
    "success_interval",
    "write_csv",
]
