"""The cells of a sequence benchmark as a figure: exact match over length, a panel for each task."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..bench.sequences import SequenceResult
from .figure_style import COLOURS, MARKERS, write_everywhere

_COLUMNS, _PANEL_INCHES, _LEGEND_INCHES = 4, (4.2, 3.3), 0.6
# Markers of models that answer alike stand beside each other.
_BESIDE = 1.06


def sequence_figure(results: Sequence[SequenceResult], path_stem: Path) -> list[Path]:
    """Draw exact match over length for every model; returns the SVG, PDF and PNG files.

    A line is the mean over seeds, its shade from the worst to the best. Hollow markers and a
    dashed line are of models not perfect inside the training lengths with every seed. The same
    results give the same bytes.
    """
    return write_everywhere(path_stem, lambda: _figure(results))


def _figure(results: Sequence[SequenceResult]) -> Any:
    from matplotlib.figure import Figure

    tasks = list(dict.fromkeys(result.cell.task for result in results))
    models = list(dict.fromkeys(result.cell.model for result in results))
    columns = min(_COLUMNS, len(tasks))
    rows = math.ceil(len(tasks) / columns)
    size = (max(2, columns) * _PANEL_INCHES[0], rows * _PANEL_INCHES[1] + _LEGEND_INCHES)
    figure: Any = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
    for axes in grid.flat[len(tasks) :]:
        axes.set_axis_off()
    for place, (task, axes) in enumerate(zip(tasks, grid.flat, strict=False)):
        own = [result for result in results if result.cell.task == task]
        _prepare(axes, task, own)
        axes.set_ylabel("Exact match, %" if place % columns == 0 else "")
        for index, model in enumerate(models):
            shift = _BESIDE ** (index - (len(models) - 1) / 2)
            _draw(axes, [result for result in own if result.cell.model == model], index, shift)
    _add_legend(figure, models)
    return figure


def _prepare(axes: Any, task: str, results: Sequence[SequenceResult]) -> None:
    lengths = sorted({a.length for result in results for a in result.accuracies})
    axes.set_title(task)
    axes.set_xlabel("Length")
    axes.set_xscale("log")
    axes.set_xticks(lengths, [f"{length:,}" for length in lengths])
    axes.set_xticks([], minor=True)
    axes.set_ylim(-5, 105)
    axes.tick_params(length=0)


def _draw(axes: Any, results: Sequence[SequenceResult], index: int, shift: float) -> None:
    """One model: its mean over seeds at each length, and the span between its seeds."""
    if not results:
        return
    lengths = [accuracy.length * shift for accuracy in results[0].accuracies]
    columns = list(zip(*(result.accuracies for result in results), strict=True))
    rates = [[100 * accuracy.rate for accuracy in column] for column in columns]
    colour, marker = _look(index)
    learnt = all(result.reached for result in results)
    axes.plot(
        lengths,
        [sum(column) / len(column) for column in rates],
        color=colour,
        marker=marker,
        markerfacecolor=colour if learnt else "none",
        linestyle="solid" if learnt else "dashed",
        clip_on=False,
    )
    if len(results) > 1:
        lowest, highest = [min(column) for column in rates], [max(column) for column in rates]
        axes.fill_between(lengths, lowest, highest, color=colour, alpha=0.12, linewidth=0)


def _add_legend(figure: Any, models: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    handles = []
    for index, model in enumerate(models):
        colour, marker = _look(index)
        handles.append(Line2D([], [], color=colour, marker=marker, markersize=6, label=model))
    hollow: dict[str, Any] = {"markerfacecolor": "none", "linestyle": "dashed"}
    handles.append(
        Line2D([], [], color="#555555", marker="o", label="not perfect inside", **hollow)
    )
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)


def _look(index: int) -> tuple[str, str]:
    lap, place = divmod(index, len(COLOURS))
    return COLOURS[place], MARKERS[(place + lap) % len(MARKERS)]
