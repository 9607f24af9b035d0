"""Cells of a benchmark on a Ray cluster: each cell is a task, and its files are those of one process.

A worker finishes a cell in a folder of its own and sends the files, so that machines need no folder in
common. A task whose worker is lost is done again elsewhere; since a seed gives the same bits wherever it
is trained, nothing shows it. Ray sends Python objects between its processes: the cluster must be yours.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import NalmxError, RunError, SettingError
from ..models import OWN_MODULES
from ..plugins import is_own
from ..storage import write_bytes
from ..train import Config
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

_LOOKS_EVERY = 0.2
_TIMES_LOST = 10
"""How often a cell is begun again whose worker is lost."""


def run_cells_on_ray(
    groups: Sequence[Sequence[Config]],
    output: Path,
    address: str | None = None,
    *,
    on_progress: Callable[[Standing], None] = lambda standing: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> list[FinishedCell]:
    """What `run_cells` does, with each cell as a task of one core.

    `address` is that of a running cluster, or `local` for one that is begun here; None is that of
    RAY_ADDRESS or of a cluster begun on this machine, and else a local one.
    """
    open_output(output)
    known = {config: finished_cell(output, config) for group in groups for config in group}
    pending = [config for config, cell in known.items() if cell is None]
    for config in pending:
        cell_of(output, config)  # refuses a cell that was begun otherwise
    if pending:
        with _cluster(address) as ray:
            finish = ray.remote(num_cpus=1, max_retries=_TIMES_LOST)(_files_of_cell)
            waiting = {finish.remote(config.to_json()): config for config in pending}
            workers = int(ray.cluster_resources().get("CPU", 1))
            while waiting:
                done = len(known) - len(waiting)
                one, doing = next(iter(waiting.values())), f"on {workers} cores"
                on_progress(
                    Standing(doing, one.source.name, one.module, done, done, len(known), None)
                )
                if stop_requested():
                    raise Stopped(done, len(known))
                ready, _ = ray.wait(list(waiting), timeout=_LOOKS_EVERY)
                for task in ready:
                    config = waiting.pop(task)
                    _place(output, config, _result(ray, task, config))
                    known[config] = finished_cell(output, config)
    return [cell for cell in known.values() if cell is not None]


def _files_of_cell(data: dict[str, Any]) -> dict[str, bytes]:
    """Finish a cell in a folder of its own, and give its files; this runs in a worker."""
    import torch

    if is_own(data["module"]):
        OWN_MODULES.add(data["module"])
    config = Config.from_json(data)
    with tempfile.TemporaryDirectory(prefix="nalmx-") as folder:
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", folder)
        run_cells([[config]], Path(folder) / "output", torch.device("cpu"))
        cell = Path(folder) / "output" / CELLS / cell_name(config)
        return {path.name: path.read_bytes() for path in cell.iterdir() if path.is_file()}


def _result(ray: Any, task: Any, config: Config) -> dict[str, bytes]:
    try:
        files: dict[str, bytes] = ray.get(task)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, NalmxError):
            raise error.cause from None
        raise
    except ray.exceptions.RayError as error:
        raise RunError(
            f"the cell {cell_name(config)} lost its worker {_TIMES_LOST + 1} times "
            f"({type(error).__name__}); what is finished is kept, give the command again"
        ) from None
    return files


def _place(output: Path, config: Config, files: dict[str, bytes]) -> None:
    """Put a finished cell where one that was begun may lie; never half of it."""
    cell = output / CELLS / cell_name(config)
    with tempfile.TemporaryDirectory(prefix=".", dir=output) as folder:
        made = Path(folder) / cell.name
        made.mkdir()
        for name, data in files.items():
            write_bytes(made / name, data)
        if cell.exists():
            shutil.rmtree(cell)
        made.rename(cell)


@contextmanager
def _cluster(address: str | None) -> Iterator[Any]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise SettingError(
            "Ray is not installed; install it with: pip install 'nalmx[ray]'"
        ) from None
    try:
        ray.init(address, log_to_driver=False, configure_logging=False, include_dashboard=False)
    except (ConnectionError, ValueError, RuntimeError) as error:
        said = " ".join(str(error).split())[:200]
        raise SettingError(
            f"no Ray cluster can be used at {address or 'any address'}: {said}"
        ) from None
    try:
        yield ray
    finally:
        ray.shutdown()
