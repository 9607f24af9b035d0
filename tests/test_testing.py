"""`assert_equivalent` in a user's own tests, and the pytest plugin that brings it."""

from __future__ import annotations

import math
import shlex
import subprocess
import sys
import tomllib
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest
import sympy
import torch
from helpers_pytest import is_installed, pytest_run
from torch import nn

from nalmx import NAU, NMU
from nalmx.cli import main
from nalmx.errors import ExpressionError, NalmxError, RangeError, SettingError
from nalmx.expression import parse
from nalmx.extract import Formula, extract
from nalmx.ranges import Range
from nalmx.testing import assert_equivalent
from nalmx.verify import Claim, Domain, Effort, Tolerance, Verdict, check

FAST = Effort(examples=60, points=600)
X1, X2 = sympy.symbols("x1 x2")


def product(*weights: float) -> NMU:
    module = NMU(in_features=len(weights), out_features=1)
    module.raw_weight.data = torch.tensor([weights])
    return module


def failure(*arguments, **options) -> str:
    with pytest.raises(AssertionError) as caught:
        assert_equivalent(*arguments, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "model",
    [
        product(1.0, 1.0),
        nn.Sequential(product(1.0, 1.0), nn.Identity()),
        extract(product(1.0, 1.0)),
        "x2*x1",
        parse("x2*x1"),
        X1 * X2,
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize(
    "formula",
    ["x1*x2", parse("x1*x2"), X1 * X2, extract(product(1.0, 1.0)), ["x1*x2"]],
    ids=lambda value: type(value).__name__,
)
def test_models_and_formulas_of_every_kind_are_proved_equal(model, formula) -> None:
    verdict = assert_equivalent(model, formula, "[2,6]", require="proved")
    assert verdict.verdict == "proved"
    assert verdict.domain == {"x1": "[2,6]", "x2": "[2,6]"}


def test_the_weights_are_taken_as_they_are() -> None:
    module = product(1.0, 0.999)
    verdict = assert_equivalent(module, "x1*x2", "[2,6]", tolerance="abs:0.04", effort=FAST)
    assert verdict.verdict in ("bounded", "tested")
    assert "refuted" in failure(module, "x1*x2", "[2,6]")
    assert "refuted" in failure(module, "x1*x2", "[2,6]", tolerance=Tolerance.parse("abs:1e-3"))


@pytest.mark.parametrize(
    "domain",
    [
        Domain.parse(["x1=[1,2]", "x2=[3,4]"], ["x1", "x2"]),
        {"x1": "[1,2]", "x2": "[3,4]"},
        {"x1": "[1,2]", "x2": Range.parse("[3,4]")},
    ],
    ids=lambda value: type(value).__name__,
)
def test_domains_of_every_kind(domain) -> None:
    verdict = assert_equivalent("x1*x2", "x2*x1", domain)
    assert verdict.domain == {"x1": "[1,2]", "x2": "[3,4]"}
    assert assert_equivalent("x1*x2", "x2*x1", Range.parse("[1,2]")).domain["x2"] == "[1,2]"


def test_redundant_inputs_of_a_network_need_a_range_too() -> None:
    assert assert_equivalent(product(1.0, 0.0, 1.0), "x1*x3", "[0,1]").verdict == "proved"
    with pytest.raises(RangeError, match="'x2' has no range"):
        assert_equivalent(product(1.0, 0.0, 1.0), "x1*x3", {"x1": "[0,1]", "x3": "[0,1]"})


def test_the_message_has_the_counterexample_and_how_to_replay_it(capsys) -> None:
    options = {"tolerance": "abs:0.5", "effort": Effort(seed=3, points=5_000)}
    message = failure("x1*x2", "-x1 + x2", {"x1": "[2,6]", "x2": "[[1,2],[3,4]]"}, **options)
    lines = message.splitlines()
    assert lines[0].startswith("the model is not the formula: refuted, they differ by")
    assert lines[1:] == [
        "  x1 = 2",
        "  x2 = 1",
        "  model   = 2",
        "  formula = -1",
        "  checked in exact rationals",
        "replay: nalmx verify expr 'x1*x2' --truth '-x1 + x2' --range 'x1=[2,6]' "
        "--range 'x2=[[1,2],[3,4]]' --tolerance abs:0.5 --seed 3 --points 5000",
    ]
    assert main(shlex.split(lines[-1].removeprefix("replay: nalmx "))) == 1
    assert "x2 = 1" in capsys.readouterr().out


def no_proofs(claim: Claim, effort: Effort) -> Verdict:
    """The checker, were it unable to prove that x1 is x1."""
    verdict = check(claim, effort)
    if claim.left != parse("x1"):
        return verdict
    return replace(verdict, verdict="tested", points=7, reason="not proved: of set purpose")


def test_a_level_that_is_not_reached_says_which(monkeypatch) -> None:
    monkeypatch.setattr("nalmx.testing.check_claim", no_proofs)
    assert assert_equivalent("x1", "x1", "[0,9]").verdict == "tested"
    message = failure("x1", "x1", "[0,9]", require="bounded")
    assert message.startswith(
        "the model equals the formula at the level tested and bounded is required: no counterexample"
    )
    assert message.endswith(
        "replay: nalmx verify expr x1 --truth x1 --range 'x1=[0,9]' --require bounded"
    )


def test_an_unknown_claim_is_not_passed() -> None:
    message = failure("1/x1", "1/x1", "[-1,1]")
    assert message.startswith("the model is not the formula: unknown, not established")


def test_long_expressions_are_not_spelled_in_the_message() -> None:
    long = " + ".join(f"x1**{n}" for n in range(2, 900))
    message = failure(long, "x1", "[0,1]")
    assert len(message) < 1_000
    assert "too long for a command line" in message


def test_deep_networks_are_not_written_out_in_the_message() -> None:
    layers = [part for _ in range(12) for part in (nn.Linear(12, 12), nn.ReLU())]
    network = nn.Sequential(nn.Linear(1, 12), *layers, nn.Linear(12, 1))
    network[-1].bias.data += 50
    assert "too long for a command line" in failure(network, "0", "[0,1]", tolerance="abs:1e-3")


def test_networks_with_several_outputs_are_compared_output_by_output() -> None:
    network = NAU(in_features=2, out_features=2)
    network.raw_weight.data = torch.tensor([[1.0, 1.0], [1.0, -1.0]])
    formulas = ["x1 + x2", "x1 - x2"]
    assert assert_equivalent(network, formulas, "[-9,9]").verdict == "proved"
    two = Formula(("x1", "x2"), tuple(parse(text) for text in formulas), "nau", "")
    assert assert_equivalent(network, two, "[-9,9]").verdict == "proved"
    message = failure(network, ["x1 + x2", "x2 - x1"], "[-9,9]")
    assert message.startswith("output 2 of the model is not the formula: refuted")
    with pytest.raises(ExpressionError, match="2 output"):
        assert_equivalent(network, "x1 + x2", "[-9,9]")


def test_the_verdict_of_several_outputs_is_the_weakest(monkeypatch) -> None:
    monkeypatch.setattr("nalmx.testing.check_claim", no_proofs)
    assert assert_equivalent(["x2", "x1", "x2"], ["x2", "x1", "x2"], "[0,9]").verdict == "tested"


def by_name(x2, x1):
    return x1 - x2


def redundant(x1, x2, x3, scale=1.0):
    return scale * (x1 - x2)


@pytest.mark.parametrize(
    "function",
    [
        by_name,
        redundant,
        lambda a, b: a - b,
        lambda *values: values[0] - values[1],
        lambda point: point["x1"] - point["x2"],
        lambda x1, x2: torch.tensor(x1, dtype=torch.float64) - x2,
    ],
)
def test_functions_are_called_by_name_in_order_or_with_a_dict(function) -> None:
    verdict = assert_equivalent(function, "x1 - x2", "[2,6]", tolerance="abs:1e-12", effort=FAST)
    assert (verdict.verdict, verdict.arithmetic) == ("tested", "float64")
    assert 30 < verdict.points <= 60
    assert verdict.violating_fraction_below is None


def test_a_function_without_a_signature_takes_its_inputs_in_order() -> None:
    assert_equivalent(math.hypot, "sqrt(a**2 + b**2)", "[1,9]", tolerance="rel:1e-12", effort=FAST)


def test_a_single_parameter_of_a_single_input_is_a_float() -> None:
    assert_equivalent(math.floor, "floor(x)", "[-9,9]", effort=FAST)
    assert_equivalent(lambda value: value > 3, "x1 > 3", "[-9,9]", effort=FAST)


def test_a_wrong_function_is_refuted_at_a_simple_point() -> None:
    message = failure(
        by_name, "x1 - x2 + Piecewise((1, x1 > 37/113), (0, True))", "[-9,9]", tolerance="abs:1e-9"
    )
    assert "by_name is not the formula: refuted, they differ by" in message
    assert "  x1 = 1.0\n  x2 = 0.0\n  model   = 1\n  formula = 2\n" in message
    assert message.endswith("replay: call by_name with x1 = 1.0, x2 = 0.0")


def test_places_of_the_formula_are_tried_on_a_function() -> None:
    aim = 37 / 113
    message = failure(
        lambda x1: float(x1 == aim), "Piecewise((0, x1 < 37/113), (0, True))", "[0,1]"
    )
    assert f"x1 = {aim!r}" in message


def test_a_negative_zero_is_tried_and_shown() -> None:
    message = failure(lambda x1: math.copysign(1, x1), "1 + 0*x1", "[0,1]", tolerance="abs:1")
    assert "with x1 = -0.0" in message


def test_rounding_is_a_difference_and_the_message_says_so() -> None:
    message = failure(lambda x1: x1 * 0.1, "x1/10", "[1,9]")
    assert "floats round; give a tolerance" in message
    assert_equivalent(lambda x1: x1 * 0.1, "x1/10", "[1,9]", tolerance="rel:1e-15", effort=FAST)


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (lambda x1: 1 / x1, "raises ZeroDivisionError"),
        (math.log, "raises ValueError"),
        (lambda x1: math.inf if x1 == 0 else x1, "gives inf"),
        (lambda x1: math.nan if x1 == 0 else x1, "gives nan"),
    ],
)
def test_a_function_without_a_value_is_refuted_where_the_formula_has_one(function, problem) -> None:
    message = failure(function, "x1", "[0,1]", tolerance="abs:1e9")
    assert f"refuted, the function {problem}" in message
    assert f"  model   = undefined ({problem}" in message
    assert "  formula = 0\n" in message


