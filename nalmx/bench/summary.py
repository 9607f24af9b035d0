"""One cell of an experiment in numbers, beside what was published of it, and as JSON and CSV."""

from __future__ import annotations

import csv
import io
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeGuard

from ..errors import NoTruthValue, RangeError, RunError
from ..models import PUBLISHED_ITERATIONS
from ..ranges import Range
from ..rationals import spell
from ..storage import write_bytes
from .intervals import LARGEST_SPARSITY_ERROR, Estimate
from .published import PUBLISHED_INPUTS, PUBLISHED_SEEDS, Published, published

# Half a unit of the last digit to which the published bounds are rounded.
_ROUNDING = 0.005
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class CellSummary(NoTruthValue):
    """What the seeds of one cell (operation, module, range) achieved together.

    `solved_at` and `sparsity_error` are means over the successful seeds, None without any.
    `formulas` counts the seeds from which each formula was extracted, and `formula_verdict` is the
    verdict on the most frequent one.
    """

    _ask = "summary.formula_verdict == 'proved'"

    operation: str
    module: str
    interpolation: str
    extrapolation: str
    inputs: int
    seeds: int
    iterations: int
    success_rate: Estimate
    solved_at: Estimate | None
    sparsity_error: Estimate | None
    pcc_success: float
    mape_success: float
    pre_regularisation_success: float | None
    formulas: dict[str, int]
    formula_verdict: str | None
    model_steps_per_second: float | None

    @property
    def formula(self) -> str | None:
        """The formula that most seeds agree on; of several such, the first."""
        return max(self.formulas, key=lambda text: self.formulas[text], default=None)

    @property
    def shown_module(self) -> str:
        """The module's name as people write it: in files of results it is `NAC*`, elsewhere NAC•."""
        return self.module.replace("*", "•")

    @property
    def published(self) -> Published | None:
        """The published numbers, where the cell was run as it was published."""
        settings = (self.inputs, self.seeds, self.iterations)
        if settings != (PUBLISHED_INPUTS, PUBLISHED_SEEDS, PUBLISHED_ITERATIONS):
            return None
        known = published().get((self.operation, self.module, self.interpolation))
        return known if known is not None and self._extrapolates_as_published() else None

    @property
    def within_published(self) -> bool | None:
        """Whether the success rate lies in the published interval, to the digits published."""
        if self.published is None:
            return None
        known, slack = self.published.success_rate, _ROUNDING + _SLACK
        assert known.lower is not None
        assert known.upper is not None
        return known.lower - slack <= self.success_rate.mean <= known.upper + slack

    def _extrapolates_as_published(self) -> bool:
        from ..tasks import published_extrapolation

        partner = published_extrapolation(Range.parse(self.interpolation))
        return Range.parse(self.extrapolation) == partner

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> CellSummary:
        """Read a saved summary; a damaged one is a `RunError`."""
        names = {field.name for field in fields(cls)}
        if not isinstance(data, dict) or set(data) != names:
            wrong = sorted(set(data) ^ names, key=str) if isinstance(data, dict) else [data]
            raise RunError(
                "a saved summary of a cell does not have the expected values; see "
                f"{', '.join(map(str, wrong))[:80]}"
            )
        for name, is_sound in _IS_SOUND.items():
            if not is_sound(data[name]):
                raise RunError(
                    f"a saved summary of a cell is damaged: its {name.replace('_', ' ')} cannot be "
                    f"{str(data[name])[:60]!r}"
                )
        if sum(data["formulas"].values()) > data["seeds"]:
            raise RunError("a saved summary of a cell is damaged: more formulas than seeds")
        intervals = {
            name: None if data[name] is None else Estimate(**data[name]) for name in _INTERVALS
        }
        return cls(**{**data, **intervals, "formulas": dict(data["formulas"])})


