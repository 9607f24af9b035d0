"""The pictures of a report: training curves, weights, ranges, rows and law."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...markup import Markup, element
from ...ranges import Range
from .axes import BELOW, LEFT, RIGHT, TALL, WIDE, Scale, across, frame, path, picture, text, upwards

if TYPE_CHECKING:
    from ...fit.rows import Array
    from ..fit_points import FitPoints

_MOST_CURVES, _MOST_PLACES, _MOST_POINTS = 50, 120, 400
_LEAST_ERROR = 1e-16
_ROW, _MOST_ROWS, _NARROWEST_NUMBER = 18, 50, 44


def training_curves(
    iterations: Sequence[int],
    errors: Mapping[int, Sequence[float | None]],
    chosen: int | None,
    threshold: float | None,
    label: str,
) -> Markup:
    """The error of every seed over the training, that of the chosen one in front.

    Below the threshold, where one is given, a seed is successful.
    """
    every = max(1, len(iterations) // _MOST_PLACES)
    places = [*range(0, len(iterations), every)]
    if places[-1] != len(iterations) - 1:
        places.append(len(iterations) - 1)
    seeds = [*errors][:_MOST_CURVES]
    if chosen is not None:  # drawn last, above the others
        seeds = [*(seed for seed in seeds if seed != chosen), chosen]
    lines = {
        seed: [
            (iterations[at], max(error, _LEAST_ERROR))
            for at in places
            if (error := errors[seed][at]) is not None and math.isfinite(error)
        ]
        for seed in seeds
    }
    sizes = [error for line in lines.values() for _, error in line]
    if threshold is not None or not sizes:
        sizes.append(max(threshold or 1.0, _LEAST_ERROR))
    x, y = across(iterations), upwards(sizes, logarithmic=True)
    parts = frame(x, y, below="iteration")
    if threshold is not None:
        ends = [(x.start, y.at(threshold)), (x.end, y.at(threshold))]
        parts.append(path(ends, "threshold", "success below"))
    for seed, line in lines.items():
        if line:
            drawn = [(x.at(iteration), y.at(error)) for iteration, error in line]
            parts.append(path(drawn, "curve chosen" if seed == chosen else "curve", f"seed {seed}"))
    more = len(errors) - len(seeds)
    return picture(f"{label}{f' ({more} more seeds are not drawn)' if more > 0 else ''}", *parts)


def weights_picture(
    name: str, rows: Mapping[int, Sequence[float]], chosen: int | None, grid: str, most: int
) -> Markup:
    """The effective weights of every seed, a row each: blue above zero, orange below; `most` cells."""
    seeds = [*rows][:_MOST_ROWS]
    if chosen is not None and chosen not in seeds:
        seeds[-1] = chosen
    columns = min(max(1, most // len(seeds)), max(map(len, rows.values())))
    finite = [abs(w) for seed in seeds for w in rows[seed][:columns] if math.isfinite(w)]
    largest = max([1.0, *finite])
    wide = min(90.0, (WIDE - LEFT - RIGHT) / columns)
    parts = []
    for row, seed in enumerate(seeds):
        top = 4 + row * _ROW
        word = f"{seed}{' ▸' if seed == chosen else ''}"
        parts.append(text(LEFT - 4, top + 13, word, anchor="end"))
        for column, weight in enumerate(rows[seed][:columns]):
            parts.append(_cell(LEFT + column * wide, top, wide, weight, largest))
    hidden = [
        f"{len(rows) - len(seeds)} more seeds" if len(rows) > len(seeds) else "",
        f"{max(map(len, rows.values())) - columns} more weights a seed"
        if max(map(len, rows.values())) > columns
        else "",
    ]
    left_out = " and ".join(filter(None, hidden))
    label = f"{name}: effective weights at the chosen step of each seed, a row each; grid {grid}"
    label += f"; not drawn: {left_out}" if left_out else ""
    return picture(label, *parts, tall=_ROW * len(seeds) + 8)


def _cell(x: float, y: float, wide: float, weight: float, largest: float) -> Markup:
    finite = math.isfinite(weight)
    strength = min(1.0, abs(weight) / largest) if finite else 1.0
    box = element(
        "rect",
        element("title", f"{weight:.9g}"),
        x=f"{x:g}",
        y=f"{y:g}",
        width=f"{wide - 1:g}",
        height=str(_ROW - 2),
        class_=("above" if weight >= 0 else "below") if finite else "undefined",
        fill_opacity=f"{0.75 * strength:.2f}",
    )
    if wide < _NARROWEST_NUMBER:
        return box
    digits = ".4g" if wide > 1.5 * _NARROWEST_NUMBER else ".2f"
    written = text(x + wide / 2, y + 13, f"{weight:{digits}}", anchor="middle")
    return element("g", box, written)


def ranges_picture(trained: Range | None, extents: Mapping[str, Range]) -> Markup | None:
    """Where training data lie and where the claims hold, on a line for each input."""
    if not extents:
        return None
    names = [*extents][:12]
    known = [extents[name] for name in names] + ([] if trained is None else [trained])
    ends = [float(end) for extent in known for end in (extent.lower, extent.upper)]
    scale = across(ends, logarithmic=False)
    tall = 26.0 * len(names) + BELOW + 14
    parts = frame(scale, None, tall=tall)
    for row, name in enumerate(names):
        top = 8.0 + 26 * row
        parts.append(text(LEFT - 6, top + 15, name[:9], anchor="end"))
        if trained is not None:
            parts += _bars(scale, trained, top, "trained", f"training data of {name}")
        parts += _bars(scale, extents[name], top + 11, "claimed", f"claims on {name}")
    more = len(extents) - len(names)
    label = "orange: where the claims are made" + (
        "" if trained is None else "; blue: where training data lie"
    )
    return picture(label + (f" ({more} more inputs)" if more else ""), *parts, tall=tall)


def _bars(scale: Scale, extent: Range, top: float, class_: str, what: str) -> list[Markup]:
    return [
        element(
            "rect",
            element("title", f"{what}: {extent}"),
            x=f"{scale.at(float(part.lower)):g}",
            y=f"{top:g}",
            width=f"{max(2.0, scale.at(float(part.upper)) - scale.at(float(part.lower))):g}",
            height="9",
            class_=class_,
        )
        for part in extent.intervals
    ]


def rows_and_law(points: FitPoints) -> Markup:
    """Rows as points and the formula as a line, over the range of the rows that it was fitted to."""
    every = max(1, len(points.across) // _MOST_POINTS)
    curve = [values.tolist() for values in points.curve]
    right = across([*points.across.tolist(), *curve[0]])
    up = upwards([*points.target.tolist(), *curve[1]], logarithmic=points.wide)
    first, last = map(right.at, points.fitted)
    shade = element(
        "rect",
        element("title", "rows that the constants were fitted to, or held out among them"),
        x=f"{first:g}",
        y="12",
        width=f"{max(2.0, last - first):g}",
        height=f"{TALL - BELOW - 12}",
        class_="shade",
    )
    line = path([(right.at(a), up.at(b)) for a, b in zip(*curve, strict=True)], "curve chosen")
    dots = _dots(right, up, points.across[::every], points.target[::every])
    axes = frame(right, up, below=points.below)
    return picture(
        "rows (points), the formula (line), rows fitted to (shaded)", shade, *axes, line, *dots
    )


def residuals_picture(points: FitPoints) -> Markup:
    """What the formula leaves of every row."""
    every, tall = max(1, len(points.across) // _MOST_POINTS), 170
    right = across(points.across.tolist())
    up = upwards([0.0, *points.left.tolist()], logarithmic=False, tall=tall)
    zero = path([(right.start, up.at(0)), (right.end, up.at(0))], "threshold")
    dots = _dots(right, up, points.across[::every], points.left[::every])
    axes = frame(right, up, tall=tall, below=points.below)
    what = "target − formula" + (", as a part of the target" if points.wide else "")
    return picture(f"what is left over: {what}", *axes, zero, *dots, tall=tall)


def _dots(x: Scale, y: Scale, across_: Array, up: Array) -> list[Markup]:
    return [
        element(
            "circle",
            element("title", f"{a:.6g}, {b:.6g}"),
            cx=f"{x.at(a):g}",
            cy=f"{y.at(b):g}",
            r="3",
            class_="dot",
        )
        for a, b in zip(across_.tolist(), up.tolist(), strict=True)
    ]
