"""Other criteria of success than the squared error (survey, Appendix E), one for each seed.

All are judged on the extrapolation test set, against the ε-perfect model on 1,000,000 samples:

- PCC: 1 − PCC is at most that of the ε-perfect model, or ε²/2 if that is more;
- MAPE: the mean of |y − t| / |t| is below that of the ε-perfect model;
- before the regularisation: at the last logged iteration before the penalty begins, the squared
  error is below the threshold with ε = 0.49, so that rounding would give the right weights.

The floor of PCC is there because the ε-perfect product is a multiple of the target, with a PCC of
exactly 1, which no trained model reaches. An error of relative size ε that is orthogonal to the
target makes 1 − PCC = ε²/2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..errors import RunError
from ..ranges import Range
from ..storage import parse_json, read_bytes
from ..tasks import operation_named
from ..tasks.arithmetic import EPSILON, Array, sample, success_threshold
from ..train import Run

PRE_REGULARISATION_EPSILON = 0.49
_SAMPLES, _CHUNK = 1_000_000, 2_000_000


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Which seeds succeed by each criterion; None where a module has no penalty that comes later."""

    pcc: list[bool]
    mape: list[bool]
    pre_regularisation: list[bool] | None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The largest 1 − PCC allowed, and what MAPE must be below."""

    pcc_distance: float
    mape: float


def alternatives(run: Run) -> Alternatives:
    """Judge every seed of a finished run at its chosen step."""
    config = run.config
    task = config.task
    limits = thresholds(task.operation, task.extrapolation_range, config.inputs)
    t, outputs = _chosen_outputs(run)
    return Alternatives(
        pcc=[pcc_distance(y, t) <= limits.pcc_distance for y in outputs],
        mape=[mape(y, t) < limits.mape for y in outputs],
        pre_regularisation=_before_the_penalty(run),
    )


@cache
def thresholds(operation: str, extent: str, inputs: int, samples: int = _SAMPLES) -> Thresholds:
    """The limits of PCC and MAPE, from the ε-perfect model on samples of a range."""
    task, parsed, epsilon = operation_named(operation), Range.parse(extent), float(EPSILON)
    random = np.random.RandomState(0)
    chunk = max(1, _CHUNK // inputs)
    targets, perfect = np.empty(samples), np.empty(samples)
    for start in range(0, samples, chunk):
        part = slice(start, min(start + chunk, samples))
        x = sample(parsed, random, (part.stop - part.start, inputs))
        targets[part], perfect[part] = task.targets(x), task.perfect(x, epsilon)
    distance = max(pcc_distance(perfect, targets), epsilon**2 / 2)
    return Thresholds(distance, mape(perfect, targets))


def pcc_distance(y: Array, t: Array) -> float:
    """1 − PCC as half the squared distance of the standardised values, which keeps its digits.

    Infinite where there is no PCC: values that are constant or not finite.
    """
    standard = [_standardised(values) for values in (y, t)]
    if standard[0] is None or standard[1] is None:
        return math.inf
    return float(np.square(standard[0] - standard[1]).sum() / 2)


def mape(y: Array, t: Array) -> float:
    """The mean of |y − t| / |t|; infinite where y is not finite."""
    if not np.isfinite(y).all():
        return math.inf
    return float((np.abs(y - t) / np.abs(t)).mean())


def _standardised(values: Array) -> Array | None:
    if not np.isfinite(values).all():
        return None
    centred = values - values.mean()
    largest = float(np.abs(centred).max())
    if largest == 0:
        return None
    scaled = centred / largest
    return np.asarray(scaled / math.sqrt(float(np.square(scaled).sum())))


def _chosen_outputs(run: Run) -> tuple[Array, list[Array]]:
    """The targets of the test set, and what every seed makes of its inputs in float32."""
    import torch

    from ..train import trained_stack

    config = run.config
    x, t = config.source.test()
    samples = torch.from_numpy(x).float()
    with torch.no_grad():
        weights = trained_stack(run).weights()
        outputs = [
            config.module_class.equation(samples, **{name: w[place] for name, w in weights.items()})
            for place in range(config.seeds)
        ]
    return t.astype(np.float32).astype(np.float64), [y[:, 0].double().numpy() for y in outputs]


def _before_the_penalty(run: Run) -> list[bool] | None:
    config = run.config
    task, penalty = config.task, config.training.penalty
    begins = 0 if penalty is None else penalty.schedule.begins(config.iterations)
    if begins == 0:
        return None
    threshold = loose_threshold(task.operation, task.extrapolation_range, config.inputs)
    if not math.isfinite(threshold):
        return None
    errors = _errors_before(run, begins)
    return [error is not None and error < threshold for error in errors]


@cache
def loose_threshold(operation: str, extent: str, inputs: int) -> float:
    """The squared error of a model that is perfect but for ε = 0.49.

    Infinite, or not a number, where hundreds of redundant inputs multiply up beyond floats.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return success_threshold(
            operation_named(operation), Range.parse(extent), inputs, PRE_REGULARISATION_EPSILON
        )


def _errors_before(run: Run, iteration: int) -> list[float | None]:
    """The extrapolation errors of all seeds at the last logged iteration before another."""
    path = run.path("metrics.jsonl")
    try:
        records = [parse_json(line) for line in read_bytes(path).splitlines()]
        last = max(
            (record for record in records if record["iteration"] < iteration),
            key=lambda record: record["iteration"],
        )
        errors = last["extrapolation"]
        if len(errors) != run.config.seeds:
            raise ValueError
        return [None if error is None else float(error) for error in errors]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise RunError(
            f"{path} is damaged: it does not have the errors of every seed before iteration {iteration}"
        ) from None
