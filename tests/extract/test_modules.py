"""Every module of the survey to its exact formula, from weights near its grid."""

import pytest
import torch

from nalmx.errors import ExtractionError
from nalmx.expression import parse, to_text
from nalmx.extract import as_trained, discretise, extract
from nalmx.extract.powers import Validation
from nalmx.extract.symbolic import extract_both
from nalmx.models import GNALU, INALU, NALU, NPU, NACMul, RealNPU
from nalmx.ranges import Range
from nalmx.verify import Claim, Domain, Tolerance, check


def module_with(kind, **raw):
    """A module whose raw parameters are given."""
    module = kind(len(next(iter(raw.values()))[0]), 1)
    for name, rows in raw.items():
        module.get_parameter(name).data = torch.tensor(rows)
    return module


def extents(text, count=2):
    return [Range.parse(text)] * count


PRODUCT = {"w_hat": [[9.0, 9.0]], "m_hat": [[9.0, 9.0]]}
QUOTIENT = {"w_hat": [[9.0, -9.0]], "m_hat": [[9.0, 9.0]]}


def inalu(gate, weights):
    return module_with(
        INALU,
        wa_hat=[[9.0 * w for w in weights]],
        ma_hat=[[9.0, 9.0]],
        wm_hat=[[9.0 * w for w in weights]],
        mm_hat=[[9.0, 9.0]],
        g_hat=[[gate]],
    )


def npu(powers, gate):
    return module_with(NPU, w_real=[powers], w_imaginary=[[0.0, 0.0]], raw_gate=[gate])


@pytest.mark.parametrize(
    ("module", "extent", "text"),
    [
        (module_with(NACMul, **PRODUCT), "[2,6]", "x1*x2"),
        (module_with(NACMul, **QUOTIENT), "[2,6]", "x1/x2"),
        (module_with(NACMul, **PRODUCT), "[-6,-2]", "x1*x2"),
        (module_with(NACMul, **PRODUCT), "[-6,6]", "Abs(x1)*Abs(x2)"),
        (module_with(NALU, gate_weight=[[9.0, 9.0]], **PRODUCT), "[2,6]", "x1 + x2"),
        (module_with(NALU, gate_weight=[[9.0, 9.0]], **QUOTIENT), "[2,6]", "x1 - x2"),
        (module_with(NALU, gate_weight=[[-9.0, -9.0]], **PRODUCT), "[2,6]", "x1*x2"),
        (module_with(NALU, gate_weight=[[-9.0, -9.0]], **QUOTIENT), "[2,6]", "x1/x2"),
        (module_with(NALU, gate_weight=[[9.0, 9.0]], **PRODUCT), "[-6,-2]", "x1*x2"),
        (module_with(GNALU, gate_weight=[[9.0, 9.0]], **PRODUCT), "[2,6]", "x1 + x2"),
        (module_with(GNALU, gate_weight=[[-9.0, -9.0]], **QUOTIENT), "[2,6]", "x1/x2"),
        (inalu(9.0, [1, 1]), "[-6,6]", "x1 + x2"),
        (inalu(9.0, [1, -1]), "[-6,6]", "x1 - x2"),
        (inalu(-9.0, [1, 1]), "[2,6]", "x1*x2"),
        (inalu(-9.0, [1, -1]), "[2,6]", "x1/x2"),
        (npu([1.0, 1.0], [2.0, 1.0]), "[-6,6]", "x1*x2"),
        (module_with(RealNPU, w_real=[[1.0, -1.0]], raw_gate=[[1.0, 1.5]]), "[-6,6]", "x1/x2"),
        (module_with(RealNPU, w_real=[[2.0, -1.0]], raw_gate=[[1.0, 0.0]]), "[-6,6]", "x1**2"),
    ],
)  # fmt: skip
def test_the_formula_is_idealised_for_the_signs_of_the_range(module, extent, text):
    formula = extract(module, extents=extents(extent))
    assert str(formula) == text


@pytest.mark.parametrize("kind", [NALU, GNALU])
def test_a_gate_that_changes_over_the_range_has_no_formula(kind):
    module = module_with(kind, gate_weight=[[9.0, 9.0]], **PRODUCT)
    with pytest.raises(ExtractionError, match="a weight or gate is 1 away"):
        extract(module, extents=extents("[-6,6]"))


@pytest.mark.parametrize("kind", [NALU, GNALU])
def test_a_gate_of_the_inputs_needs_their_ranges(kind):
    with pytest.raises(ExtractionError, match="give the ranges of the inputs"):
        extract(module_with(kind, gate_weight=[[9.0, 9.0]], **PRODUCT))


