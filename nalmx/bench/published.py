"""The published results of the Single Module Arithmetic Task, as the survey's authors tabulate them.

    published()["mul", "NMU", "[-2,-1]"].success_rate.mean == 0.8

There are cells for addition and multiplication with two inputs. The data is that of
`published.csv`: 25 seeds, 50,000 iterations, numbers rounded to two digits, and intervals of 95 %
as distances above (`ci_plus`) and below (`ci_minus`) the rate. Source: B. Mistry, K. Farrahi,
J. Hare, "A Primer for Neural Arithmetic Logic Modules", Journal of Machine Learning Research 23
(2022), jmlr.org/papers/v23/21-0211.html, CC-BY 4.0.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ..ranges import Range
from .intervals import Estimate

PUBLISHED_INPUTS = 2
PUBLISHED_SEEDS = 25
"""Of each cell, which trained for `models.PUBLISHED_ITERATIONS`."""


@dataclass(frozen=True, slots=True)
class Published:
    """Published numbers of one cell; the last two are None where no seed succeeded."""

    success_rate: Estimate
    solved_at: float | None
    sparsity_error: float | None


@cache
def published() -> dict[tuple[str, str, str], Published]:
    """The published cells by operation, label of the module, and interpolation range."""
    file = resources.files(__package__).joinpath("published.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {
        (row["operation"], row["module"], _range(row["low"], row["high"])): _cell(row)
        for row in rows
    }


def _range(low: str, high: str) -> str:
    return str(Range.parse(f"[{low},{high}]"))


def _cell(row: dict[str, str]) -> Published:
    rate = float(row["success_rate"])
    return Published(
        Estimate(rate, rate - float(row["ci_minus"]), rate + float(row["ci_plus"])),
        solved_at=float(row["solved_at_mean"]) if row["solved_at_mean"] else None,
        sparsity_error=float(row["sparsity_error_mean"]) if row["sparsity_error_mean"] else None,
    )
