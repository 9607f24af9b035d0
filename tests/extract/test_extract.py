"""From modules to exact formulas, as trained and on their grids."""

from fractions import Fraction

import pytest
import sympy
import torch

from nalmx.errors import ExtractionError, RunError
from nalmx.expression import to_text
from nalmx.expression.ball import ball, enclose, precision
from nalmx.extract import Formula, as_trained, discretise, exact_weights, extract
from nalmx.models import MODULES, NAU, NMU, NACPlus, stack


def with_weight(kind, rows):
    module = kind(len(rows[0]), len(rows))
    module.raw_weight.data = torch.tensor(rows)
    return module


@pytest.mark.parametrize(
    ("kind", "rows", "texts"),
    [
        (NAU, [[1.0, -1.0]], ["x1 - x2"]),
        (NAU, [[0.99, 0.01, -0.95]], ["x1 - x3"]),
        (NAU, [[0.0, 0.0]], ["0"]),
        (NMU, [[1.0, 1.0]], ["x1*x2"]),
        (NMU, [[0.0, 0.0]], ["1"]),
        (NMU, [[0.96, 0.02, 1.0], [0.0, 1.0, 0.0]], ["x1*x3", "x2"]),
    ],
)
def test_the_formula_has_the_chosen_inputs(kind, rows, texts):
    assert extract(with_weight(kind, rows)).python() == texts


def test_a_formula_may_name_its_inputs():
    formula = extract(with_weight(NMU, [[1.0, 1.0]]), inputs=["mass", "acceleration"])
    assert formula.inputs == ("mass", "acceleration")
    assert str(formula) == "acceleration*mass"


@pytest.mark.parametrize("inputs", [["a"], ["a", "b", "c"], ["a", "a"]])
def test_names_must_be_as_many_as_inputs_and_different(inputs):
    with pytest.raises(ExtractionError, match="2 inputs; give as many different names"):
        extract(with_weight(NMU, [[1.0, 1.0]]), inputs=inputs)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_modules_of_every_float_type_are_extracted(dtype):
    assert str(extract(with_weight(NMU, [[1.0, 1.0]]).to(dtype))) == "x1*x2"


def test_the_largest_snap_is_the_largest_distance_moved():
    module = with_weight(NAU, [[0.75, -1.0, 0.125]])
    assert discretise(module, most=0.5).largest_snap == 0.25
    assert extract(module, most=0.5).largest_snap == 0.25


def test_a_module_that_has_not_converged_has_no_formula():
    with pytest.raises(ExtractionError, match=r"a weight or gate is 0\.4 away"):
        extract(with_weight(NAU, [[1.0, 0.6]]))


def test_a_diverged_module_has_no_formula():
    with pytest.raises(ExtractionError, match="not all finite"):
        extract(with_weight(NAU, [[1.0, float("nan")]]))


def test_a_stack_has_no_single_formula():
    with pytest.raises(ExtractionError, match="stack"):
        extract(stack([NAU(2, 1), NAU(2, 1)]))


def test_a_tiny_weight_is_the_exact_rational_that_its_float_is():
    weight = torch.tensor(0.1).item()
    assert exact_weights(with_weight(NAU, [[0.1, 1.0]])) == {
        "weight": ((Fraction(weight), Fraction(1)),)
    }
    assert Fraction(weight) != Fraction(1, 10)


@pytest.mark.parametrize("kind", MODULES.values(), ids=list(MODULES))
def test_the_network_as_trained_computes_what_the_module_computes(kind):
    module = kind(3, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    point = {"x1": Fraction(3, 2), "x2": Fraction(-5), "x3": Fraction(1, 4)}
    outputs = module(torch.tensor([float(v) for v in point.values()], dtype=torch.float64))
    with precision(200):
        at = {name: ball(value) for name, value in point.items()}
        exact = [float(enclose(output, at).mid()) for output in as_trained(module).outputs]
    assert exact == pytest.approx(outputs.tolist(), rel=1e-13)


def test_the_network_as_trained_keeps_every_bit_of_its_weights():
    weight = 1 - 2.0**-24
    assert str(as_trained(with_weight(NAU, [[weight, 0.0]]))) == "16777215*x1/16777216"


def test_a_formula_in_sympy_and_latex():
    formula = extract(with_weight(NMU, [[1.0, 0.0, 1.0]]))
    x1, x3 = sympy.symbols("x1 x3", real=True)
    assert formula.sympy() == [x1 * x3]
    assert formula.latex() == ["x_{1} x_{3}"]


def test_a_formula_survives_json():
    formula = extract(with_weight(NAU, [[1.0, 0.99]]))
    again = Formula.from_json(formula.to_json())
    assert again == formula
    assert [to_text(o) for o in again.outputs] == ["x1 + x2"]


@pytest.mark.parametrize(
    "change",
    [
        {"outputs": ["__import__('os')"]},
        {"outputs": ["x1 +"]},
        {"outputs": ["x9"]},
        {"outputs": "x1"},
        {"inputs": ["exec"], "outputs": [5]},
        {"inputs": None},
        {"largest_snap": "wide"},
    ],
)
def test_a_damaged_formula_is_refused(change):
    good = extract(with_weight(NAU, [[1.0, 1.0]])).to_json()
    with pytest.raises(RunError, match="damaged"):
        Formula.from_json(good | change)


def test_the_digest_tells_weights_and_modules_apart():
    formulas = [
        extract(module)
        for module in (
            with_weight(NAU, [[1.0, 1.0]]),
            with_weight(NAU, [[1.0, 0.99]]),
            with_weight(NMU, [[1.0, 1.0]]),
        )
    ]
    assert len({formula.weights_sha256 for formula in formulas}) == 3


def test_nac_plus_near_its_grid_gives_a_formula_with_its_snap():
    module = NACPlus(2, 1)
    module.w_hat.data = torch.tensor([[4.0, -4.0]])
    module.m_hat.data = torch.tensor([[5.0, 5.0]])
    formula = extract(module)
    assert str(formula) == "x1 - x2"
    assert 0 < formula.largest_snap < 0.01
