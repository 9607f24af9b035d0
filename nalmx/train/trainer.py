"""Train all seeds of a benchmark cell as one stack.

Every `LOG_EVERY` iterations, before the update, the stack is evaluated on the validation and the
test set. Each seed keeps the weights of the logged step with its smallest validation error, which is
the step it is judged at. With `n` iterations there are n + 1 updates, as in the published benchmark.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import RunError
from ..models import ArithmeticModule, stack
from ..tasks.arithmetic import (
    BATCH_SIZE,
    TEST_SEED,
    VALIDATION_SEED,
    evaluation_set,
    success_threshold,
)
from .adam import Adam
from .batches import Batches, feature_major
from .config import Config
from .run import Run

LOG_EVERY = 1_000
_CHECKPOINT_SECONDS = 5.0
_EVALUATION_VALUES = 4_000_000


@dataclass(frozen=True, slots=True)
class Progress:
    """What a caller is told while training goes on."""

    iteration: int
    iterations: int
    validation_error: float
    succeeding: int
    model_steps_per_second: float


class Interrupted(Exception):
    """Training was stopped on request, after its state was saved."""

    def __init__(self, iteration: int) -> None:
        super().__init__(f"interrupted at iteration {iteration}")
        self.iteration = iteration


def new_stack(config: Config) -> ArithmeticModule:
    """The untrained modules of all seeds, initialised as in the published benchmark.

    It draws the parameters twice from each seed's generator and keeps the second draw.
    """
    modules = []
    for seed in config.seed_list:
        generator = torch.Generator().manual_seed(seed)
        module = config.module_class(config.inputs, 1, generator=generator)
        module.reset_parameters(generator)
        modules.append(module)
    return stack(modules)


def fit(
    run: Run,
    device: torch.device,
    *,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Train a run to its end, from its checkpoint if it has one, and save the results.

    Returns the results. Raises `Interrupted` once `stop_requested()` is true and the state is saved.
    """
    with run.locked():
        if run.finished:
            return run.load_results()
        return Trainer(run, device).train(on_progress, stop_requested)


