"""Training kernels of a GPU against those of a processor: every module, in float64, update by update."""

from __future__ import annotations

import numpy as np
import pytest
from helpers_triton import needs_triton, triton_or_skip

from nalmx.kernel import kernel
from nalmx.models import BATCH_SIZE, MODULES
from nalmx.train import Config
from nalmx.train.engine import NewStart, Penalties
from nalmx.train.kernel_engine import KernelEngine
from nalmx.train.sources import SingleModuleTask
from nalmx.train.stacked import stacked

pytestmark = needs_triton

TRUTHS = SingleModuleTask("add").truths
KINDS = [kind for kind in MODULES.values() if kind.operations and kind.name != "nsr"]
MODELS, LENGTH = 3, 3


class Launch:
    """Some models of a module on random rows, one of which starts anew after the second update."""

    def __init__(self, kind, inputs: int) -> None:
        rng = np.random.default_rng(inputs)
        size = (MODELS, len(kind.raw_names) * inputs)
        self.kind, self.inputs = kind, np.uint64(inputs)
        self.raw = rng.uniform(0.2, 0.9, size)
        self.m, self.v = rng.normal(size=size) / 10, rng.uniform(0.01, 0.1, size)
        self.u = rng.random(2 * LENGTH * inputs * BATCH_SIZE)
        self.t = rng.normal(size=2 * LENGTH * BATCH_SIZE)
        self.stream = np.array([0, 1, 1], dtype=np.uint64)
        self.truth = np.array([0, 2, -1])
        self.rates = np.array([1e-2, 2e-2, 3e-2]), np.array([1e-8, 2e-8, 3e-8])
        self.reset_to = rng.uniform(0.2, 0.9, size)

    def trained(self, made):
        """What a kernel makes of parameters and moments, with the second model left as it is."""
        state = [array.copy() for array in (self.raw, self.m, self.v)]
        order = np.array([2, 0])
        made.train(
            *(order, *state, self.u, self.t, np.uint64(LENGTH), self.inputs, self.stream),
            *(np.array([1.0, -2.0, 0.5]), np.array([1.0, 0.5, 2.0]), self.truth, *self.rates),
            *(np.array([0.1, 0.2, 0.3]), np.array([True, True, False])),
            *(np.array([1, -1, -1]), self.reset_to),
        )
        return state

    def errors(self, made):
        rng = np.random.default_rng(1)
        rows = 150
        x, t = rng.uniform(1, 2, 2 * rows * int(self.inputs)), rng.normal(size=2 * rows)
        errors = np.zeros(MODELS)
        sets = np.array([1, 0, 1], dtype=np.uint64)
        made.evaluate(np.arange(MODELS), self.raw, x, t, np.uint64(rows), self.inputs, sets, errors)
        return errors


def both(kind, inputs: int):
    triton_or_skip()
    how = kind, kind.training_for(kind.operations[0]), TRUTHS, "float64"
    return Launch(kind, inputs), kernel(*how), kernel(*how, device="cuda")


# Each case compiles two loops of a processor; what an engine does with them is always tried.
CASES = [pytest.param(kind, 2 + n % 2, id=kind.name) for n, kind in enumerate(KINDS)]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "inputs"), CASES)
def test_parameters_moments_and_errors_are_those_of_the_cpu(kind, inputs: int) -> None:
    launch, own, gpu = both(kind, inputs)
    # What belongs to no input has room for all of them, and uses the first.
    per_input = [kind.raw[name][1] == "in" for name in kind.raw_names]
    used = np.concatenate([np.arange(inputs) < (inputs if own_ else 1) for own_ in per_input])
    for found, expected in zip(launch.trained(gpu), launch.trained(own), strict=True):
        assert np.isfinite(expected).all()
        np.testing.assert_allclose(found[:, used], expected[:, used], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(launch.errors(gpu), launch.errors(own), rtol=1e-9)


def test_the_engine_on_a_gpu_trains_as_the_one_on_a_cpu_does() -> None:
    """In float32, with a penalty on one model and a new start of the other."""
    torch = triton_or_skip()
    config = Config.checked(operation="mul", module="nmu", seeds=2, iterations=3)
    engines = [KernelEngine(stacked([config]), device) for device in ("cpu", "cuda")]
    for engine in engines:
        (chunk,) = engine.batches.chunks(3)
        start = NewStart(1, 1, {"raw_weight": torch.full((1, 1, 2), 0.3)})
        engine.advance(chunk, Penalties([0.0, 0.1, 0.2], torch.tensor([True, False])), [start])
    for what in (lambda e: e.parameters(), lambda e: e.moments()[0], lambda e: e.moments()[1]):
        torch.testing.assert_close(what(engines[1]), what(engines[0]), rtol=1e-4, atol=1e-6)
