"""Sources read back from what a run has saved of them."""

from __future__ import annotations

from typing import Any

from ...errors import NalmxError, RunError
from .generator import RowGenerator
from .rows import RowSource
from .source import Array
from .table import Table


def source_from_json(data: object, arrays: dict[str, Array]) -> RowSource:
    """The source of `to_json` and `arrays`; anything else is a `RunError`."""
    try:
        source = _read(data, arrays)
        if source.to_json() == data:
            return source
    except (NalmxError, KeyError, TypeError, ValueError, AttributeError):
        pass
    raise RunError("config.json and rows.safetensors do not fit; the run directory is damaged")


def _read(data: Any, arrays: dict[str, Array]) -> RowSource:
    common: dict[str, Any] = {
        "names": data["inputs"],
        "threshold": data["threshold"],
        "truth": data["truth"],
    }
    if data["kind"] == Table.kind:
        return Table(
            arrays["x"], arrays["y"], target=data["name"], split_seed=data["split_seed"], **common
        )
    return RowGenerator(None, data["ranges"], name=data["name"], kept=arrays, **common)