class Trainer:
    """The state of a training run, and the loop that advances it."""

    def __init__(self, run: Run, device: torch.device) -> None:
        self.run = run
        self.device = device
        config = run.config
        self.config = config
        self.module = new_stack(config).to(device)
        self.equation = config.module_class.apply
        self.parameters = [self.module.get_parameter(n) for n in self.module.raw_names]
        self.adam = Adam(self.parameters, self.module.training_facts.learning_rate)
        self.threshold = success_threshold(config.task, config.extrapolation, config.inputs)
        self.validation = self._evaluation(VALIDATION_SEED, extrapolation=False)
        self.test = self._evaluation(TEST_SEED, extrapolation=True)
        never = torch.full((config.seeds,), math.inf, dtype=torch.float64, device=device)
        self.best = {
            "best.validation": never,
            "best.test": never.clone(),
            "best.iteration": torch.zeros(config.seeds, dtype=torch.int64, device=device),
            "best.solved_at": torch.full((config.seeds,), -1, dtype=torch.int64, device=device),
            **{
                f"best.{name}": p.detach().clone()
                for name, p in zip(self.module.raw_names, self.parameters, strict=True)
            },
        }
        self.iteration = 0
        self.seconds = 0.0
        self.batches = Batches(
            config.task,
            config.interpolation,
            config.inputs,
            config.seed_list,
            align=LOG_EVERY,
            device=device,
        )
        self.streams = self.batches.states()

    def train(
        self, on_progress: Callable[[Progress], None], stop_requested: Callable[[], bool]
    ) -> dict[str, Any]:
        config = self.config
        self._restore()
        updates = config.iterations + 1
        began, first = time.perf_counter(), self.iteration
        before, saved = self.seconds, began
        for chunk in self.batches.chunks(updates - self.iteration):
            for x, t in zip(chunk.x, chunk.t, strict=True):
                if self.iteration % LOG_EVERY == 0 or self.iteration == config.iterations:
                    self.seconds = before + time.perf_counter() - began
                    done = (self.iteration - first) * config.seeds
                    rate = done / max(time.perf_counter() - began, 1e-9)
                    on_progress(self._log(rate))
                self._step(x, t)
                self.iteration += 1
            self.streams = chunk.states
            now = time.perf_counter()
            stop = stop_requested() and self.iteration < updates
            if stop or now - saved > _CHECKPOINT_SECONDS:
                self.seconds = before + now - began
                self.run.save_checkpoint(self._state())
                saved = now
            if stop:
                raise Interrupted(self.iteration)
        self.seconds = before + time.perf_counter() - began
        return self._finish()

    def _step(self, x: Tensor, t: Tensor) -> None:
        """One Adam update on mean squared error plus the scheduled sparsity penalty."""
        weights = self.module.weights()
        y = self.equation(x, **weights)
        outputs, slopes = [y], [(y.detach() - t).mul_(2 / BATCH_SIZE)]
        strength = self.sparsity_at(self.iteration)
        if strength:
            outputs += [weights[name] for name in self.module.grids]
            slopes += self.module.sparsity_slopes(weights, strength)
        gradients = torch.autograd.grad(outputs, self.parameters, slopes)
        with torch.no_grad():
            self.adam.step(gradients)
            self.module.constrain_()

    def sparsity_at(self, iteration: int) -> float:
        schedule = self.module.training_facts.sparsity
        return schedule.at(iteration, self.config.iterations) if schedule else 0.0

    @torch.no_grad()
    def _log(self, rate: float) -> Progress:
        validation, test = self._error(self.validation), self._error(self.test)
        best = self.best
        better = validation < best["best.validation"]
        best["best.validation"] = torch.where(better, validation, best["best.validation"])
        best["best.test"] = torch.where(better, test, best["best.test"])
        best["best.iteration"][better] = self.iteration
        unsolved = (best["best.solved_at"] < 0) & (test < self.threshold)
        best["best.solved_at"][unsolved] = self.iteration
        for name, parameter in zip(self.module.raw_names, self.parameters, strict=True):
            best[f"best.{name}"][better] = parameter.detach()[better]
        self.run.append_metrics(
            {
                "iteration": self.iteration,
                "validation": _finite(validation),
                "extrapolation": _finite(test),
                "sparsity_error": _finite(self.module.sparsity_error()),
                "seconds": round(self.seconds, 3),
            }
        )
        return Progress(
            self.iteration,
            self.config.iterations,
            float(validation.median()),
            int((best["best.test"] < self.threshold).sum()),
            rate,
        )

    def _error(self, data: tuple[Tensor, Tensor]) -> Tensor:
        """Mean squared error of every seed, NaN counted as infinite.

        Seed by seed, since a reduction over a stack may order its sums by the size of the stack.
        """
        x, t = data
        errors = []
        weights = self.module.weights()
        group = max(1, _EVALUATION_VALUES // x.numel())
        for start in range(0, self.config.seeds, group):
            part = {name: weight[start : start + group] for name, weight in weights.items()}
            residuals = self.equation(x, **part).double() - t
            errors += [residual.square().mean() for residual in residuals]
        return torch.nan_to_num(torch.stack(errors), nan=math.inf)

    def _evaluation(self, seed: int, *, extrapolation: bool) -> tuple[Tensor, Tensor]:
        """x (n, inputs) in float32 and t (n, 1), rounded to float32 and held in float64."""
        config = self.config
        extent = config.extrapolation if extrapolation else config.interpolation
        x, t = evaluation_set(config.task, extent, config.inputs, seed)
        inputs = feature_major(torch.from_numpy(x).float()).to(self.device)
        targets = torch.from_numpy(t).float().double().unsqueeze(-1).to(self.device)
        return inputs, targets

    def _state(self) -> dict[str, Tensor]:
        return {
            **{n: p.detach() for n, p in zip(self.module.raw_names, self.parameters, strict=True)},
            **self.best,
            "adam.m": self.adam.m,
            "adam.v": self.adam.v,
            "streams": self.streams,
            "config": torch.tensor(list(self.run.config_digest), dtype=torch.uint8),
            "iteration": torch.tensor(self.iteration),
            "seconds": torch.tensor(self.seconds, dtype=torch.float64),
        }

    def _restore(self) -> None:
        state = self.run.load_checkpoint()
        if state is None:
            self.run.keep_metrics_before(0)
            return
        if not self._fits(state):
            raise RunError(
                f"the checkpoint in {self.run.directory} does not fit config.json; start a new run"
            )
        for name, parameter in zip(self.module.raw_names, self.parameters, strict=True):
            parameter.data.copy_(state[name])
        self.best = {name: state[name].to(self.device) for name in self.best}
        self.adam.m.copy_(state["adam.m"])
        self.adam.v.copy_(state["adam.v"])
        self.iteration = self.adam.steps = int(state["iteration"])
        self.seconds = float(state["seconds"])
        self.streams = state["streams"]
        self.batches.restore(self.streams)
        self.run.keep_metrics_before(self.iteration)

    def _fits(self, state: dict[str, Tensor]) -> bool:
        """Whether a checkpoint is one that this very training could have written."""
        own = self._state()
        if {n: (v.shape, v.dtype) for n, v in state.items()} != {
            n: (v.shape, v.dtype) for n, v in own.items()
        }:
            return False
        keys, positions = state["streams"][:, :-1], state["streams"][:, -1]
        return (
            torch.equal(state["config"], own["config"])
            and 0 <= int(state["iteration"]) <= self.config.iterations
            and math.isfinite(float(state["seconds"]))
            and bool(((keys >= 0) & (keys < 2**32)).all())
            and bool(((positions >= 0) & (positions <= 624)).all())
        )

    def _finish(self) -> dict[str, Any]:
        chosen = copy.deepcopy(self.module)
        for name in self.module.raw_names:
            chosen.get_parameter(name).data.copy_(self.best[f"best.{name}"])
        sparsity = chosen.sparsity_error().tolist()
        best = {name.removeprefix("best."): value.tolist() for name, value in self.best.items()}
        results = {
            "threshold": self.threshold,
            "seconds": round(self.seconds, 3),
            "model_steps": (self.config.iterations + 1) * self.config.seeds,
            "seeds": [
                {
                    "seed": seed,
                    "success": best["test"][i] < self.threshold,
                    "chosen_iteration": best["iteration"][i],
                    "validation_error": _number(best["validation"][i]),
                    "extrapolation_error": _number(best["test"][i]),
                    "solved_at": None if best["solved_at"][i] < 0 else best["solved_at"][i],
                    "sparsity_error": sparsity[i],
                }
                for i, seed in enumerate(self.config.seed_list)
            ],
        }
        weights = {name: self.best[f"best.{name}"] for name in self.module.raw_names}
        self.run.save_results(weights, results)
        return self.run.load_results()


def trained_stack(run: Run) -> ArithmeticModule:
    """The modules of all seeds of a finished run, each with the weights of its chosen step."""
    modules = stack([run.config.module_class(run.config.inputs, 1) for _ in run.config.seed_list])
    for name, weight in run.load_weights().items():
        setattr(modules, name, nn.Parameter(weight))
    return modules


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _finite(values: Tensor) -> list[float | None]:
    return [_number(value) for value in values.tolist()]
