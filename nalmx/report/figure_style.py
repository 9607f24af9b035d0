"""How figures look and are written: one style, vectors whose text is text, the same bytes each time."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import SettingError
from ..storage import write_bytes

# Okabe and Ito's colours, which the colour-blind tell apart, with grey for their yellow.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7F7F7F")
MARKERS = "osD^vp<>"
FAINT = "#E4E4E4"
_DOTS_PER_INCH = 130
# What would write the time of day into a file.
_METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
    "png": {},
}
_STYLE = {
    "font.size": 13,
    "axes.edgecolor": "#808080",
    "axes.titlesize": 14,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "lines.linewidth": 1.1,
    "lines.markersize": 4.0,
    "lines.markeredgewidth": 0.8,
    "legend.fontsize": 13,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "nalmx",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
}


def check_kind(path: Path) -> str:
    """The kind of a figure by its suffix; another suffix is an error."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in _METADATA:
        raise SettingError(f"{path.name} is no figure; end its name with .svg, .pdf or .png")
    return kind


def write_figure(path: Path, draw: Callable[[], Any]) -> None:
    """Draw in the style of all figures, and write what is drawn by the suffix of `path`."""
    kind = check_kind(path)
    with _styled():
        _write(draw(), path, kind)


def write_everywhere(path_stem: Path, draw: Callable[[], Any]) -> list[Path]:
    """The same as SVG, PDF and PNG; returns the files."""
    with _styled():
        figure = draw()
        paths = [path_stem.with_name(f"{path_stem.name}.{kind}") for kind in _METADATA]
        for path, kind in zip(paths, _METADATA, strict=True):
            _write(figure, path, kind)
    return paths


@contextmanager
def _styled() -> Iterator[None]:
    import matplotlib.style

    with matplotlib.style.context(["default", _STYLE]), warnings.catch_warnings():
        # A token may be in a script that the font lacks; a box stands for it.
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        yield


def _write(figure: Any, path: Path, kind: str) -> None:
    data = io.BytesIO()
    figure.savefig(data, format=kind, dpi=_DOTS_PER_INCH, metadata=_METADATA[kind])
    write_bytes(path, data.getvalue())
