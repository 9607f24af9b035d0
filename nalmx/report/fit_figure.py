"""A fit as a figure: rows and law, the range of those that it was fitted to shaded, and what it leaves."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..fit.holdout import split
from ..fit.values import evaluate
from ..storage import write_bytes
from .benchmark_figure import _COLOURS, _STYLE

if TYPE_CHECKING:
    from ..fit.rows import Array
    from ..runs.fits import FitOutcome

_INCHES, _DOTS_PER_INCH = (7.0, 6.0), 130
_SHADE = "#EFEFEF"
_CURVE, _MOST_POINTS = 400, 5_000
_LOGARITHMIC = 30.0  # the ratio of largest to least from which an axis is logarithmic


def fit_figure(outcome: FitOutcome, path: Path) -> None:
    """Draw rows, law and residuals over the input of the law, or over its value where it has several.

    The same outcome gives the same bytes.
    """
    import matplotlib.style

    with matplotlib.style.context(["default", _STYLE]):
        figure = _figure(outcome)
        data = io.BytesIO()
        kind = path.suffix.lower().removeprefix(".")
        metadata = {"Date": None} if kind == "svg" else {}
        figure.savefig(data, format=kind, dpi=_DOTS_PER_INCH, metadata=metadata)
    write_bytes(path, data.getvalue())


def _figure(outcome: FitOutcome) -> Any:
    from matplotlib.figure import Figure

    rows, best = outcome.table.rows, outcome.fit.best
    figure: Any = Figure(figsize=_INCHES, layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    columns = dict(zip(rows.names, rows.inputs.T, strict=True))
    values = (
        rows.target * 0 if best is None else evaluate(best.expression, columns) + rows.target * 0
    )
    own = outcome.fit.inputs_used
    single = own[0] if len(own) == 1 else None
    across = columns[single] if single else values
    upper.set_title(f"{rows.target_name} = {best}" if outcome.law else "no law found, and the best")
    upper.set_ylabel(outcome.table.renamed.get(rows.target_name, rows.target_name))
    lower.set_xlabel(outcome.table.renamed.get(single, single) if single else "the formula's value")
    parts = split(rows, outcome.settings.holdout, np.random.default_rng(outcome.settings.seed))
    inner = across[np.concatenate([parts.fitted, parts.held])]
    for axes in (upper, lower):
        axes.axvspan(inner.min(), inner.max(), color=_SHADE, zorder=0, label="fitted and held rows")
    wide = _is_wide(across) and _is_wide(rows.target)
    left = (rows.target - values) / (rows.target if wide else 1)
    lower.set_ylabel("left over, of the target" if wide else "left over")
    shown = np.linspace(0, rows.count - 1, min(rows.count, _MOST_POINTS)).astype(int)
    upper.plot(across[shown], rows.target[shown], "o", color=_COLOURS[0], label="rows", zorder=3)
    lower.plot(across[shown], left[shown], "o", color=_COLOURS[0], zorder=3)
    lower.axhline(0, color=_COLOURS[1])
    if best is not None and single is not None:
        points = _between(across)
        curve = evaluate(best.expression, {single: points}) + 0 * points
        upper.plot(points, curve, color=_COLOURS[1], label="law" if outcome.law else "best, no law")
    else:
        ends = np.array([across.min(), across.max()])
        upper.plot(ends, ends, color=_COLOURS[1], label="law" if outcome.law else "best, no law")
    if wide:
        upper.set_xscale("log")
        upper.set_yscale("log")
    upper.legend(frameon=False)
    return figure


def _is_wide(values: Array) -> bool:
    return bool(values.min() > 0 and values.max() / values.min() >= _LOGARITHMIC)


def _between(values: Array) -> Array:
    """Points from the least to the largest value, as densely as they will be drawn."""
    if _is_wide(values):
        return np.geomspace(values.min(), values.max(), _CURVE)
    return np.linspace(values.min(), values.max(), _CURVE)
