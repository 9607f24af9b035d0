"""Training by least squares: exact weights within their bounds, where rows leave them open too."""

import pytest
import torch
from helpers_networks import weighted
from torch import nn

from nalmx.bench.experiments._subsets import SubsetTask
from nalmx.bench.experiments._two_layers import solved
from nalmx.models import NAU, NMU
from nalmx.ranges import Range
from nalmx.train.least_squares import solve_network

TRAINED = Range.parse("[1,2]")


def rows(count, inputs, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return 1 + torch.rand(count, inputs, generator=generator, dtype=torch.float64)


def told(_share, _text):
    pass


@pytest.mark.parametrize(
    ("operation", "pair"), [("mul", "positive nau-nmu"), ("div", "positive nau-naive realnpu")]
)
def test_operations_on_two_sums_are_learned_exactly(operation, pair):
    task = SubsetTask(operation, 8)
    networks, starts = solved(pair, task, TRAINED, 1, told)
    assert max(starts) <= 6
    first = networks[0].raw_weight
    assert torch.equal(first, first.round())
    sums = {tuple(row) for row in first[0].abs().tolist()}
    expected = []
    for part in task.slices:
        one = [0.0] * 8
        one[part] = [1.0] * (part.stop - part.start)
        expected.append(tuple(one))
    assert sums == set(expected)
    x, t = task.evaluation(Range.parse("[2,6]"), 50)
    torch.testing.assert_close(networks(x.double())[0], t, rtol=1e-6, atol=1e-6)


def test_parameters_stay_within_the_bounds_of_their_module():
    network = NAU(2, 1, generator=torch.Generator().manual_seed(0))
    x = rows(20, 2)
    error = solve_network(network, x, 2 * x[:, :1] - 3 * x[:, 1:])
    assert error > 0.1
    assert network.raw_weight.abs().max() <= 1
    assert network.raw_weight[0, 1] < -0.99


def test_weights_that_rows_leave_open_come_to_their_grid():
    """Of w·v = 1 any pair of weights is as good; the nearest whole ones are taken."""
    network = nn.Sequential(weighted(NAU, [0.9]), nn.Linear(1, 1, bias=False))
    network[1].weight.data.fill_(1.2)
    x = rows(20, 1)
    assert solve_network(network, x, x) < 1e-12
    assert network[0].raw_weight.item() == 1
    assert network[1].weight.item() == pytest.approx(1)


def test_weights_that_rows_determine_stay_off_their_grid():
    network = weighted(NAU, [0.3, -0.2])
    x = rows(20, 2)
    assert solve_network(network, x, 0.98 * x[:, :1] - 0.5 * x[:, 1:]) < 1e-12
    assert network.raw_weight[0].tolist() == pytest.approx([0.98, -0.5], abs=1e-5)


def test_it_begins_where_the_network_is_and_can_be_stopped():
    seen = []

    def stop(evaluation, error):
        seen.append((evaluation, error))
        raise KeyboardInterrupt

    network = weighted(NMU, [0.5, 0.5])
    x = rows(4, 2)
    with pytest.raises(KeyboardInterrupt):
        solve_network(network, x, x[:, :1] * x[:, 1:], on_progress=stop)
    t = x.prod(1, keepdim=True)
    off = (0.5 * x + 0.5).prod(1, keepdim=True) - t
    expected = float(off.square().mean() / t.square().mean())
    assert seen == [(1, pytest.approx(expected))]


def test_a_network_without_arithmetic_modules_is_fitted_too():
    network = nn.Linear(2, 1)
    x = rows(20, 2)
    assert solve_network(network, x, 3 * x[:, :1] - x[:, 1:] + 0.25) < 1e-12
    assert network.bias.item() == pytest.approx(0.25, abs=1e-5)
