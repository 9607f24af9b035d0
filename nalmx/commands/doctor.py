"""`nalmx doctor`."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from .. import __version__
from ..devices import AUTO
from ..report.tables import PlainTable
from ..threads import cores
from ._options import output, print_json
from ._request import ListRequest, asking

_NEEDED = (
    *("torch", "numba", "numpy", "python-flint", "sympy", "mpmath", "hypothesis", "scipy"),
    *("safetensors", "matplotlib", "rich", "click"),
)
_EXTRAS = {
    "pyarrow": "Parquet files",
    "scikit-learn": "NALMRegressor",
    "onnx": "networks in files",
    "ray": "many machines",
    "pytest": "exported tests",
    "triton": "a GPU",
}


@click.command(name="doctor")
@asking(ListRequest)
def command(asked: ListRequest) -> int:
    """Say what is installed here, and what --device auto takes."""
    facts = _facts()
    if asked.as_json:
        print_json(facts)
        return 0
    table = PlainTable()
    table.add_column("what", no_wrap=True)
    table.add_column("here")
    for name, value in facts.items():
        rows = value.items() if isinstance(value, dict) else [(name, value)]
        for what, said in rows:
            table.add_row(what, said if isinstance(said, str) else str(said))
    output().print(table, soft_wrap=False)
    return 0


def _facts() -> dict[str, Any]:
    return {
        "nalmx": f"{__version__} in {Path(__file__).parents[1]}",
        "Python": f"{platform.python_version()} in {sys.executable}",
        "system": f"{platform.system()} {platform.machine()}, {_processors()}",
        "packages": {name: _version(name) or "missing; install it again" for name in _NEEDED},
        "extras": {
            name: _version(name) or f"not installed (for: {use})" for name, use in _EXTRAS.items()
        },
        "GPU": _gpu(),
        "caches": {"compiled loops": _cache()},
        "auto": {
            f"--device auto, {work}": f"{where}, since {why}" for work, (where, why) in AUTO.items()
        },
    }


def _processors() -> str:
    usable = cores()
    return f"{usable} processor{'s' if usable > 1 else ''} to use"


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _gpu() -> str:
    if find_spec("torch") is None:
        return "unknown without torch"
    import torch

    if not torch.cuda.is_available():
        return "none that torch can use"
    names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return f"{', '.join(names)}, by --device cuda"


def _cache() -> str:
    from ..codegen import cache

    folder = cache.directory()
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 2**20
    lasting = (
        "" if folder.name == "kernels" else ", for this process alone: ~/.cache cannot be written"
    )
    return f"{folder}: {len(files):,} files, {size:.1f} MiB{lasting}"
