"""A learned machine at work as a figure: its tapes and heads over the tokens of one input."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import SettingError
from ..pntm.machine import BLANK, Machine
from ..pntm.program._controls import Description, description_of
from ..pntm.program._words import name_word
from ..pntm.program.diagrams import program_lines
from ..pntm.program.state_diagram import states_dot, states_mermaid
from ..pntm.tasks import Token
from ..pntm.transducer_machine import finite_transducer
from ..storage import write_bytes
from .figure_style import COLOURS, check_kind, write_figure
from .traces import TraceStep, at_work, cells_of, steps_of

if TYPE_CHECKING:
    from ..runs.machines import MachineOutcome

_MOST_CELLS, _MOST_LINES = 400, 45
# Inches: a step and a cell of a tape, all panels together, a line and a letter of the program.
_STEP, _CELL, _TALLEST, _LINE, _LETTER = 0.26, 0.24, 11.0, 0.135, 0.0615
_LEAST_TEXT_CELL, _LONGEST_TEXT, _LONGEST_TICK = 0.15, 3, 8
_FIGURE_TOKENS = 20
STATES = {".dot": states_dot, ".mmd": states_mermaid}  # diagrams as text, by suffix
_WRITE, _READ = "#D55E00", "#0072B2"


def write_run_figure(path: Path, outcome: MachineOutcome) -> None:
    """Draw the program of a run, or its machine where there is none, on a short training prompt.

    A file of Graphviz (.dot) or Mermaid (.mmd) has the states of a finite machine instead.
    """
    if path.suffix.lower() in STATES:
        write_states(path, outcome.machine)
        return
    machine, (example,) = at_work(outcome, _FIGURE_TOKENS, 1)
    title = f"{outcome.run.config.title}: {' '.join(example.prompt)}"
    write_program_figure(path, machine, example.prompt, title[:100])


def write_states(path: Path, machine: Machine) -> None:
    """Write the states of a finite machine for Graphviz or Mermaid, by the suffix of `path`."""
    transducer = finite_transducer(machine)
    if transducer is None:
        raise SettingError(
            f"the machine has heads, and no finite states to write to {path.name}; name a .svg file for its "
            "heads and tapes"
        )
    write_bytes(path, STATES[path.suffix.lower()](transducer).encode())


def write_program_figure(
    path: Path, machine: Machine, prompt: Sequence[Token], title: str = ""
) -> None:
    """Draw how a machine answers a prompt, and write it as SVG, PDF or PNG by the suffix of `path`.

    Each tape is a panel: steps go to the right, labelled with the token taken in, cells upwards.
    Squares are the write head, circles the read head; the program stands beside or below. The same input
    gives the same bytes. An input too long to draw is a `SettingError`.
    """
    check_kind(path)
    description = description_of(machine)
    steps = steps_of(machine, prompt)
    write_figure(path, lambda: _figure(description, steps, len(prompt), title))


def _figure(description: Description, steps: Sequence[TraceStep], prompt: int, title: str) -> Any:
    from matplotlib.figure import Figure

    shown = [cells_of(steps, tape) for tape in description.tapes]
    cells = sum(map(len, shown))
    if cells > _MOST_CELLS:
        raise SettingError(
            f"the heads go over {cells:,} cells, too many to draw; try another prompt"
        )
    cell = min(_CELL, _TALLEST / max(1, cells))
    lines = program_lines(description.machine, _MOST_LINES)
    wide, text = max(2.5, _STEP * len(steps)) + 0.9, _LETTER * min(110, max(map(len, lines))) + 0.2
    written = _LINE * len(lines) + 0.3
    columns = max(1, min(len(shown), round(text / wide)))
    ratios = [max(map(len, shown[i : i + columns])) for i in range(0, len(shown), columns)] or [1]
    tall_beside = cell * cells + 0.65 * max(1, len(shown)) + 0.9
    tall = cell * sum(ratios) + 0.65 * len(ratios) + 0.9
    beside = wide + text, max(tall_beside, written + 0.6)
    below = max(columns * wide, text), tall + written
    # The program stands where less of the paper stays blank.
    if math.prod(beside) < math.prod(below):
        columns, ratios = 1, [*map(len, shown)] or [1]
        figure: Any = Figure(figsize=beside, layout="constrained")
        tapes, program = figure.subfigures(1, 2, width_ratios=(wide, text))
    else:
        figure = Figure(figsize=below, layout="constrained")
        tapes, program = figure.subfigures(2, 1, height_ratios=(tall, written))
    figure.suptitle(title, fontsize=12, parse_math=False)
    panels = tapes.subplots(len(ratios), columns, squeeze=False, height_ratios=ratios).ravel()
    used = panels[: max(1, len(shown))]
    for axes in panels[len(used) :]:
        axes.set_axis_off()
    for axes in used:
        _prepare(axes, steps, prompt)
    for axes, tape, rows in zip(used, description.tapes, shown, strict=False):
        _draw(axes, description, steps, tape, rows, cell)
    if not shown:
        panels[0].set_yticks([])
    else:
        tapes.legend(*panels[0].get_legend_handles_labels(), **_LEGEND)
    for axes in used[-columns:]:
        axes.set_xlabel("token taken in", fontsize=9)
    program.text(
        0.01, 0.96, "\n".join(lines), family="monospace", fontsize=7, va="top", parse_math=False
    )
    return figure


_LEGEND: dict[str, Any] = {
    "loc": "outside upper right",
    "ncols": 2,
    "frameon": False,
    "fontsize": 9,
}


def _prepare(axes: Any, steps: Sequence[TraceStep], prompt: int) -> None:
    words = [step.token for step in steps]
    words = [w if len(w) <= _LONGEST_TICK else f"{w[: _LONGEST_TICK - 1]}…" for w in words]
    upright = 90 if max(map(len, words)) > 2 else 0
    axes.set_xticks(range(len(words)), words, fontsize=8, rotation=upright)
    for label in axes.get_xticklabels():
        label.set_parse_math(False)
    axes.set_xlim(-0.5, len(words) - 0.5)
    axes.tick_params(length=0)
    axes.grid(False)
    # The answer begins behind the sign between prompt and answer.
    axes.axvline(prompt - 0.5, color="#808080", linewidth=0.8)
    axes.axvline(prompt + 0.5, color="#808080", linewidth=0.8)


def _draw(
    axes: Any,
    description: Description,
    steps: Sequence[TraceStep],
    tape: int,
    shown: Sequence[int],
    cell: float,
) -> None:
    axes.set_title(f"tape {tape + 1}", fontsize=10, loc="left")
    every = max(1, round(0.2 / cell))
    axes.set_yticks(range(0, len(shown), every), [str(place) for place in shown[::every]])
    row_of = {place: row for row, place in enumerate(shown)}
    axes.tick_params(axis="y", labelsize=8)
    names = description.names[tape]
    colours = {symbol: _tint(place) for place, symbol in enumerate(sorted(names))}
    colours[BLANK] = (1.0, 1.0, 1.0)
    picture = np.ones((len(shown), len(steps), 3))
    for at, step in enumerate(steps):
        for place, symbol in step.cells[tape].items():
            picture[row_of[place], at] = colours[symbol]
            word = "" if symbol == BLANK else name_word(names[symbol])
            if cell >= _LEAST_TEXT_CELL and 0 < len(word) <= _LONGEST_TEXT:
                look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 7}
                axes.text(at, row_of[place], word, color="#303030", parse_math=False, **look)
    _fill(axes, picture)
    for head, (name, colour, marker, wide) in enumerate(
        (("write head", _WRITE, "s", 9.0), ("read head", _READ, "o", 7.0))
    ):
        axes.plot(
            range(len(steps)),
            [row_of[step.heads[tape][head]] for step in steps],
            color=colour,
            marker=marker,
            markersize=wide * min(1.0, cell / _CELL),
            markerfacecolor="none",
            linewidth=0.8,
            label=name,
        )


def _fill(axes: Any, picture: Any) -> None:
    """Colour cells, as vectors: a rectangle for each run of steps in which a cell keeps its colour."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    found, colours = [], []
    for row, line in enumerate(picture):
        borders = [0, *(np.flatnonzero((line[1:] != line[:-1]).any(1)) + 1).tolist(), len(line)]
        for begin, end in pairwise(borders):
            if (line[begin] != 1).any():
                found.append(Rectangle((begin - 0.5, row - 0.5), end - begin, 1))
                colours.append(line[begin])
    axes.add_collection(PatchCollection(found, facecolors=colours, edgecolors="none", zorder=0.5))
    axes.set_ylim(-0.5, len(picture) - 0.5)


def _tint(place: int) -> tuple[float, float, float]:
    """A light colour, behind which text can be read."""
    colour = COLOURS[place % len(COLOURS)].removeprefix("#")
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    return (*(1 - (1 - part) * 0.3 for part in parts),)  # type: ignore[return-value]
