"""The cells of a published experiment as figures, in the manner of the survey's figures 14 to 17."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ..bench import CellSummary, Estimate, Published
from ..bench.published import PUBLISHED_INPUTS
from ..ranges import Range
from .figure_style import COLOURS, FAINT, MARKERS, write_everywhere

_INCHES = (18.0, 6.0)
BEYOND = "beyond"
_ROOM, _WIDEST_SLOT = 0.92, 0.2
_SMALLEST_ERROR_SHOWN = 1e-9
_NAMES = {"add": "Addition", "sub": "Subtraction", "mul": "Multiplication", "div": "Division"}


class _Panel(NamedTuple):
    title: str
    ours: Callable[[CellSummary], Estimate | None]
    published: Callable[[Published], float | None]


class _Look(NamedTuple):
    """How a module is drawn, and how far from the middle of a range."""

    colour: str
    marker: str
    offset: float
    beside: float


_RATE = _Panel("Success rate", lambda row: row.success_rate, lambda known: known.success_rate.mean)
_SOLVED = _Panel("Solved at iteration", lambda row: row.solved_at, lambda known: known.solved_at)
_SPARSITY = _Panel(
    "Sparsity error", lambda row: row.sparsity_error, lambda known: known.sparsity_error
)
_PANELS = (_RATE, _SOLVED, _SPARSITY)


def benchmark_figure(rows: Sequence[CellSummary], path_stem: Path) -> list[Path]:
    """Draw a figure for each operation and number of inputs; returns the SVG, PDF and PNG files.

    Three panels show the success rate, the iteration of solving and the sparsity error of every
    module over the interpolation ranges, with their 95 % intervals. Hollow markers are published
    numbers. The same rows give the same bytes.
    """
    written = []
    for operation, inputs in dict.fromkeys((row.operation, row.inputs) for row in rows):
        own = [row for row in rows if (row.operation, row.inputs) == (operation, inputs)]
        suffix = "" if inputs == PUBLISHED_INPUTS else f"-{inputs}inputs"
        stem = path_stem.with_name(f"{path_stem.name}-{operation}{suffix}")
        written += write_everywhere(stem, partial(_figure, own))
    return written


def _figure(rows: Sequence[CellSummary]) -> Any:
    from matplotlib.figure import Figure

    ranges = sorted({row.interpolation for row in rows}, key=_ends)
    looks = _looks([row.shown_module for row in rows])
    figure: Any = Figure(figsize=_INCHES, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.06)
    for panel, axes in zip(_PANELS, figure.subplots(1, len(_PANELS)), strict=True):
        axes.set_title(panel.title)
        axes.set_xlabel("Interpolation range")
        axes.set_xticks(range(len(ranges)), ranges, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_xlim(-0.55, len(ranges) - 0.45)
        axes.tick_params(length=0)
        for border in range(1, len(ranges)):
            axes.axvline(border - 0.5, color=FAINT, linewidth=0.8, zorder=0)
        _set_heights(axes, panel, rows)
        for row in rows:
            _draw(axes, panel, row, ranges.index(row.interpolation), looks[row.shown_module])
    operation, inputs = rows[0].operation, rows[0].inputs
    among = "" if inputs == PUBLISHED_INPUTS else f", {inputs} inputs"
    figure.suptitle(f"{_NAMES.get(operation, operation)}{among}", fontweight="bold")
    _add_legend(figure, looks, any(row.published is not None for row in rows))
    return figure


def _draw(axes: Any, panel: _Panel, row: CellSummary, place: int, look: _Look) -> None:
    """One cell: a marker with its interval, and the published number as a hollow one beside it."""
    ours, known = panel.ours(row), row.published
    published = None if known is None else panel.published(known)
    at = place + look.offset
    if ours is not None:
        if ours.lower is not None and ours.upper is not None:
            lowest, highest = axes.get_ylim()
            ends = max(ours.lower, lowest), min(ours.upper, highest)
            axes.vlines(at, *ends, color=look.colour, alpha=0.55, clip_on=False)
            if ours.upper > highest:  # it goes on beyond the panel
                axes.plot(at, highest, "^", color=look.colour, clip_on=False, gid=BEYOND)
        axes.plot(at, ours.mean, look.marker, color=look.colour, clip_on=False)
    if published is not None:
        axes.plot(
            at + look.beside,
            published,
            look.marker,
            markerfacecolor="none",
            markeredgecolor=look.colour,
            zorder=2.5,
            clip_on=False,
        )


def _set_heights(axes: Any, panel: _Panel, rows: Sequence[CellSummary]) -> None:
    """The vertical scale; intervals far above every mean leave the panel rather than fill it."""
    if panel is _RATE:
        axes.set_ylim(-0.03, 1.03)
        return
    found = [interval for row in rows if (interval := panel.ours(row)) is not None]
    known = [panel.published(row.published) for row in rows if row.published is not None]
    means = [interval.mean for interval in found] + [mean for mean in known if mean is not None]
    uppers = [interval.upper for interval in found if interval.upper is not None]
    if not means:
        axes.set_ylim(0, 1)
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no seed succeeded", transform=axes.transAxes, ha="center")
        return
    if panel is _SOLVED:
        end = max(row.iterations for row in rows)
        top = max([1, *means, *(min(upper, end) for upper in uppers)])
        axes.set_ylim(-0.03 * top, 1.03 * top)
        axes.yaxis.set_major_formatter("{x:,.0f}")
    else:
        from matplotlib.ticker import SymmetricalLogLocator

        top = max([_SMALLEST_ERROR_SHOWN, *means, *(min(u, 10 * max(means)) for u in uppers)])
        axes.set_yscale("symlog", linthresh=_SMALLEST_ERROR_SHOWN, linscale=0.6)
        axes.yaxis.set_major_locator(
            SymmetricalLogLocator(base=10, linthresh=_SMALLEST_ERROR_SHOWN)
        )
        axes.set_ylim(-0.1 * _SMALLEST_ERROR_SHOWN, 1.5 * top)


def _add_legend(figure: Any, looks: dict[str, _Look], published: bool) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=look.colour, marker=look.marker, markersize=6, label=module)
        for module, look in looks.items()
    ]
    if published:
        hollow: dict[str, Any] = {"markerfacecolor": "none", "linestyle": "none"}
        handles.append(
            Line2D([], [], color="#555555", marker="o", markersize=6, label="published", **hollow)
        )
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)


def _looks(modules: Sequence[str]) -> dict[str, _Look]:
    """A look for every module, in the order of their first cells."""
    names = list(dict.fromkeys(modules))
    slot = min(_ROOM / len(names), _WIDEST_SLOT)
    looks = {}
    for place, name in enumerate(names):
        lap, index = divmod(place, len(COLOURS))
        marker = MARKERS[(index + lap) % len(MARKERS)]
        offset = (place + 0.5 - len(names) / 2) * slot - slot / 4
        looks[name] = _Look(COLOURS[index], marker, offset, slot / 2)
    return looks


def _ends(interpolation: str) -> tuple[Any, ...]:
    extent = Range.parse(interpolation)
    return extent.lower, extent.upper, interpolation
