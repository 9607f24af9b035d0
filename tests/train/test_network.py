"""Training networks of modules: data, losses, penalties, bounds and stacks."""

import numpy as np
import pytest
import torch
from torch import nn

from nalmx.errors import SettingError
from nalmx.expression import parse
from nalmx.extract import boolean_counterexample, extract_network
from nalmx.models import (
    NAU,
    NLRL,
    NMU,
    GridDistance,
    LateSchedule,
    Reinitialisation,
    Training,
    network_member,
    stack_networks,
)
from nalmx.train import SingleModuleTask, Table
from nalmx.train.network import log_loss, squared_error, train_network


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def products(batch, seeds=()):
    def sample(random):
        x = torch.rand(*seeds, batch, 2, generator=random) + 1
        return x, x.prod(-1, keepdim=True)

    return sample


def test_it_learns_a_product():
    module = NMU(2, 1, generator=generator())
    losses = train_network(module, products(32), 300, 0.02, generator(1))
    assert losses < 1e-6
    assert str(extract_network(module)) == "x1*x2"
    assert all(p.grad is None for p in module.parameters())


def test_it_trains_ordinary_layers_with_modules():
    network = nn.Sequential(nn.Linear(2, 2), NAU(2, 1, generator=generator()))
    seen = []
    train_network(
        network,
        lambda random: (lambda x: (x, x.sum(-1, keepdim=True)))(
            torch.rand(16, 2, generator=random)
        ),
        50,
        0.02,
        generator(1),
        on_progress=lambda iteration, losses: seen.append((iteration, losses.item())),
    )
    assert [iteration for iteration, _ in seen] == [0, 49]
    assert seen[-1][1] < seen[0][1]


def test_a_stack_trains_as_its_networks_do_alone():
    def batches(_):
        return next(stream)

    alone, data = [], []
    for seed in range(3):
        sample = products(16)
        random = generator(seed + 10)
        data.append([sample(random) for _ in range(20)])
        module = NMU(2, 1, generator=generator(seed))
        stream = iter(data[-1])
        train_network(module, batches, 20, 0.01, generator())
        alone.append(module)
    stream = (tuple(map(torch.stack, zip(*step, strict=True))) for step in zip(*data, strict=True))
    together = stack_networks([NMU(2, 1, generator=generator(seed)) for seed in range(3)])
    train_network(together, batches, 20, 0.01, generator())
    for place, module in enumerate(alone):
        found = network_member(together, place).raw_weight
        torch.testing.assert_close(found, module.raw_weight, rtol=1e-4, atol=1e-5)


def test_modules_stay_within_their_bounds():
    module = NMU(2, 1, generator=generator())
    target = lambda x: -10 * x.sum(-1, keepdim=True)  # noqa: E731
    train_network(
        module,
        lambda random: (lambda x: (x, target(x)))(torch.rand(16, 2, generator=random)),
        60,
        0.1,
        generator(1),
    )
    assert module.raw_weight.min() >= 0
    assert module.raw_weight.max() <= 1


@pytest.mark.parametrize(("scale", "near"), [(0.0, False), (100.0, True)])
def test_the_penalty_draws_weights_to_their_grid(scale, near):
    module = NAU(1, 1)
    module.raw_weight.data.fill_(0.7)

    def halves(random):
        x = torch.rand(16, 1, generator=random)
        return x, 0.7 * x

    train_network(module, halves, 200, 0.02, generator(), penalty_scale=scale)
    assert (abs(module.raw_weight.item() - 1) < 0.01) == near


def test_the_learning_rate_falls_to_zero_at_the_end():
    def last_step(cooldown):
        module = NAU(1, 1)
        module.raw_weight.data.fill_(0.5)
        weights = []
        train_network(
            module,
            lambda random: (weights.append(module.raw_weight.item()), (x, 5 * x))[1],
            100,
            1e-3,
            generator(),
            cooldown=cooldown,
        )
        return abs(weights[-1] - weights[-2])

    x = torch.ones(4, 1)
    assert last_step(0.0) == pytest.approx(1e-3, rel=0.1)
    assert last_step(0.5) < 1e-4


def test_gradients_may_be_clipped():
    module = NAU(1, 1)
    module.raw_weight.data.fill_(0.5)
    seen = []

    def loss(y, t):
        error = squared_error(y, t)
        module.raw_weight.register_hook(lambda g: seen.append(g.item()))
        return error

    x = torch.full((4, 1), 100.0)
    train_network(module, lambda random: (x, -x), 1, 0.1, generator(), loss=loss)
    free = module.raw_weight.item()
    module.raw_weight.data.fill_(0.5)
    train_network(module, lambda random: (x, -x), 1, 0.1, generator(), gradient_clip=1e-9)
    assert abs(module.raw_weight.item() - 0.5) < abs(free - 0.5)


def test_log_loss_is_that_of_probabilities():
    y, t = torch.tensor([0.25, 0.25, 0.0]), torch.tensor([1.0, 0.0, 1.0])
    expected = [1.3863, 0.28768, 13.8155]
    assert log_loss(y, t).tolist() == pytest.approx(expected, rel=1e-3)


def test_targets_must_have_the_shape_of_the_outputs():
    x = torch.zeros(4, 2)
    with pytest.raises(SettingError, match=r"targets have the shape \(4,\)"):
        train_network(NAU(2, 1), lambda random: (x, x[:, 0]), 1, 0.1, generator())