def write_csv(rows: Sequence[CellSummary], path: Path) -> None:
    """Write cells as CSV: the columns of the published file, then what it does not have."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(_cells(row) for row in rows)
    write_bytes(path, text.getvalue().encode())


_COLUMNS = (
    "operation",
    "module",
    "low",
    "high",
    "success_rate",
    "ci_plus",
    "ci_minus",
    "solved_at_mean",
    "sparsity_error_mean",
    "range",
    "extrapolation_range",
    "inputs",
    "seeds",
    "iterations",
    "solved_at_lower",
    "solved_at_upper",
    "sparsity_error_lower",
    "sparsity_error_upper",
    "pcc_success",
    "mape_success",
    "pre_regularisation_success",
    "formula",
    "formula_seeds",
    "formula_verdict",
    "published_success_rate",
    "within_published",
)


def _cells(row: CellSummary) -> list[object]:
    """The values of `_COLUMNS`."""
    extent = Range.parse(row.interpolation)
    rate = row.success_rate
    solved, *solved_ends = _shown(row.solved_at, round)
    sparsity, *sparsity_ends = _shown(row.sparsity_error, _three_digits)
    known, within = row.published, row.within_published
    return [
        row.operation,
        row.module,
        spell(extent.lower),
        spell(extent.upper),
        _rate(rate.mean),
        "" if rate.upper is None else round(rate.upper - rate.mean, 2),
        "" if rate.lower is None else round(rate.mean - rate.lower, 2),
        solved,
        sparsity,
        row.interpolation,
        row.extrapolation,
        row.inputs,
        row.seeds,
        row.iterations,
        *solved_ends,
        *sparsity_ends,
        _rate(row.pcc_success),
        _rate(row.mape_success),
        _rate(row.pre_regularisation_success),
        row.formula or "",
        row.formulas[row.formula] if row.formula is not None else "",
        row.formula_verdict or "",
        "" if known is None else known.success_rate.mean,
        "" if within is None else ("yes" if within else "no"),
    ]


def _rate(value: float | None) -> object:
    return "" if value is None else round(value, 4)


def _shown(interval: Estimate | None, show: Callable[[float], float]) -> list[object]:
    """The mean and both ends as a cell shows them; empty where there is none."""
    values = [None] * 3 if interval is None else [interval.mean, interval.lower, interval.upper]
    return ["" if value is None else show(value) for value in values]


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")


def _is_number(value: object, most: float = math.inf) -> TypeGuard[int | float]:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return 0 <= value <= min(most, sys.float_info.max)


def _is_rate(value: object) -> bool:
    return _is_number(value, 1)


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value != ""


def _is_range(value: object) -> bool:
    try:
        return isinstance(value, str) and str(Range.parse(value)) == value
    except RangeError:
        return False


def _is_interval(value: object, most: float) -> bool:
    if not isinstance(value, dict) or set(value) != {"mean", "lower", "upper"}:
        return False
    mean, lower, upper = value["mean"], value["lower"], value["upper"]
    if lower is None and upper is None:
        return _is_number(mean, most)
    return all(_is_number(end, most) for end in (lower, mean, upper)) and lower <= mean <= upper


def _are_formulas(value: object) -> bool:
    return isinstance(value, dict) and all(
        _is_text(text) and _is_count(count) for text, count in value.items()
    )


_INTERVALS = ("success_rate", "solved_at", "sparsity_error")
_IS_SOUND: dict[str, Callable[[object], bool]] = {
    "operation": _is_text,
    "module": _is_text,
    "interpolation": _is_range,
    "extrapolation": _is_range,
    "inputs": _is_count,
    "seeds": _is_count,
    "iterations": _is_count,
    "success_rate": lambda value: _is_interval(value, 1),
    "solved_at": lambda value: value is None or _is_interval(value, math.inf),
    "sparsity_error": lambda value: value is None or _is_interval(value, LARGEST_SPARSITY_ERROR),
    "pcc_success": _is_rate,
    "mape_success": _is_rate,
    "pre_regularisation_success": lambda value: value is None or _is_rate(value),
    "formulas": _are_formulas,
    "formula_verdict": lambda value: value is None or _is_text(value),
    "model_steps_per_second": lambda value: value is None or _is_number(value),
}
