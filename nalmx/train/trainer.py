"""Train all seeds of one or several benchmark cells as one stack.

Every `LOG_EVERY` iterations, before the update, the stack is evaluated on the validation and the
test set. Each seed keeps the weights of the logged step with its smallest validation error, which is
the step it is judged at. With `n` iterations there are n + 1 updates, as in the published benchmark.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn

from ..models import ArithmeticModule
from .engine import LOG_EVERY, Parameters, Penalties
from .engines import new_engine
from .interrupted import Interrupted as Interrupted
from .restarts import Restarts
from .run import Run
from .stacked import stacked
from .state import TrainingState, restored

_CHECKPOINT_SECONDS = 5.0
"""How much of its work a training that is killed may lose."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a caller is told while training goes on."""

    iteration: int
    iterations: int
    validation_error: float
    succeeding: int
    model_steps_per_second: float


def _silent(progress: Progress) -> None:
    """Tell nobody."""


def _never() -> bool:
    return False


def fit(
    run: Run,
    device: torch.device,
    *,
    on_progress: Callable[[Progress], None] = _silent,
    stop_requested: Callable[[], bool] = _never,
    engine: str = "auto",
) -> dict[str, Any]:
    """Train a run to its end, from its checkpoint if it has one, and save the results.

    Returns the results. Raises `Interrupted` once `stop_requested()` is true and the state is saved.
    """
    with run.locked():
        if not run.finished:
            Trainer([run], device, engine).train(on_progress, stop_requested)
        return run.load_results()


def fit_together(
    runs: Sequence[Run],
    device: torch.device,
    *,
    on_progress: Callable[[Progress], None] = _silent,
    stop_requested: Callable[[], bool] = _never,
    engine: str = "auto",
) -> None:
    """Train runs that differ in their rows and seeds only, as one stack.

    Finished runs are left alone, and runs whose checkpoints are at different iterations are trained
    one group after the other. Every result is the one that the run would have alone.
    """
    with ExitStack() as locks:
        for run in runs:
            locks.enter_context(run.locked())
        groups: dict[int, list[Run]] = {}
        for run in runs:
            if not run.finished:
                groups.setdefault(run.checkpoint_iteration(), []).append(run)
        for group in groups.values():
            Trainer(group, device, engine).train(on_progress, stop_requested)


