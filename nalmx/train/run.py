"""A run directory: what a training run leaves behind and resumes from.

- `config.json`: the configuration, with a schema number
- `rows.safetensors`: the rows of a source that no description gives back
- `metrics.jsonl`: one line for each logged iteration
- `checkpoint.safetensors`: the state of an unfinished training
- `weights.safetensors`: raw parameters of every seed at its chosen step
- `results.json`: success, errors and chosen step of every seed, with what seals the run
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import RunError
from ..run_directory import RunDirectory, is_sequence_config, new_directory, saved_config
from ..storage import (
    append_line,
    digest,
    parse_json,
    read_arrays,
    read_bytes,
    read_json,
    read_tensors,
    same_json,
    write_arrays,
    write_bytes,
    write_json,
    write_tensors,
)
from .config import Config
from .sources import DataSource

if TYPE_CHECKING:
    from torch import Tensor


_ROWS = "rows.safetensors"


def _is_number(value: object, *, optional: bool = False) -> bool:
    return (optional and value is None) or (
        isinstance(value, int | float) and not isinstance(value, bool)
    )


_RESULTS: dict[str, Callable[[object], bool]] = {
    "success": lambda value: isinstance(value, bool),
    "chosen_iteration": _is_number,
    "validation_error": partial(_is_number, optional=True),
    "extrapolation_error": partial(_is_number, optional=True),
    "solved_at": partial(_is_number, optional=True),
    "sparsity_error": _is_number,
}


class Run(RunDirectory):
    """A run on disk. Open one with `Run.create` or `Run.open`; neither overwrites anything."""

    _last = ("results.json", "weights.safetensors")

    def __init__(self, directory: Path, config: Config) -> None:
        super().__init__(directory)
        self.config = config

    @classmethod
    def create(cls, directory: Path, config: Config) -> Run:
        """Start a run in a directory that must not exist."""

        def fill() -> None:
            arrays = config.source.arrays()
            if arrays:
                write_arrays(directory / _ROWS, arrays)
            write_json(directory / "config.json", config.to_json())

        new_directory(directory, fill)
        return cls(directory, config)

    @classmethod
    def open(cls, directory: Path, source: DataSource | None = None) -> Run:
        """Open an existing run; with the source that it was begun with, where that is not saved whole."""
        data = saved_config(directory)
        if is_sequence_config(data):
            raise RunError(
                f"{directory} is a run of a sequence task; machines cannot be verified yet, that comes "
                "with the next version; to report the run again: nalmx train-and-extract --output "
                f"{directory} --resume"
            )
        if isinstance(data, dict) and data.get("kind") == "fit":
            raise RunError(
                f"{directory} is a run of nalmx fit, which trains nothing; nalmx verify run {directory} fits "
                "its rows again"
            )
        config = Config.from_json(data, lambda: read_arrays(directory / _ROWS))
        if source is not None and source != config.source:
            raise RunError(f"the run {directory} was begun with another source of data")
        return cls(directory, config if source is None else replace(config, source=source))

    def check_settings(self, settings: Mapping[str, Any]) -> None:
        """Refuse settings that are not those that the run was started with."""
        saved = self.config.to_json()
        del saved["schema"]
        known = "operation" in saved
        wanted = Config.checked(**{**saved, **settings}).to_json() if known else settings
        for name in settings:
            self.check_setting(name, saved.get(name), wanted[name])

    def save_checkpoint(self, state: dict[str, Tensor]) -> None:
        write_tensors(self.path("checkpoint.safetensors"), state)

    def load_checkpoint(self) -> dict[str, Tensor] | None:
        path = self.path("checkpoint.safetensors")
        return read_tensors(path) if path.exists() else None

    def checkpoint_iteration(self) -> int:
        """The iteration that an unfinished training would go on from."""
        state = self.load_checkpoint()
        return (
            int(state["iteration"])
            if state and "iteration" in state and state["iteration"].numel() == 1
            else 0
        )

    @property
    def config_digest(self) -> bytes:
        """SHA-256 of the configuration; a checkpoint carries that of its own."""
        return hashlib.sha256(json.dumps(self.config.to_json(), sort_keys=True).encode()).digest()

    def append_metrics(self, record: dict[str, Any]) -> None:
        append_line(self.path("metrics.jsonl"), json.dumps(record))

    def keep_metrics_before(self, iteration: int) -> None:
        """Drop lines that a resumed training will write again."""
        path = self.path("metrics.jsonl")
        if not path.exists():
            return
        try:
            lines = read_bytes(path).decode().splitlines(keepends=True)
            whole = [line for line in lines if line.endswith("\n")]
            kept = [line for line in whole if int(parse_json(line)["iteration"]) < iteration]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise RunError(f"{path} is damaged: a line is not a record of training") from None
        write_bytes(path, "".join(kept).encode())

    def save_results(self, weights: dict[str, Tensor], results: dict[str, Any]) -> None:
        """Save what training gave; the results seal the configuration and the weights."""
        write_tensors(self.path("weights.safetensors"), weights)
        seal = {
            "config": self.config.to_json(),
            "weights_sha256": digest(self.path("weights.safetensors")),
        }
        write_json(self.path("results.json"), {**results, **seal})
        self.path("checkpoint.safetensors").unlink(missing_ok=True)

    def load_results(self) -> dict[str, Any]:
        """The results, which must be whole and belong to the configuration and the weights."""
        path = self.path("results.json")
        results = read_json(path)
        seeds = results.get("seeds") if isinstance(results, dict) else None
        if not isinstance(seeds, list) or not all(isinstance(seed, dict) for seed in seeds):
            raise RunError(f"{path} is damaged: it has no results of seeds")
        known = all(_RESULTS.keys() <= seed.keys() for seed in seeds) and all(
            valid(seed[name]) for seed in seeds for name, valid in _RESULTS.items()
        )
        if not known or not _is_number(results.get("seconds")):
            raise RunError(f"{path} is damaged: parts of it are missing or of a wrong kind")
        if not same_json(results.get("config"), self.config.to_json()):
            raise RunError(f"{path} does not fit config.json, which was changed after the training")
        if not same_json([seed.get("seed") for seed in seeds], list(self.config.seed_list)):
            raise RunError(f"{path} is damaged: its seeds are not those of config.json")
        if digest(self.path("weights.safetensors")) != results.get("weights_sha256"):
            raise RunError(
                f"{self.path('weights.safetensors')} was changed after the training (its digest differs); "
                "train the run again"
            )
        return dict(results)

    def load_weights(self) -> dict[str, Tensor]:
        """Raw parameters at the chosen steps, each (seeds, rows, columns)."""
        weights = read_tensors(self.path("weights.safetensors"))
        module = self.config.module_class(self.config.inputs, 1)
        expected = {
            name: ((self.config.seeds, *module.raw_size(name)), "torch.float32")
            for name in module.raw_names
        }
        if {name: (tuple(w.shape), str(w.dtype)) for name, w in weights.items()} != expected:
            raise RunError(f"{self.path('weights.safetensors')} does not fit config.json")
        return weights
