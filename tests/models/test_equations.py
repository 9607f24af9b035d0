"""Each module of the survey against its equation, worked out by hand or in plain Python."""

import math

import pytest
import torch

from nalmx.models import GNALU, INALU, NALU, NPU, NACMul, RealNPU

PHI = (1 + math.sqrt(5)) / 2


def tensor(rows):
    return torch.tensor(rows, dtype=torch.float64)


def test_nalu_does_the_worked_example_of_the_survey():
    """Appendix C: x1 − x2 at [2, 3, 4], with the summative path chosen by the gate."""
    x, weight = tensor([2.0, 3.0, 4.0]), tensor([[1.0, -1.0, 0.0]])
    assert NACMul.equation(x, weight=weight).item() == pytest.approx(2 / 3, rel=1e-6)
    assert NALU.equation(x, weight=weight, gate=tensor([[50.0, 50.0, 50.0]])).item() == -1.0


def test_nalu_with_a_closed_gate_is_the_multiplicative_path():
    x, weight = tensor([2.0, 3.0, 4.0]), tensor([[1.0, -1.0, 0.0]])
    closed = NALU.equation(x, weight=weight, gate=tensor([[-50.0, -50.0, -50.0]]))
    assert closed.item() == NACMul.equation(x, weight=weight).item()


def test_nalu_mixes_its_paths_by_a_gate_of_the_inputs():
    x, weight, gate = [2.0, -3.0], [0.5, -0.25], [0.1, 0.2]
    opening = 1 / (1 + math.exp(-(0.1 * 2 + 0.2 * -3)))
    added = 0.5 * 2 - 0.25 * -3
    multiplied = math.exp(0.5 * math.log(2 + 1e-7) - 0.25 * math.log(3 + 1e-7))
    found = NALU.equation(tensor(x), weight=tensor([weight]), gate=tensor([gate]))
    expected = opening * added + (1 - opening) * multiplied
    assert found.item() == pytest.approx(expected, rel=1e-14)


def test_gnalu_takes_the_golden_ratio_as_its_base():
    module = GNALU(1, 1, dtype=torch.float64)
    values = {"w_hat": 0.7, "m_hat": -0.3, "gate_weight": 0.4}
    for name, value in values.items():
        module.get_parameter(name).data.fill_(value)
    tanh = (PHI**1.4 - 1) / (PHI**1.4 + 1)
    weight = tanh / (1 + PHI**0.3)
    assert module.weights()["weight"].item() == pytest.approx(weight, rel=1e-14)
    opening = 1 / (1 + PHI ** -(0.4 * 3))
    multiplied = PHI ** (weight * math.log(3 + 1e-7) / math.log(PHI))
    expected = opening * weight * 3 + (1 - opening) * multiplied
    assert module(tensor([3.0])).item() == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("x", "y"), [([2.0, 4.0], 0.5), ([-2.0, 4.0], -0.5), ([-2.0, -4.0], 0.5)])
def test_inalu_divides_with_the_sign(x, y):
    weights = {"sum_weight": [[0.0, 0.0]], "product_weight": [[1.0, -1.0]], "gate": [[0.0]]}
    found = INALU.equation(tensor(x), **{name: tensor(rows) for name, rows in weights.items()})
    assert found.item() == pytest.approx(y, rel=1e-14)


def test_inalu_clips_its_product_and_its_small_inputs():
    weights = {"sum_weight": [[0.0, 0.0]], "product_weight": [[1.0, 1.0]], "gate": [[0.0]]}
    tensors = {name: tensor(rows) for name, rows in weights.items()}
    assert INALU.equation(tensor([1e6, 1e6]), **tensors).item() == pytest.approx(math.exp(20))
    assert INALU.equation(tensor([1e-9, 1.0]), **tensors).item() == pytest.approx(1e-7)


def test_inalu_ignores_the_sign_of_an_input_without_weight():
    weights = {"sum_weight": [[0.0, 0.0]], "product_weight": [[1.0, 0.0]], "gate": [[0.0]]}
    tensors = {name: tensor(rows) for name, rows in weights.items()}
    assert INALU.equation(tensor([3.0, -7.0]), **tensors).item() == pytest.approx(3.0)


def test_inalu_starts_where_its_authors_do():
    module = INALU(400, 1, generator=torch.Generator().manual_seed(0))
    for name, mean in {"wa_hat": 0.88, "ma_hat": 0.5, "wm_hat": 0.88, "mm_hat": 0.5}.items():
        values = module.get_parameter(name)
        assert values.mean().item() == pytest.approx(mean, abs=0.04)
        assert values.std().item() == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("x", [[2.0, 3.0], [-2.0, 3.0], [-2.0, -3.0]])
def test_npu_is_the_real_part_of_a_complex_power(x):
    """For open gates, Re ∏ (|x| + ε)^w · e^(iπw[x<0]) with w = re + i·im."""
    real, imaginary = [0.7, -1.3], [0.2, 0.1]
    logs = [complex(math.log(abs(v) + 2**-23), math.pi if v < 0 else 0) for v in x]
    exponent = sum(complex(r, i) * log for r, i, log in zip(real, imaginary, logs, strict=True))
    expected = math.exp(exponent.real) * math.cos(exponent.imag)
    found = NPU.equation(
        tensor(x), real=tensor([real]), imaginary=tensor([imaginary]), gate=tensor([[1.0, 1.0]])
    )
    assert found.item() == pytest.approx(expected, rel=1e-13)


def test_a_closed_relevance_gate_takes_an_input_out():
    found = RealNPU.equation(
        tensor([-5.0, 3.0]), real=tensor([[0.5, 2.0]]), gate=tensor([[0.0, 1.0]])
    )
    assert found.item() == pytest.approx(9.0, rel=1e-6)


def test_a_half_open_relevance_gate_takes_the_mean_with_one():
    found = RealNPU.equation(tensor([5.0]), real=tensor([[1.0]]), gate=tensor([[0.5]]))
    assert found.item() == pytest.approx(3.0, rel=1e-6)


def test_npu_starts_with_half_open_gates_and_without_imaginary_weights():
    module = NPU(3, 1)
    assert module.weights()["gate"].tolist() == [[0.5, 0.5, 0.5]]
    assert module.weights()["imaginary"].tolist() == [[0.0, 0.0, 0.0]]
    assert module.w_real.abs().max() <= math.sqrt(6 / 4)


def test_the_penalty_of_the_npu_grows_tenfold_in_steps():
    schedule = NPU.training_for("mul").penalty.schedule
    strengths = [schedule.at(i) for i in (0, 9_999, 10_000, 20_000, 50_000)]
    assert strengths == [1e-7, 1e-7, 1e-6, 1e-5, 1e-5]
    assert NPU.training_for("div").penalty.schedule.at(0) == 1e-9


def test_the_penalty_of_the_inalu_waits_for_a_small_loss():
    schedule = INALU.training_for("mul").penalty.schedule
    assert (schedule.at(10_000), schedule.at(10_001)) == (0.0, 0.05)
    assert schedule.loss_below == 1.0
