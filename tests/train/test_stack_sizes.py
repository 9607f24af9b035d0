"""A model trains alike in stacks of every size: the torch engine, before anything has converged."""

import pytest
import torch
from helpers_pytest import thinned

from nalmx.models import MODULES
from nalmx.train import Config
from nalmx.train.engine import Penalties
from nalmx.train.stacked import stacked
from nalmx.train.torch_engine import TorchEngine

SEED, UPDATES = 3, 15


@pytest.fixture(autouse=True)
def _many_threads():
    """More than there are models, so that torch would share out sums within a model."""
    before = torch.get_num_threads()
    torch.set_num_threads(16)
    yield
    torch.set_num_threads(before)


def trained(*configs):
    """Parameters and moments of every model after a few updates; moments keep every gradient."""
    stack = stacked(configs)
    engine = TorchEngine(stack, torch.device("cpu"))
    for chunk in engine.batches.chunks(UPDATES):
        active = torch.ones(len(stack.members), dtype=torch.bool)
        engine.advance(chunk, Penalties([1e-2] * chunk.length, active), [])
    return engine.parameters(), *engine.moments()


@pytest.mark.parametrize("inputs", thinned([3, 2, 100, 10]))
@pytest.mark.parametrize("name", [name for name, kind in MODULES.items() if kind.operations])
def test_gradients_and_updates_are_those_of_the_model_alone(name, inputs):
    def config(**settings):
        operation = MODULES[name].operations[-1]
        settings = {"extrapolation_range": "[6,9]", **settings}
        return Config.checked(operation=operation, module=name, inputs=inputs, **settings)

    own = {"interpolation_range": "[-2,-1]"}
    others = config(interpolation_range="[1,3]", seeds=3)
    together = trained(config(**own, seeds=SEED + 1), others)
    alone = trained(config(**own, seeds=1, first_seed=SEED))
    for many, one in zip(together, alone, strict=True):
        for raw, values in one.items():
            assert torch.equal(values[0], many[raw][SEED])
