"""Networks on ranges of their inputs: gates and signs inside a stack, and coefficients of sums."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from helpers_networks import comparing, weighted
from torch import nn

from nalmx.errors import ExtractionError
from nalmx.expression import evaluate, parse
from nalmx.extract import extract_network, step_formula
from nalmx.extract.flow import extents_of
from nalmx.extract.powers import Validation
from nalmx.models import GNALU, INALU, NALU, NAU, NMU, Choice, RealNPU, Recurrent
from nalmx.ranges import Range

FAR = 20.0


def gated(kind, weight, gate):
    """A NALU with discrete weights and a gate of the inputs."""
    module = kind(len(weight[0]), len(weight))
    module.w_hat.data = torch.tensor(weight) * FAR
    module.m_hat.data = torch.full_like(module.m_hat, FAR)
    module.gate_weight.data = torch.tensor(gate)
    return module


def ranges(*texts):
    return [Range.parse(text) for text in texts]


@pytest.mark.parametrize("kind", [NALU, GNALU])
def test_a_gate_in_the_middle_is_settled_by_what_it_is_given(kind):
    # The first layer gives x1 + x2 ∈ [4,12] and x1 − x2 ∈ [-4,4]; the gate reads the sum only.
    network = nn.Sequential(
        weighted(NAU, [1.0, 1.0], [1.0, -1.0]), gated(kind, [[1.0, 1.0]], [[3.0, 0.0]])
    )
    assert (
        str(extract_network(network, extents=ranges("[2,6]", "[2,6]"))) == "(x1 + x2) + (x1 - x2)"
    )
    network[1].gate_weight.data = torch.tensor([[0.0, 3.0]])
    with pytest.raises(ExtractionError, match=r"'network\.1'.*away from it"):
        extract_network(network, extents=ranges("[2,6]", "[2,6]"))


def test_a_gate_without_ranges_asks_for_them():
    with pytest.raises(ExtractionError, match=r"'network\.1'.*extents="):
        extract_network(nn.Sequential(weighted(NAU, [1.0, 1.0]), gated(NALU, [[1.0]], [[3.0]])))


def test_two_inalus_compose_to_a_sum_with_a_product():
    def inalu(sums, products, gates):
        module = INALU(len(sums[0]), len(sums))
        for name, rows in (("wa_hat", sums), ("wm_hat", products)):
            module.get_parameter(name).data = torch.tensor(rows) * FAR
        module.ma_hat.data = torch.full_like(module.ma_hat, FAR)
        module.mm_hat.data = torch.full_like(module.mm_hat, FAR)
        module.g_hat.data = torch.tensor(gates).reshape(-1, 1) * FAR
        return module

    first = inalu([[1.0, 0, 0], [0.0, 0, 0]], [[0.0, 0, 0], [0.0, 1, 1]], [1.0, -1.0])
    second = inalu([[1.0, 1.0]], [[0.0, 0.0]], [1.0])
    assert str(extract_network(nn.Sequential(first, second))) == "x1 + x2*x3"


def test_signs_inside_a_network_are_known_on_ranges():
    power = RealNPU(2, 1)
    power.w_real.data, power.raw_gate.data = torch.tensor([[0.5, -1.0]]), torch.ones(1, 2)
    network = nn.Sequential(weighted(NAU, [1.0, 1.0], [0.0, 1.0]), power)
    assert "cos" in str(extract_network(network))
    formula = extract_network(network, extents=ranges("[1,2]", "[1,2]"))
    assert "cos" not in str(formula)
    assert evaluate(formula.outputs[0], {"x1": Fraction(7), "x2": Fraction(2)}) == Fraction(3, 2)


def test_ranges_that_do_not_fit_are_refused():
    with pytest.raises(ExtractionError, match="1 ranges do not fit the inputs x1, x2"):
        extract_network(weighted(NAU, [1.0, 1.0]), extents=ranges("[1,2]"))


def test_enclosed_ranges_hold_every_value():
    box = dict(zip(("x", "y"), ranges("[-2,3]", "[1,4]"), strict=True))
    (found, other) = extents_of([parse("x*y - x/y"), parse("exp(x)")], box)
    points = [(x, y) for x in np.linspace(-2, 3, 21) for y in np.linspace(1, 4, 21)]
    for x, y in points:
        assert found.lower <= Fraction(x * y - x / y) <= found.upper
        assert other.lower <= Fraction(float(np.exp(x))) * Fraction(1 + 1e-12)
    assert extents_of([parse("1/x")], box) is None
    assert extents_of([parse("x")], None) is None


def test_a_sum_of_small_coefficients_is_not_rounded_to_nothing():
    network = nn.Sequential(weighted(NMU, [1.0, 1.0]), weighted(NAU, [0.06]))
    with pytest.raises(ExtractionError, match=r"'network\.1'.*0\.06.*coefficients=N"):
        extract_network(network)
    assert str(extract_network(network, coefficients=2)) == "3*(x1*x2)/50"
    assert extract_network(network, coefficients=2).largest_snap < 1e-8


def test_data_say_how_many_decimals_a_coefficient_has():
    network = nn.Sequential(
        weighted(NMU, [1.0, 1.0], [1.0, 0.0]), weighted(NAU, [0.06004, -0.4999])
    )
    x = torch.rand(200, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) + 1
    t = (0.06 * x[:, 0] * x[:, 1] - 0.5 * x[:, 0])[:, None]
    formula = extract_network(network, validation=Validation(x, t))
    point = {"x1": Fraction(3), "x2": Fraction(5)}
    assert evaluate(formula.outputs[0], point) == Fraction("-0.6")
    on_grid = nn.Sequential(weighted(NMU, [1.0, 0.9999]), weighted(NAU, [0.9998]))
    t = (x[:, 0] * x[:, 1])[:, None]
    assert str(extract_network(on_grid, validation=Validation(x, t))) == "x1*x2"


def test_coefficients_that_no_decimals_give_are_an_error():
    network = weighted(NAU, [1 / 3])
    network.raw_weight.data = network.raw_weight.data.double() * 1e-6
    x = torch.full((4, 1), 1e6, dtype=torch.float64)
    with pytest.raises(ExtractionError, match="do not fit the validation data"):
        extract_network(network, validation=Validation(x, x / 3e6))


def test_powers_are_chosen_by_what_a_module_is_given():
    power = RealNPU(1, 1)
    power.w_real.data, power.raw_gate.data = torch.tensor([[0.4985]]), torch.ones(1, 1)
    network = nn.Sequential(weighted(NAU, [1.0, 1.0]), power)
    x = torch.rand(100, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) + 50
    t = x.sum(-1, keepdim=True).sqrt()
    formula = extract_network(
        network, extents=ranges("[50,51]", "[50,51]"), validation=Validation(x, t)
    )
    assert evaluate(formula.outputs[0], {"x1": Fraction(72), "x2": Fraction(72)}) == 12


def test_the_step_of_a_recurrent_network_takes_ranges_too():
    cell = gated(NALU, [[1.0, 1.0]], [[3.0, 3.0]])
    step = step_formula(Recurrent(cell, [0.0]), extents=ranges("[1,2]", "[1,9]"))
    assert str(step) == "x1 + h1"


def test_a_branch_inside_an_undecided_choice_knows_its_ranges():
    first, second = gated(NALU, [[1.0, -1.0]], [[3.0, 3.0]]), weighted(NAU, [-1.0, 1.0])
    choice = Choice(comparing(9.0, 0.0, 0.0), first, second)
    formula = extract_network(choice, extents=ranges("[1,2]", "[1,2]"))
    assert evaluate(formula.outputs[0], {"x1": Fraction(3), "x2": Fraction(5)}) == 2
