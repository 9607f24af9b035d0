"""Networks of modules that learn a law, and the exact formulas read off them."""

import pytest
import torch
from torch import nn

from nalmx.errors import ExtractionError
from nalmx.expression import parse
from nalmx.extract import extract, extract_network, step_formula
from nalmx.models import NAU, NMU, RealNPU, Recurrent, network_member, stack_networks
from nalmx.ranges import Range
from nalmx.train.network import train_network
from nalmx.verify import Claim, Domain, check

SEEDS = range(10)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def uniform(generator, *shape, lower=1.0, upper=2.0):
    return lower + (upper - lower) * torch.rand(128, *shape, generator=generator)


def learned(build, sample, iterations, extractor):
    """The formulas of ten networks trained as one stack; None where one has not converged."""
    networks = stack_networks([build(seeded(seed)) for seed in SEEDS])

    def shared(generator):
        x, t = sample(generator)
        return x, t.expand(len(SEEDS), *t.shape)

    train_network(networks, shared, iterations, 1e-2, seeded(99))
    formulas = []
    for place in range(len(SEEDS)):
        try:
            formulas.append(extractor(network_member(networks, place)))
        except ExtractionError:
            formulas.append(None)
    return formulas


def proved(formulas, truth, extent="[-100,100]"):
    """How many formulas are proved equal to the truth far outside the training range."""
    verdicts = [
        check(Claim(f.outputs[0], parse(truth), Domain.parse([extent], f.inputs))).verdict
        for f in formulas
        if f is not None
    ]
    return verdicts.count("proved")


@pytest.mark.slow
def test_an_addition_layer_and_a_multiplication_layer_learn_a_law():
    def sample(generator):
        x = uniform(generator, 3, lower=-2.0)
        return x, (x[:, :1] + x[:, 1:2]) * x[:, 2:]

    formulas = learned(
        lambda g: nn.Sequential(NAU(3, 2, generator=g), NMU(2, 1, generator=g)),
        sample,
        4_000,
        extract_network,
    )
    assert proved(formulas, "(x1 + x2)*x3") >= 9


@pytest.mark.slow
def test_a_recurrent_addition_unit_learns_to_sum_a_sequence():
    def sample(generator):
        x = uniform(generator, 5, 1)
        return x, x.sum(-2)

    formulas = learned(
        lambda g: Recurrent(NAU(2, 1, generator=g), [0.0]), sample, 2_000, step_formula
    )
    assert proved(formulas, "x1 + h1") >= 9


@pytest.mark.slow
def test_a_recurrent_multiplication_unit_learns_the_product_of_a_sequence():
    def sample(generator):
        x = uniform(generator, 4, 1, lower=0.5, upper=1.5)
        return x, x.prod(-2)

    formulas = learned(
        lambda g: Recurrent(NMU(2, 1, generator=g), [1.0]), sample, 2_000, step_formula
    )
    assert proved(formulas, "x1*h1") >= 9


@pytest.mark.slow
def test_a_power_unit_learns_powers_that_are_not_integers():
    def sample(generator):
        x = uniform(generator, 2, upper=4.0)
        return x, x[:, :1].sqrt() * x[:, 1:] ** 1.5

    extents = [Range.parse("[1,4]")] * 2
    formulas = learned(
        lambda g: RealNPU(2, 1, generator=g), sample, 3_000, lambda m: extract(m, extents=extents)
    )
    texts = [str(formula) for formula in formulas if formula is not None]
    assert max(map(texts.count, texts)) >= 5
    assert max(texts, key=texts.count) in ("sqrt(x1)*x2**(3/2)", "x2**(3/2)*sqrt(x1)")


def test_an_addition_layer_and_a_power_layer_are_put_into_one_another():
    network = nn.Sequential(NAU(3, 2), RealNPU(2, 1))
    network[0].raw_weight.data = torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    network[1].w_real.data = torch.tensor([[1.0, -1.0]])
    network[1].raw_gate.data = torch.ones(1, 2)
    assert proved([extract_network(network)], "(x1 + x2)/x3", "[1,9]") == 1