class Trainer:
    """The state of a training, and the loop that advances it."""

    def __init__(self, runs: Sequence[Run], device: torch.device, engine: str = "auto") -> None:
        self.runs = list(runs)
        self.stack = stacked([run.config for run in runs])
        self.config = self.stack.config
        self.engine = new_engine(self.stack, device, engine)
        self._cells = self.stack.slices()
        self._thresholds = [c.source.threshold for c in self.stack.configs]
        sizes = [float(c.seeds) for c in self.stack.configs]
        self._threshold = torch.repeat_interleave(
            torch.tensor(self._thresholds, dtype=torch.float64), torch.tensor(sizes).long()
        )
        logs = self.config.iterations // LOG_EVERY + 2
        rule = self.stack.facts.reinitialisation
        self.restarts = Restarts(self.stack, rule, logs) if rule else None
        models = len(self.stack.members)
        never = torch.full((models,), math.inf, dtype=torch.float64)
        self.best: dict[str, Tensor] = {
            "best.validation": never,
            "best.test": never.clone(),
            "best.iteration": torch.zeros(models, dtype=torch.int64),
            "best.solved_at": torch.full((models,), -1, dtype=torch.int64),
            **{f"best.{name}": raw for name, raw in self.engine.parameters().items()},
        }
        self.validation = never.clone()
        self.iteration = 0
        self.seconds = 0.0
        self.streams = self.engine.batches.states()

    def train(
        self,
        on_progress: Callable[[Progress], None] = _silent,
        stop_requested: Callable[[], bool] = _never,
    ) -> None:
        config = self.config
        self._restore()
        updates = config.iterations + 1
        began, first = time.perf_counter(), self.iteration
        before, saved = self.seconds, began
        # The last update stands alone: it is logged before, whatever its number.
        batches = self.engine.batches
        remaining = max(config.iterations - self.iteration, 0)
        for chunk in chain(batches.chunks(remaining), batches.chunks(1)):
            if self.iteration % LOG_EVERY == 0 or self.iteration == config.iterations:
                self.seconds = before + time.perf_counter() - began
                done = (self.iteration - first) * len(self.stack.members)
                on_progress(self._log(done / max(time.perf_counter() - began, 1e-9)))
            self.engine.advance(chunk, self._penalties(chunk.length), self._due(chunk.length))
            self.iteration += chunk.length
            self.streams = chunk.states
            now = time.perf_counter()
            stop = stop_requested() and self.iteration < updates
            if stop or now - saved > _CHECKPOINT_SECONDS:
                self.seconds = before + now - began
                self._save()
                saved = now
            if stop:
                raise Interrupted(self.iteration)
        self.seconds = before + time.perf_counter() - began
        self._finish()

    def _penalties(self, length: int) -> Penalties:
        penalty = self.stack.facts.penalty
        if penalty is None:
            return Penalties([0.0] * length, torch.ones(len(self.stack.members), dtype=torch.bool))
        iterations = range(self.iteration, self.iteration + length)
        strengths = [penalty.schedule.at(i, self.config.iterations) for i in iterations]
        return Penalties(strengths, self.validation < penalty.schedule.loss_below)

    def _due(self, length: int) -> list[Any]:
        return self.restarts.due(self.iteration, length) if self.restarts else []

    def _log(self, rate: float) -> Progress:
        validation = self.engine.errors(extrapolation=False)
        test = self.engine.errors(extrapolation=True)
        if self.iteration % LOG_EVERY == 0:
            self.validation = validation
            if self.restarts:
                self.restarts.record(self.iteration, validation)
        best = self.best
        better = validation < best["best.validation"]
        best["best.validation"] = torch.where(better, validation, best["best.validation"])
        best["best.test"] = torch.where(better, test, best["best.test"])
        best["best.iteration"][better] = self.iteration
        unsolved = (best["best.solved_at"] < 0) & (test < self._threshold)
        best["best.solved_at"][unsolved] = self.iteration
        parameters = self.engine.parameters()
        for name, parameter in parameters.items():
            best[f"best.{name}"][better] = parameter[better]
        sparsity = self._module(parameters).sparsity_error()
        for run, cell in zip(self.runs, self._cells, strict=True):
            run.append_metrics(
                {
                    "iteration": self.iteration,
                    "validation": _finite(validation[cell]),
                    "extrapolation": _finite(test[cell]),
                    "sparsity_error": _finite(sparsity[cell]),
                    "seconds": round(self.seconds, 3),
                }
            )
        return Progress(
            self.iteration,
            self.config.iterations,
            float(validation.median()),
            int((best["best.test"] < self._threshold).sum()),
            rate,
        )

    def _module(self, parameters: Parameters) -> ArithmeticModule:
        """The stack as a module with given raw parameters."""
        return module_of(self.stack.kind, self.config.inputs, parameters)

    def _save(self) -> None:
        means, squares = self.engine.moments()
        streams = self.engine.batches.saved(self.streams)
        for run, cell in zip(self.runs, self._cells, strict=True):
            state = TrainingState(
                parameters=_part(self.engine.parameters(), cell),
                best=_part(self.best, cell),
                moments=(_part(means, cell), _part(squares, cell)),
                streams=streams[cell],
                validation=self.validation[cell],
                restarts=_part(self._restart_state(), cell),
                iteration=self.iteration,
                seconds=self.seconds,
            )
            run.save_checkpoint(state.tensors(run.config_digest))

    def _restart_state(self) -> dict[str, Tensor]:
        if not self.restarts:
            return {}
        r = self.restarts
        return {"started": r.started, "count": r.count, "losses": r.losses}

    def _restore(self) -> None:
        """Continue from the checkpoints of all runs, which are at one iteration."""
        names, logs = (
            self.stack.kind.raw_names,
            len(self.restarts.losses[0]) if self.restarts else 0,
        )
        states = [restored(run, names, logs) for run in self.runs]
        found = [state for state in states if state is not None]
        if len(found) == len(self.runs):
            self.best = {n: torch.cat([state.best[n] for state in found]) for n in self.best}
            parameters, means, squares = (
                {name: torch.cat([part[name] for part in parts]) for name in names}
                for parts in zip(*((s.parameters, *s.moments) for s in found), strict=True)
            )
            self.iteration = found[0].iteration
            self.engine.restore(parameters, (means, squares), self.iteration)
            self.seconds = max(state.seconds for state in found)
            self.engine.batches.restore(torch.cat([state.streams for state in found]))
            self.streams = self.engine.batches.states()
            self.validation = torch.cat([state.validation for state in found])
            if self.restarts:
                for name in ("started", "count", "losses"):
                    values = torch.cat([state.restarts[name] for state in found])
                    setattr(self.restarts, name, values)
        for run in self.runs:
            run.keep_metrics_before(self.iteration)

    def _finish(self) -> None:
        chosen = {name: self.best[f"best.{name}"] for name in self.stack.kind.raw_names}
        sparsity = self._module(chosen).sparsity_error()
        share = self.seconds / len(self.stack.members)
        for run, cell, threshold in zip(self.runs, self._cells, self._thresholds, strict=True):
            best = {
                name.removeprefix("best."): values[cell].tolist()
                for name, values in self.best.items()
            }
            results = {
                "threshold": threshold,
                "seconds": round(share * run.config.seeds, 3),
                "model_steps": (self.config.iterations + 1) * run.config.seeds,
                "seeds": [
                    {
                        "seed": seed,
                        "success": best["test"][i] < threshold,
                        "chosen_iteration": best["iteration"][i],
                        "validation_error": _number(best["validation"][i]),
                        "extrapolation_error": _number(best["test"][i]),
                        "solved_at": None if best["solved_at"][i] < 0 else best["solved_at"][i],
                        "sparsity_error": float(sparsity[cell][i]),
                    }
                    for i, seed in enumerate(run.config.seed_list)
                ],
            }
            run.save_results(_part(chosen, cell), results)


def module_of(kind: type[ArithmeticModule], inputs: int, raw: Parameters) -> ArithmeticModule:
    """A stack of modules with given raw parameters."""
    modules = kind(inputs, 1)
    for name, values in raw.items():
        setattr(modules, name, nn.Parameter(values))
    return modules


def trained_stack(run: Run) -> ArithmeticModule:
    """The modules of all seeds of a finished run, each with the weights of its chosen step."""
    return module_of(run.config.module_class, run.config.inputs, run.load_weights())


def _part(tensors: dict[str, Tensor], cell: slice) -> dict[str, Tensor]:
    """The models of one run; copies, since a file may not hold the rest of a tensor."""
    return {name: values[cell].clone() for name, values in tensors.items()}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _finite(values: Tensor) -> list[float | None]:
    return [_number(value) for value in values.tolist()]
