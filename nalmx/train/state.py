"""What a checkpoint of one run holds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import RunError
from .batches import as_state
from .run import Run

Tensors = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class TrainingState:
    """All that a training needs to go on: one entry for each seed in every tensor."""

    parameters: Tensors
    best: Tensors
    moments: tuple[Tensors, Tensors]
    streams: Tensor
    validation: Tensor
    restarts: Tensors
    iteration: int
    seconds: float

    def tensors(self, config_digest: bytes) -> Tensors:
        return {
            **{f"raw.{name}": values for name, values in self.parameters.items()},
            **self.best,
            **{f"adam.m.{name}": values for name, values in self.moments[0].items()},
            **{f"adam.v.{name}": values for name, values in self.moments[1].items()},
            **{f"restarts.{name}": values for name, values in self.restarts.items()},
            "streams": self.streams.clone(),
            "validation": self.validation.clone(),
            "config": torch.tensor(list(config_digest), dtype=torch.uint8),
            "iteration": torch.tensor(self.iteration),
            "seconds": torch.tensor(self.seconds, dtype=torch.float64),
        }


def restored(run: Run, names: tuple[str, ...], logs: int) -> TrainingState | None:
    """The state in a run's checkpoint; one that this very run could not have written is an error."""
    tensors = run.load_checkpoint()
    if tensors is None:
        return None
    if not _fits(run, tensors, names, logs):
        raise RunError(
            f"the checkpoint in {run.directory} does not fit config.json; start a new run"
        )

    def under(prefix: str) -> Tensors:
        return {
            name.removeprefix(prefix): values
            for name, values in tensors.items()
            if name.startswith(prefix)
        }

    return TrainingState(
        parameters=under("raw."),
        best={name: values for name, values in tensors.items() if name.startswith("best.")},
        moments=(under("adam.m."), under("adam.v.")),
        streams=tensors["streams"],
        validation=tensors["validation"],
        restarts=under("restarts."),
        iteration=int(tensors["iteration"]),
        seconds=float(tensors["seconds"]),
    )


def _fits(run: Run, tensors: Tensors, names: tuple[str, ...], logs: int) -> bool:
    seeds = run.config.seeds
    module = run.config.module_class(run.config.inputs, 1)
    numbers, counts = torch.float64, torch.int64
    expected: dict[str, tuple[tuple[int, ...], torch.dtype]] = {
        "best.validation": ((seeds,), numbers),
        "best.test": ((seeds,), numbers),
        "best.iteration": ((seeds,), counts),
        "best.solved_at": ((seeds,), counts),
        "validation": ((seeds,), numbers),
        "streams": ((seeds, 625), counts),
        "config": ((32,), torch.uint8),
        "iteration": ((), counts),
        "seconds": ((), numbers),
    }
    for name in names:
        for prefix in ("raw.", "best.", "adam.m.", "adam.v."):
            expected[prefix + name] = ((seeds, *module.raw_size(name)), torch.float32)
    if logs:
        expected["restarts.started"] = expected["restarts.count"] = ((seeds,), counts)
        expected["restarts.losses"] = ((seeds, logs), numbers)
    if {n: (tuple(v.shape), v.dtype) for n, v in tensors.items()} != expected:
        return False
    iteration = int(tensors["iteration"])
    keys, positions = tensors["streams"][:, :-1], tensors["streams"][:, -1]
    starts = tensors.get("restarts.started", torch.zeros(1))
    return (
        bytes(tensors["config"].tolist()) == run.config_digest
        and 0 <= iteration <= run.config.iterations
        and math.isfinite(float(tensors["seconds"]))
        and bool(((keys >= 0) & (keys < 2**32)).all())
        and bool(((positions >= 0) & (positions <= 624)).all())
        and _can_stand(run, tensors["streams"])
        and bool(((starts >= 0) & (starts <= iteration)).all())
        and bool((tensors.get("restarts.count", torch.zeros(1)) >= 0).all())
    )


def _can_stand(run: Run, states: Tensor) -> bool:
    """Whether the streams of a run can stand in saved states."""
    stream = run.config.source.stream(run.config.first_seed)
    try:
        for row in states:
            stream.set_state(as_state(row))
    except ValueError:
        return False
    return True