def test_where_neither_has_a_value_nothing_is_established() -> None:
    assert "unknown" in failure(lambda x1: 1 / x1, "1/x1", "[0,1]", tolerance="rel:1e-9")
    assert "unknown" in failure(lambda x1: 1 / x1 > 1, "1/x1 > 1", "[0,1]")


def test_a_function_that_is_defined_where_the_formula_is_not_is_refuted() -> None:
    message = failure(lambda x1: 1.0, "x1/x1", "[0,1]", tolerance="rel:1e-9")
    assert "right side is undefined" in message


def test_the_same_seed_tries_the_same_points() -> None:
    seen: list[list[float]] = [[], []]
    for points in seen:
        assert_equivalent(lambda x1, into=points: into.append(x1) or x1, "x1", "[0,1]", effort=FAST)
    assert seen[0] == seen[1]
    assert len(seen[0]) > 30


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        (("x1", "x1 +", "[0,1]"), {}, ExpressionError),
        (("x1", object(), "[0,1]"), {}, ExpressionError),
        (("x1", [], "[0,1]"), {}, ExpressionError),
        ((7.5, "x1", "[0,1]"), {}, ExpressionError),
        (("x1", "x1", "[1,0]"), {}, RangeError),
        (("x1", "x1", {"x2": "[0,1]"}), {}, RangeError),
        (("x1", "x1", ["[0,1]"]), {}, RangeError),
        (("x1", "x2", Domain.parse(["[0,1]"], ["x1"])), {}, RangeError),
        (("x1", "x1", "[0,1]"), {"tolerance": "1e-6"}, SettingError),
        (("x1", "x1", "[0,1]"), {"tolerance": 1e-6}, SettingError),
        (("x1", "x1", "[0,1]"), {"require": "hoped"}, SettingError),
        ((by_name, "x1 - x2", "[0,1]"), {"require": "proved"}, SettingError),
        ((by_name, "x1 - x2 + x3", "[0,1]"), {}, SettingError),
        ((by_name, ["x1", "x2"], "[0,1]"), {}, ExpressionError),
        ((nn.Linear(2, 1).double(), "x1 < x2", "[0,1]"), {}, ExpressionError),
        ((nn.Dropout(), "x1", "[0,1]"), {}, NalmxError),
    ],
)
def test_bad_input_is_refused_in_one_line(arguments, options, error) -> None:
    with pytest.raises(error) as caught:
        assert_equivalent(*arguments, **options)
    assert "\n" not in str(caught.value)


