"""The results of a finished run, computed once more from its weights, its configuration and its log.

A digest inside a run notices damage and no forger, who would write a new one. What follows from the
weights is therefore computed again: errors, success, sparsity. When a seed was chosen and solved is
compared with the log, and the log begins with the weights that the seeds draw.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from ..errors import RunError
from ..models import ArithmeticModule
from ..models import stack as stack_modules
from ..storage import parse_json, read_bytes, same_json
from ..train import Run, trained_stack
from ..train.engine import LOG_EVERY
from ..train.stacked import Stacked, stacked

# Float32 is rounded in another order by another engine or device.
_RELATIVE, _OF_TARGETS, _BEYOND_FLOATS = 0.02, 1e-5, 1e30


def check_results(run: Run, results: dict[str, Any]) -> None:
    """Refuse results that the weights of a run do not give, with a `RunError`."""
    config, seeds = run.config, results["seeds"]
    stack, modules = stacked([config]), trained_stack(run)
    threshold = config.source.threshold
    test, validation = (_errors(stack, modules, extrapolation=e) for e in (True, False))
    sparsity = modules.sparsity_error().tolist()
    log = _Log(run, stack)
    steps = (config.iterations + 1) * config.seeds
    saved = results.get("threshold", threshold)
    _must(run, "threshold", type(saved) in (int, float) and math.isclose(saved, threshold))
    _must(run, "model_steps", same_json(results.get("model_steps", steps), steps))
    for place, seed in enumerate(seeds):
        found = {
            "extrapolation_error": test[place],
            "validation_error": validation[place],
            "sparsity_error": (sparsity[place], 0.0),
        }
        known = {name: _is_near(seed[name], *near) for name, near in found.items()}
        for name, saved in log.chosen(place, threshold).items():
            known[name] = known.get(name, True) and same_json(seed[name], saved)
        for name, holds in known.items():
            _must(run, f"{name} of seed {seed['seed']}", holds)


def _must(run: Run, what: str, holds: bool) -> None:
    if not holds:
        raise RunError(
            f"{run.path('results.json')} was changed: its {what.replace('_', ' ')} is not what the "
            "weights and the log of the run give; train the run again"
        )


def _errors(
    stack: Stacked, modules: ArithmeticModule, *, extrapolation: bool
) -> list[tuple[float, float]]:
    """The mean squared error of every seed, and the mean square of the targets."""
    inputs, targets = stack.evaluation_sets(extrapolation=extrapolation)
    x, t = inputs[0].T, targets[0]
    with torch.no_grad():
        weights = modules.weights()
        outputs = [
            stack.kind.equation(x, **{name: w[place] for name, w in weights.items()})[:, 0].double()
            for place in range(stack.config.seeds)
        ]
    size = float(t.square().mean())
    return [(_mean_square(y - t), size) for y in outputs]


def _mean_square(values: Tensor) -> float:
    mean = float(values.square().mean())
    return mean if math.isfinite(mean) else math.inf


def _is_near(saved: float | None, found: float, of_targets: float) -> bool:
    saved = math.inf if saved is None else saved
    if saved < 0 or min(saved, found) > _BEYOND_FLOATS:
        return saved > 0
    near = _RELATIVE * math.sqrt(max(saved, found)) + _OF_TARGETS * math.sqrt(of_targets)
    return abs(math.sqrt(saved) - math.sqrt(found)) <= near


class _Log:
    """The logged errors of every seed, by iteration."""

    def __init__(self, run: Run, stack: Stacked) -> None:
        self._records: list[dict[str, Any]] = []
        path, config = run.path("metrics.jsonl"), run.config
        iterations = [*range(0, config.iterations, LOG_EVERY), config.iterations]
        try:
            self._records = [parse_json(line) for line in read_bytes(path).splitlines()]
            known = [record["iteration"] for record in self._records] == iterations
            first = stack_modules([stack.initial(seed) for seed in config.seed_list])
            pairs = zip(
                self._records[0]["sparsity_error"], first.sparsity_error().tolist(), strict=True
            )
            known = known and all(math.isclose(own, drawn, rel_tol=1e-4) for own, drawn in pairs)
            for record in self._records:
                for name in ("validation", "extrapolation", "sparsity_error"):
                    errors = record[name]
                    known = known and len(errors) == config.seeds
                    known = known and all(type(e) in (float, int, type(None)) for e in errors)
        except (ValueError, TypeError, KeyError, IndexError):
            known = False
        if not known:
            raise RunError(
                f"{path} is not the log of the training that config.json describes; train the run "
                "again"
            )

    def chosen(self, place: int, threshold: float) -> dict[str, Any]:
        """What the log says of a seed at the iteration whose weights were kept."""
        best, at = math.inf, self._records[0]
        solved: int | None = None
        for record in self._records:
            validation, test = (record[n][place] for n in ("validation", "extrapolation"))
            if validation is not None and validation < best:
                best, at = validation, record
            if solved is None and test is not None and test < threshold:
                solved = record["iteration"]
        test = at["extrapolation"][place] if math.isfinite(best) else None
        return {
            "chosen_iteration": at["iteration"],
            "validation_error": best if math.isfinite(best) else None,
            "extrapolation_error": test,
            "sparsity_error": at["sparsity_error"][place],
            "success": test is not None and test < threshold,
            "solved_at": solved,
        }
