"""Each module's own equation, initialisation and grid."""

import math

import pytest
import torch

from nalmx.errors import UnknownNameError
from nalmx.models import NAU, NMU, Grid, NACPlus, SparsitySchedule, module_class


def with_weight(kind, rows):
    module = kind(len(rows[0]), len(rows))
    module.raw_weight.data = torch.tensor(rows)
    return module


def test_nau_adds_and_subtracts_chosen_inputs():
    module = with_weight(NAU, [[1.0, 0.0, -1.0], [0.0, 1.0, 1.0]])
    assert module(torch.tensor([5.0, 7.0, 2.0])).tolist() == [3.0, 9.0]


def test_nmu_multiplies_chosen_inputs():
    module = with_weight(NMU, [[1.0, 0.0, 1.0], [1.0, 1.0, 0.0]])
    assert module(torch.tensor([5.0, 7.0, 2.0])).tolist() == [10.0, 35.0]


def test_nmu_with_zero_weights_returns_one():
    assert with_weight(NMU, [[0.0, 0.0]])(torch.tensor([5.0, 7.0])).tolist() == [1.0]


def test_nmu_with_half_weights_multiplies_the_means_with_one():
    assert with_weight(NMU, [[0.5, 0.5]])(torch.tensor([5.0, 7.0])).tolist() == [3.0 * 4.0]


def test_nau_and_nmu_clamp_their_weights():
    assert with_weight(NAU, [[2.0, -3.0]]).weights()["weight"].tolist() == [[1.0, -1.0]]
    assert with_weight(NMU, [[2.0, -3.0]]).weights()["weight"].tolist() == [[1.0, 0.0]]


def test_nac_plus_weighs_by_tanh_times_sigmoid():
    module = NACPlus(1, 1, dtype=torch.float64)
    module.w_hat.data.fill_(0.7)
    module.m_hat.data.fill_(-0.3)
    expected = math.tanh(0.7) / (1 + math.exp(0.3))
    assert module.weights()["weight"].item() == pytest.approx(expected, rel=1e-14)


def test_nac_plus_starts_in_the_published_range():
    module = NACPlus(2, 1, generator=torch.Generator().manual_seed(0))
    many = NACPlus(3, 2, generator=torch.Generator().manual_seed(0))
    from nalmx.models._squashed import _initial_bound

    r = _initial_bound(5)
    variance = (1 - math.tanh(r) / r) * (r - math.tanh(r / 2)) / (2 * r)
    assert 5 * variance == pytest.approx(2)
    assert all(p.abs().max() <= r for m in (module, many) for p in m.parameters())


def test_nau_starts_within_half_and_nmu_between_quarters():
    generator = torch.Generator().manual_seed(0)
    nau, nmu = NAU(2, 1000, generator=generator), NMU(2, 1000, generator=generator)
    bound = min(0.5, math.sqrt(6 / 1002))
    assert 0.9 * bound < nau.raw_weight.abs().max() <= bound
    assert 0.25 <= nmu.raw_weight.min() < 0.26
    assert 0.74 < nmu.raw_weight.max() <= 0.75


def test_nmu_has_exact_gradients_where_two_factors_are_zero():
    module = with_weight(NMU, [[1.0, 1.0, 1.0]])
    x = torch.tensor([0.0, 0.0, 3.0], requires_grad=True)
    module(x).backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.0]


def test_the_gradient_of_the_distance_is_zero_on_the_grid():
    weight = torch.tensor([-1.0, -0.75, 0.0, 0.25, 1.0], requires_grad=True)
    Grid(-1, 0, 1).distance(weight).sum().backward()
    assert weight.grad.tolist() == [0.0, 1.0, 0.0, 1.0, 0.0]
    assert Grid(-1, 0, 1).slope(weight).tolist() == weight.grad.tolist()


def test_a_tie_belongs_to_the_lower_point():
    assert Grid(-1, 0, 1).nearest(torch.tensor([-0.5, 0.5])).tolist() == [-1.0, 0.0]


@pytest.mark.parametrize("points", [(), (1,), (0, 2), (1, 0)])
def test_a_grid_is_a_run_of_integers(points):
    with pytest.raises(ValueError, match="consecutive integers"):
        Grid(*points)


def test_the_schedule_rises_linearly_between_start_and_end():
    schedule = SparsitySchedule(10.0, 20_000, 35_000)
    assert schedule.at(20_000) == 0
    assert schedule.at(27_500) == 5
    assert schedule.at(50_000) == 10


def test_the_schedule_scales_with_the_length_of_training():
    schedule = SparsitySchedule(10.0, 20_000, 35_000)
    assert schedule.at(550, iterations=1_000) == schedule.at(27_500)


def test_a_module_is_found_by_name_in_any_case():
    assert module_class("NMU") is NMU
    assert module_class("nac+") is NACPlus


def test_an_unknown_module_is_refused_with_the_known_ones():
    with pytest.raises(
        UnknownNameError, match=r"no module 'nope'; choose one of: nac\+, nac\*, nalu"
    ):
        module_class("nope")