def test_constants_and_numbers() -> None:
    assert assert_equivalent("1/3 + 1/6", Fraction(1, 2), {}).verdict == "proved"
    assert assert_equivalent(lambda: 0.5, "1/2", {}).verdict == "tested"


TESTS = """
def test_good(assert_equivalent):
    assert_equivalent("x1*x2", "x2*x1", "[2,6]", require="proved")

def test_bad(assert_equivalent):
    assert_equivalent("x1*x2", "x1 + x2", "[3,6]")
"""


def with_the_plugin(folder: Path, text: str) -> str:
    (folder / "test_mine.py").write_text(text)
    return pytest_run(folder, "-q", "-W", "error", "-p", "nalmx.pytest_plugin").stdout


def test_pytest_loads_the_plugin_of_the_package() -> None:
    facts = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
    assert facts["project"]["entry-points"]["pytest11"] == {"nalmx": "nalmx.pytest_plugin"}
    if is_installed():
        assert find_entry_point("nalmx").value == "nalmx.pytest_plugin"


def find_entry_point(name: str) -> EntryPoint:
    (found,) = entry_points(group="pytest11", name=name)
    return found


def test_the_fixture_is_there_without_an_import(tmp_path) -> None:
    out = with_the_plugin(tmp_path, TESTS)
    assert "1 failed, 1 passed" in out
    assert "the model is not the formula: refuted, they differ by 3" in out
    assert "replay: nalmx verify expr" in out
    assert "nalmx/testing.py" not in out