def test_the_snap_distance_of_a_gate_is_its_largest_on_the_range():
    module = module_with(NALU, gate_weight=[[1.0, 1.0]], **PRODUCT)
    found = discretise(module, extents=extents("[2,6]"))
    assert found.largest_snap == pytest.approx(float(torch.sigmoid(torch.tensor(-4.0))), rel=1e-6)
    with pytest.raises(ExtractionError, match="away"):
        extract(module, extents=extents("[0.5,6]"))


def test_weights_of_the_path_that_the_gate_leaves_out_may_be_anything():
    module = inalu(-9.0, [1, 1])
    module.wa_hat.data.fill_(0.5)
    assert str(extract(module, extents=extents("[2,6]"))) == "x1*x2"
    module.g_hat.data.fill_(9.0)
    with pytest.raises(ExtractionError, match="has not converged"):
        extract(module, extents=extents("[2,6]"))


def test_weights_behind_a_closed_relevance_gate_may_be_anything():
    module = module_with(
        NPU, w_real=[[1.0, 0.4]], w_imaginary=[[0.0, 0.37]], raw_gate=[[1.0, -0.2]]
    )
    assert str(extract(module, extents=extents("[2,6]"))) == "x1"


def test_the_gate_of_an_input_without_a_power_may_be_anything():
    module = module_with(RealNPU, w_real=[[1.0, 1e-6]], raw_gate=[[1.0, 0.45]])
    assert str(extract(module, extents=extents("[2,6]"))) == "x1"


@pytest.mark.parametrize(
    ("powers", "text"),
    [
        ([0.5, 1.0], "sqrt(x1)*x2"),
        ([1.5, -2.0], "x1**(3/2)/x2**2"),
        ([1 / 3, -0.5], "x1**(1/3)/sqrt(x2)"),
        ([0.0, 3.0], "x2**3"),
    ],
)
def test_powers_settle_on_small_rationals(powers, text):
    trained = [[power + error for power, error in zip(powers, (3e-4, -2e-4), strict=True)]]
    module = module_with(RealNPU, w_real=trained, raw_gate=[[1.0, 1.0]])
    x = torch.rand(500, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) + 1
    t = (x ** torch.tensor(powers, dtype=torch.float64)).prod(-1, keepdim=True)
    formula = extract(module, extents=extents("[1,2]"), validation=Validation(x, t))
    domain = Domain.uniform(("x1", "x2"), Range.parse("[2,6]"))
    difference = check(Claim(formula.outputs[0], parse(text), domain, Tolerance.parse("rel:1e-12")))
    assert difference.verdict in ("proved", "tested")
    assert str(formula) == to_text(parse(text))


def test_validation_decides_between_powers_that_are_equally_near():
    """0.45 is as far from 1/2 as from 2/5; the data says which."""
    module = module_with(RealNPU, w_real=[[0.45]], raw_gate=[[1.0]])
    x = torch.linspace(1, 2, 200, dtype=torch.float64).unsqueeze(-1)
    for power, text in ((0.5, "sqrt(x1)"), (0.4, "x1**0.4")):
        formula = extract(module, extents=extents("[1,2]", 1), validation=Validation(x, x**power))
        assert str(formula) == text


def test_powers_that_fit_nothing_small_have_no_formula():
    module = module_with(RealNPU, w_real=[[0.71, 0.45]], raw_gate=[[1.0, 1.0]])
    x = torch.rand(200, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 9 + 1
    t = (x ** torch.tensor([0.71, 0.45], dtype=torch.float64)).prod(-1, keepdim=True)
    with pytest.raises(ExtractionError, match="have not converged to small rationals"):
        extract(module, extents=extents("[1,10]"), validation=Validation(x, t))


def test_epsilon_stays_in_the_discretised_network_only():
    both = extract_both(module_with(NACMul, **PRODUCT), extents=extents("[2,6]"))
    assert str(both.formula) == "x1*x2"
    assert "0.0000001" in str(both.discretised)
    domain = Domain.uniform(("x1", "x2"), Range.parse("[2,6]"))
    claim = Claim(both.discretised.outputs[0], both.formula.outputs[0], domain)
    assert check(claim).verdict == "refuted"
    near = Claim(claim.left, claim.right, domain, Tolerance.parse("abs:1e-5"))
    assert check(near).verdict == "bounded"


def test_the_network_as_trained_keeps_every_epsilon_and_weight():
    module = module_with(NALU, gate_weight=[[0.3, -0.2]], w_hat=[[0.4, 1.0]], m_hat=[[1.0, 0.2]])
    network = as_trained(module).outputs[0]
    point = torch.tensor([3.0, -5.0])
    domain = Domain.parse(["x1=[3,3.0000000000001]", "x2=[-5,-4.9999999999999]"], ("x1", "x2"))
    value = parse(repr(module(point).item()))
    assert check(Claim(network, value, domain, Tolerance.parse("rel:1e-6"))).verdict != "refuted"
    assert check(Claim(network, value, domain, Tolerance.parse("rel:1e-12"))).verdict == "refuted"
