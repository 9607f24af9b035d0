"""A run directory: what a training run leaves behind and resumes from.

config.json           the configuration, with a schema number
metrics.jsonl         one line for each logged iteration
checkpoint.safetensors  the state of an unfinished training
weights.safetensors   raw parameters of every seed at its chosen step
results.json          success, errors and chosen step of every seed
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from ..errors import RunError
from .config import Config
from .storage import read_json, read_tensors, write_bytes, write_json, write_tensors

_RESULT_KEYS = {
    "success",
    "chosen_iteration",
    "validation_error",
    "extrapolation_error",
    "solved_at",
    "sparsity_error",
}


class Run:
    """A run on disk. Open one with `Run.create` or `Run.open`; neither overwrites anything."""

    def __init__(self, directory: Path, config: Config) -> None:
        self.directory = directory
        self.config = config

    @classmethod
    def create(cls, directory: Path, config: Config) -> Run:
        """Start a run in a directory that must not exist."""
        if directory.exists():
            raise RunError(
                f"{directory} exists already; give another --output, or add --resume to continue that run"
            )
        try:
            directory.mkdir(parents=True)
            write_json(directory / "config.json", config.to_json())
        except OSError as error:
            raise RunError(
                f"{directory} cannot be written: {error.strerror}; give another --output"
            ) from None
        return cls(directory, config)

    @classmethod
    def open(cls, directory: Path) -> Run:
        """Open an existing run."""
        if not directory.is_dir():
            raise RunError(
                f"there is no run directory {directory}; train one with --output {directory}"
            )
        return cls(directory, Config.from_json(read_json(directory / "config.json")))

    def path(self, name: str) -> Path:
        return self.directory / name

    @property
    def finished(self) -> bool:
        """Whether training is complete."""
        return self.path("results.json").exists() and self.path("weights.safetensors").exists()

    def save_checkpoint(self, state: dict[str, torch.Tensor]) -> None:
        write_tensors(self.path("checkpoint.safetensors"), state)

    def load_checkpoint(self) -> dict[str, torch.Tensor] | None:
        path = self.path("checkpoint.safetensors")
        return read_tensors(path) if path.exists() else None

    def append_metrics(self, record: dict[str, Any]) -> None:
        with self.path("metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    def keep_metrics_before(self, iteration: int) -> None:
        """Drop lines that a resumed training will write again."""
        path = self.path("metrics.jsonl")
        if path.exists():
            kept = [
                line
                for line in path.read_text(encoding="utf-8").splitlines(keepends=True)
                if line.endswith("\n") and json.loads(line)["iteration"] < iteration
            ]
            write_bytes(path, "".join(kept).encode())

    def save_results(self, weights: dict[str, torch.Tensor], results: dict[str, Any]) -> None:
        write_tensors(self.path("weights.safetensors"), weights)
        write_json(self.path("results.json"), results)
        self.path("checkpoint.safetensors").unlink(missing_ok=True)

    def load_results(self) -> dict[str, Any]:
        results = read_json(self.path("results.json"))
        seeds = results.get("seeds") if isinstance(results, dict) else None
        if not isinstance(seeds, list) or not all(isinstance(seed, dict) for seed in seeds):
            raise RunError(f"{self.path('results.json')} is damaged: it has no results of seeds")
        if [seed.get("seed") for seed in seeds] != list(self.config.seed_list):
            raise RunError(f"{self.path('results.json')} is damaged: it does not fit config.json")
        if any(_RESULT_KEYS - set(seed) for seed in seeds) or "seconds" not in results:
            raise RunError(f"{self.path('results.json')} is damaged: parts of it are missing")
        return dict(results)

    def load_weights(self) -> dict[str, torch.Tensor]:
        """Raw parameters at the chosen steps, each (seeds, 1, inputs)."""
        weights = read_tensors(self.path("weights.safetensors"))
        shape = (self.config.seeds, 1, self.config.inputs)
        expected = dict.fromkeys(self.config.module_class.raw_names, shape)
        if {name: tuple(w.shape) for name, w in weights.items()} != expected:
            raise RunError(f"{self.path('weights.safetensors')} does not fit config.json")
        return weights