def test_the_plugin_loads_nothing_before_the_fixture_is_used(tmp_path) -> None:
    text = (
        "import sys\n"
        "def test_light():\n"
        "    heavy = {'torch', 'sympy', 'numpy', 'flint', 'hypothesis.core', 'nalmx.verify'}\n"
        "    assert 'nalmx.pytest_plugin' in sys.modules\n"
        "    assert not heavy & set(sys.modules)\n"
    )
    assert "1 passed" in with_the_plugin(tmp_path, text)


def test_expressions_are_compared_without_torch() -> None:
    code = (
        "from nalmx.testing import assert_equivalent\n"
        "assert_equivalent('x1*x2', 'x2*x1', '[2,6]')\n"
        "assert_equivalent(lambda x1: x1, 'x1', '[2,6]')\n"
        "import sys; print('torch' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "False\n"


def test_an_expression_can_be_asserted_as_a_float_program():
    claim = ("x*y + 0.1", "y*x + 1/10", "[0,1]")
    verdict = assert_equivalent(
        *claim, tolerance="abs:1e-6", arithmetic="float32", require="bounded"
    )
    assert "float32 as written" in verdict.arithmetic
    with pytest.raises(AssertionError, match="--arithmetic float32:4"):
        assert_equivalent(*claim, tolerance="abs:1e-9", arithmetic="float32")
    with pytest.raises(SettingError, match="an arithmetic is for an expression"):
        assert_equivalent(lambda x: x, "x", "[0,1]", tolerance="abs:1e-9", arithmetic="float32")
