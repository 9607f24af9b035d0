"""Cells of the Single Module Task by workers elsewhere, with the files that one process would write.

A worker finishes a cell in a folder of its own and sends the files, so that machines need no folder in
common.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..models import OWN_MODULES
from ..plugins import is_own
from ..run_directory import files_of, place_files
from ..train import Config
from ..workers import Watch, Workers
from .cells import (
    CELLS,
    FinishedCell,
    Standing,
    Stopped,
    cell_of,
    finished_cell,
    open_output,
    run_cells,
)
from .grid import cell_name


def run_cells_by(
    groups: Sequence[Sequence[Config]],
    output: Path,
    workers: Workers,
    *,
    on_progress: Callable[[Standing], None] = lambda standing: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> list[FinishedCell]:
    """What `run_cells` does, each cell by itself and by one of the workers."""
    open_output(output)
    known = {config: finished_cell(output, config) for group in groups for config in group}
    pending = [config for config, cell in known.items() if cell is None]
    for config in pending:
        cell_of(output, config)  # refuses a cell that was begun otherwise
    finished, shares = len(known) - len(pending), dict.fromkeys(range(len(pending)), 0.0)

    def told(place: int, standing: Standing) -> None:
        shares[place] = standing.done
        done = finished + sum(shares.values())
        on_progress(replace(standing, finished=finished, done=done, cells=len(known)))

    cells = [config.to_json() for config in pending]
    for place, files in workers(_files_of_cell, cells, told, stop_requested):
        config = pending[place]
        place_files(output / CELLS / cell_name(config), files)
        known[config] = finished_cell(output, config)
        finished, shares[place] = finished + 1, 0.0
    if finished < len(known):
        raise Stopped(finished, len(known))
    return [cell for cell in known.values() if cell is not None]


def _files_of_cell(data: dict[str, Any], watch: Watch) -> dict[str, bytes]:
    """Finish a cell in a folder of its own, and give its files; this runs in a worker."""
    import torch

    if is_own(data["module"]):
        OWN_MODULES.add(data["module"])
    config = Config.from_json(data)
    with tempfile.TemporaryDirectory(prefix="nalmx-") as folder:
        output = Path(folder) / "output"
        run_cells([[config]], output, torch.device("cpu"), on_progress=watch.tell)
        return files_of(output / CELLS / cell_name(config))