@pytest.mark.parametrize(
    ("network", "options", "message"),
    [
        (NAU(1, 1), {"iterations": 0}, "iterations must be at least 1"),
        (NAU(1, 1), {"cooldown": 2.0}, "cooldown must be from 0 to 1"),
        (nn.Identity(), {}, "no parameters to train"),
    ],
)
def test_bad_settings_are_refused(network, options, message):
    x = torch.zeros(2, 1)
    settings = {"iterations": 1, **options}
    with pytest.raises(SettingError, match=message):
        train_network(
            network, lambda r: (x, x), learning_rate=0.1, generator=generator(), **settings
        )


def rules(seed):
    random = generator(seed)
    return nn.Sequential(NLRL(2, 8, generator=random), NLRL(8, 1, generator=random))


@pytest.mark.slow
def test_stacked_rule_layers_learn_and():
    networks = stack_networks([rules(seed) for seed in range(3)])

    def sample(random):
        x = torch.randint(0, 2, (3, 32, 2), generator=random).float()
        return x, x.prod(-1, keepdim=True)

    train_network(networks, sample, 800, 0.03, generator(9), loss=log_loss)
    truth = parse("(x1 > 1/2) & (x2 > 1/2)")
    for place in range(3):
        formula = extract_network(network_member(networks, place))
        assert boolean_counterexample(formula.outputs[0], truth, formula.inputs) is None


class Steered(NAU):
    """A NAU with a training of its own, which a test sets."""


def trained_weight(facts, *, start=0.7, target=0.7, iterations=200, **options):
    Steered.training_facts = facts
    module = Steered(1, 1)
    module.raw_weight.data.fill_(start)

    def sample(random):
        x = torch.rand(16, 1, generator=random) + 0.5
        return x, target * x

    train_network(module, sample, iterations, 0.02, generator(), **options)
    return module.raw_weight.item()


def test_a_penalty_waits_for_the_loss_that_its_authors_wait_for():
    def weight(loss_below):
        return trained_weight(Training(penalty=GridDistance(LateSchedule(10.0, 0, loss_below))))

    assert weight(1e-9) == pytest.approx(0.7, abs=0.01)
    assert weight(1.0) == pytest.approx(1.0, abs=0.01)


def test_the_gradients_of_a_module_are_clipped_as_its_authors_do():
    def moved(clip):
        # Adam's ε shows where gradients are tiny.
        return abs(trained_weight(Training(gradient_clip=clip), target=-1, iterations=1) - 0.7)

    assert moved(1e-9) < 0.2 * moved(0.1)


def test_a_published_task_has_its_own_training():
    Steered.training_by_task = {"half": Training(penalty=GridDistance(LateSchedule(10.0, 0, 9.0)))}
    try:
        assert trained_weight(Training()) == pytest.approx(0.7, abs=0.01)
        assert trained_weight(Training(), task="half") == pytest.approx(1.0, abs=0.01)
    finally:
        Steered.training_by_task = {}


def test_without_a_learning_rate_each_module_has_its_own():
    Steered.training_facts = Training(learning_rate=0.25)
    network = nn.Sequential(Steered(1, 1), NMU(1, 1))
    x = torch.ones(4, 1)
    before = [p.item() for p in network.parameters()]
    train_network(network, lambda r: (x, 9 * x), 1, None, generator(), cooldown=0.0)
    steps = [abs(p.item() - b) for p, b in zip(network.parameters(), before, strict=True)]
    assert steps == pytest.approx([0.25, NMU.training_facts.learning_rate], rel=0.05)


@pytest.mark.parametrize("size", [None, 3])
def test_a_module_that_does_not_improve_starts_again(size):
    Steered.training_facts = Training(
        learning_rate=1e-9, reinitialisation=Reinitialisation(every=5, stored=20, loss=1.0)
    )
    modules = [Steered(1, 1, generator=generator(seed)) for seed in range(size or 1)]
    network = stack_networks(modules) if size else modules[0]
    before = network.raw_weight.detach().clone()
    x = torch.ones(*(() if size is None else (size,)), 4, 1)
    # The first network has nothing to improve, the others cannot.
    t = torch.full_like(x, 100.0)
    if size:
        t[0] = before[0] * x[0]
    train_network(network, lambda r: (x, t), 30, None, generator(7))
    changed = (network.raw_weight - before).abs().flatten() > 1e-3
    assert changed.tolist() == ([False, True, True] if size else [True])


def test_a_source_of_data_gives_each_network_its_seed():
    source = SingleModuleTask.checked(operation="mul")
    networks = stack_networks([NMU(2, 1, generator=generator(seed)) for seed in range(2)])
    seen = []

    def watched(y, t):
        seen.append(t)
        return squared_error(y, t)

    train_network(networks, source, 1, 0.01, generator(5), loss=watched)
    assert seen[0].shape == (2, 128, 1)
    for place in range(2):
        draws = np.empty((1, 128, 2))
        source.stream(5 + place).draw(draws, np.empty((1, 128)))
        expected = (1 + draws[0]).prod(-1)
        np.testing.assert_allclose(seen[0][place, :, 0], expected, rtol=1e-6)


def test_rows_of_a_table_train_a_network():
    x = np.random.default_rng(0).uniform(1, 2, (200, 2))
    module = NMU(2, 1, generator=generator())
    losses = train_network(module, Table(x, x.prod(-1)), 300, 0.02, generator(1))
    assert losses.shape == ()
    assert str(extract_network(module)) == "x1*x2"
