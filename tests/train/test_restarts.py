"""Restarts against the published rule, kept as a list of one loss for each iteration."""

from functools import cache

import numpy as np
import pytest
import torch
from helpers_pytest import thinned

from nalmx.models import Reinitialisation
from nalmx.train import Config
from nalmx.train.engine import LOG_EVERY
from nalmx.train.restarts import Restarts
from nalmx.train.stacked import stacked

RULE = Reinitialisation()


def published(logged):
    """The iterations after which one model starts again, given its logged losses."""
    losses, restarts = [], []
    for iteration in range(LOG_EVERY * len(logged)):
        losses.append(logged[iteration // LOG_EVERY])
        if iteration % 10 or len(losses) <= 5_000:
            continue
        middle = len(losses) // 2
        first, second = np.array(losses[:middle]), np.array(losses[middle:])
        with np.errstate(invalid="ignore"):
            level = np.mean(second) + np.std(second)
        if np.mean(first) <= level and np.mean(second) > 1:
            restarts.append(iteration)
            losses = []
    return restarts


def found(logged, chunk=LOG_EVERY):
    """The same by `Restarts`, for every row of logged losses; parameters are checked on the way."""
    models, logs = logged.shape
    stack = stacked([Config.checked(module="inalu", operation="mul", seeds=models)])
    restarts = Restarts(stack, RULE, logs)
    at = [[] for _ in range(models)]
    for iteration in range(0, logs * LOG_EVERY, chunk):
        if iteration % LOG_EVERY == 0:
            restarts.record(iteration, torch.from_numpy(logged[:, iteration // LOG_EVERY]))
        for restart in restarts.due(iteration, chunk):
            at[restart.model].append(iteration + restart.iteration)
            fresh = stack.initial(restart.model, len(at[restart.model]))
            for name, values in restart.parameters.items():
                assert torch.equal(values, fresh.get_parameter(name))
    return at


def random_losses(kind):
    random = np.random.RandomState(4)
    noise = random.uniform(0, 1, (3, 20))
    if kind == "noise":
        return 0.5 + 2 * noise
    if kind == "falling":
        return 20 * 0.9 ** np.arange(20) + noise
    if kind == "rising":
        return 0.2 + 0.2 * np.arange(20) + noise
    losses = 1.5 + noise
    losses[noise > 0.9] = np.inf
    return losses


@cache
def published_for(kind):
    return [published(list(row)) for row in random_losses(kind)]


@pytest.mark.parametrize("chunk", thinned([LOG_EVERY, 200]))
@pytest.mark.parametrize(
    "kind", ["noise", "falling", "rising", pytest.param("diverging", marks=pytest.mark.slow)]
)
def test_models_start_again_where_the_published_rule_says(kind, chunk):
    expected = published_for(kind)
    assert found(random_losses(kind), chunk) == expected
    assert any(expected) == (kind != "falling")


def test_the_first_restart_is_after_more_than_the_stored_losses():
    assert found(np.full((1, 20), 3.0)) == [[5_000, 10_010, 15_020]]


def test_a_loss_of_at_most_one_never_starts_again():
    assert found(np.full((2, 20), 1.0)) == [[], []]


def test_a_loss_that_falls_steadily_never_starts_again():
    assert found(np.geomspace(1e6, 2, 20)[None]) == [[]]


def test_a_huge_loss_before_a_restart_does_not_blur_the_losses_after_it():
    after = [2.0, 2.8, 2.8, 1.25, 1.4, 1.1, 1.9, 1.05, 1.9, 2.3, 1.55]
    losses = np.array([2.1, 2.0, 9e16, *after])
    assert found(losses[None]) == [published(list(losses))]
