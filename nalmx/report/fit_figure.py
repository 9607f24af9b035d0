"""A fit as a figure: rows and law, the range of those that it was fitted to shaded, and what it leaves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .figure_style import COLOURS, write_figure
from .fit_points import FitPoints

if TYPE_CHECKING:
    from ..runs.fits import FitOutcome

_INCHES = (7.0, 6.0)
_SHADE = "#EFEFEF"
_MOST_POINTS = 5_000


def fit_figure(outcome: FitOutcome, path: Path) -> None:
    """Draw rows, law and residuals over the input of the law, or over its value where it has several.

    The same outcome gives the same bytes.
    """
    write_figure(path, lambda: _figure(outcome))


def _figure(outcome: FitOutcome) -> Any:
    from matplotlib.figure import Figure

    rows, points = outcome.table.rows, FitPoints.of(outcome)
    figure: Any = Figure(figsize=_INCHES, layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    law = "law" if outcome.law else "best, no law"
    upper.set_title(
        f"{rows.target_name} = {outcome.fit.best}" if outcome.law else "no law found, and the best"
    )
    upper.set_ylabel(outcome.table.renamed.get(rows.target_name, rows.target_name))
    lower.set_xlabel(points.below)
    for axes in (upper, lower):
        axes.axvspan(*points.fitted, color=_SHADE, zorder=0, label="fitted and held rows")
    lower.set_ylabel("left over,\nof the target" if points.wide else "left over")
    shown = np.linspace(0, rows.count - 1, min(rows.count, _MOST_POINTS)).astype(int)
    for axes, values in ((upper, points.target), (lower, points.left)):
        drawn = points.across[shown], values[shown]
        axes.plot(*drawn, "o", color=COLOURS[0], label="rows", zorder=3)
    lower.axhline(0, color=COLOURS[1])
    upper.plot(*points.curve, color=COLOURS[1], label=law)
    if points.wide:
        upper.set_xscale("log")
        upper.set_yscale("log")
    upper.legend(frameon=True, edgecolor="none")  # its grey is seen on the grey of the rows
    return figure
