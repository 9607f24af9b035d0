"""`--figure`: a machine at work, drawn."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import SettingError

figure_option = click.option(
    "--figure",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="pntm: draw heads and tapes on an example, beside the program; .svg or .png.",
)


def check_figure(path: Path | None) -> None:
    """Refuse a figure that could not be written, before time is spent."""
    if path is None:
        return
    if path.suffix.lower() not in (".svg", ".png"):
        raise SettingError(f"{path.name} is no figure; end its name with .svg or .png")
    if path.exists() or path.is_symlink():
        raise SettingError(f"{path} exists and is never overwritten; name another file")
    if not path.parent.is_dir():
        raise SettingError(f"there is no folder {str(path.parent)!r} for the figure; make it first")
