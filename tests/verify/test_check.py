from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from helpers_pytest import thinned
from helpers_trees import claim
from scipy.stats import binomtest

from nalmx.expression import Undefined, evaluate
from nalmx.verify import REQUIRABLE, Claim, Counterexample, Effort, Verdict, check
from nalmx.verify.checker import clopper_pearson_limit
from nalmx.verify.witness import judge

EFFORT = Effort(examples=100, points=10_000, device="cpu")


def verdict(left: str, right: str, *ranges: str, tolerance: str = "0") -> Verdict:
    return check(claim(left, right, *ranges, tolerance=tolerance), EFFORT)


@pytest.mark.parametrize(
    ("left", "right", "extent"),
    [
        ("x1*(x2 + 1)", "x1*x2 + x1", "[-5,5]"),
        ("(x1**2 - 1)/(x1 - 1)", "x1 + 1", "[2,3]"),
        ("1/x1", "x1**-1", "[[-2,-1],[1,2]]"),
    ],
)
def test_an_identity_of_rational_functions_is_proved(left: str, right: str, extent: str) -> None:
    found = verdict(left, right, extent)
    assert found.verdict == "proved"
    assert found.bound == "0"
    assert found.counterexample is None


@pytest.mark.parametrize(
    ("left", "right", "extent", "tolerance"),
    thinned(
        [
            ("Max(atan(x1), atan(x2))", "atan(Max(x1, x2))", "[0,1]", "0"),
            ("acos(cos(4))*x1", "(2*pi - 4)*x1", "[0,1]", "0"),
            ("asin(sin(2))*x1", "(pi - 2)*x1", "[-5,5]", "0"),
        ],
        3,
    ),
)
def test_a_true_claim_beyond_algebra_is_tested_with_its_points_and_limit(
    left: str, right: str, extent: str, tolerance: str
) -> None:
    effort = replace(EFFORT, boxes=200)
    found = check(claim(left, right, extent, tolerance=tolerance), effort)
    assert found.verdict == "tested"
    assert 10_000 < found.points <= 10_100
    expected = binomtest(0, 10_000).proportion_ci(0.95, "exact").high
    assert found.violating_fraction_below == pytest.approx(expected, rel=1e-9)
    assert found.reason.startswith("not proved: ")


@pytest.mark.parametrize("points", [1, 2, 10, 1_000, 1_000_000])
def test_the_limit_is_that_of_clopper_and_pearson(points: int) -> None:
    expected = binomtest(0, points).proportion_ci(0.95, "exact").high
    assert clopper_pearson_limit(points) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("left", "right", "ranges", "tolerance"),
    [
        ("x1*x2", "x1 + x2", ["[2,6]"], "0"),
        ("x1/x1", "1", ["[-1,1]"], "0"),
        ("(x1**2 - 1)/(x1 - 1)", "x1 + 1", ["[0,2]"], "abs:1"),
        ("(3*x1 - 1)/(3*x1 - 1)", "1", ["[0,1]"], "0"),
        ("1/x1 - 1/x1", "0", ["[0,1]"], "0"),
        ("0*(1/x1)", "0", ["[[-2,-1],[0,1]]"], "0"),
        ("x1 + 1e-12", "x1", ["[0,1]"], "0"),
        ("x1 + 1e-30", "x1", ["[[0,1],[5,6]]"], "0"),
        ("x1 + 1e-6", "x1", ["[0,1]"], "abs:1e-7"),
        ("x1*1.01", "x1", ["[1,2]"], "rel:0.001"),
        ("Abs(x1)", "x1", ["[-1,1]"], "0"),
        ("sqrt(x1)**2", "x1", ["[-1,1]"], "0"),
        ("sqrt(x1)**0", "1", ["[-1,1]"], "0"),
        ("sin(x1)", "x1", ["[0,1]"], "0"),
        ("exp(x1)", "exp(x1) + 1e-30", ["[1,2]"], "0"),
        ("floor(x1)", "x1 - Mod(x1, 1) + Piecewise((1, x1 > 7), (0, True))", ["[0,8]"], "0"),
        ("x1 < 5", "True", ["[0,5]"], "0"),
        ("x1 == x2", "False", ["[0,1]"], "0"),
        ("Piecewise((x1, x1 < 1))", "x1", ["[0,1]"], "0"),
        ("x1 + x2", "x1 + x3", ["x1=[0,1]", "x2=[2,3]", "x3=[4,5]"], "0"),
    ],
)
def test_a_false_claim_is_refuted_at_a_point_of_the_domain_that_violates_it_again(
    left: str, right: str, ranges: list[str], tolerance: str
) -> None:
    made = claim(left, right, *ranges, tolerance=tolerance)
    found = check(made, EFFORT)
    assert found.verdict == "refuted"
    example = found.counterexample
    assert example.point in made.domain
    assert isinstance(judge(made, example.point), Counterexample)
    values = evaluate(made.left, example.point), evaluate(made.right, example.point)
    assert values[0] != values[1] or not isinstance(values[0], Fraction | bool)
    assert found.reason == example.reason


@pytest.mark.parametrize(
    ("left", "right", "extent"),
    [
        ("1/x1", "x1**-1", "[-1,1]"),
        ("log(x1)", "ln(x1)", "[-1,1]"),
        ("sqrt(x1)", "x1**(1/2)", "[-1,1]"),
        ("1/(x1**2 - 2)", "(x1**2 - 2)**-1", "[1,2]"),
        ("tan(x1)", "tan(x1)", "[0,2]"),
        ("log(x1)", "log(x1)", "[-10,-9]"),
        ("1/(x1 - x2 + 1/7)", "7/(7*x1 - 7*x2 + 1)", "[0,1]"),
        ("log(x1) < 0", "0 > log(x1)", "[-1,1]"),
    ],
)
def test_a_claim_is_unknown_where_both_sides_are_undefined_somewhere(
    left: str, right: str, extent: str
) -> None:
    found = verdict(left, right, extent)
    assert found.verdict == "unknown"
    assert found.reason
    assert found.points is None
    assert found.violating_fraction_below is None


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("1/3 + 1/6", "1/2", "proved"),
        ("2**10", "1024", "proved"),
        ("0.1 + 0.2", "0.30000000000000004", "refuted"),
        ("sqrt(4)", "2", "proved"),
        ("pi", "22/7", "refuted"),
        ("sqrt(2)**2", "2", "proved"),
        ("1/0", "1", "refuted"),
        ("1/0", "1/0", "unknown"),
        ("1 < 2", "True", "proved"),
        ("floor(sqrt(2)**2)", "2", "proved"),
        ("sqrt(3 + 2*sqrt(2))", "1 + sqrt(2)", "proved"),
        ("floor(sqrt(3 + 2*sqrt(2)) - sqrt(2))", "1", "proved"),
        ("acos(cos(4))", "2*pi - 4", "tested"),
        ("floor(acos(cos(4))/(2*pi - 4))", "1", "unknown"),
        ("True", "False", "refuted"),
    ],
)
def test_a_claim_about_constants_has_one_point(left: str, right: str, level: str) -> None:
    found = verdict(left, right)
    assert found.verdict == level
    assert found.domain == {}
    if level == "refuted":
        assert found.counterexample.point == {}


EXIT_CODES = {
    "proved": {"tested": 0, "bounded": 0, "proved": 0},
    "bounded": {"tested": 0, "bounded": 0, "proved": 3},
    "tested": {"tested": 0, "bounded": 3, "proved": 3},
    "refuted": {"tested": 1, "bounded": 1, "proved": 1},
    "unknown": {"tested": 3, "bounded": 3, "proved": 3},
}


@pytest.mark.parametrize("level", EXIT_CODES)
def test_the_exit_code_says_whether_the_required_level_is_reached(level: str) -> None:
    found = Verdict(level, "by hand", {}, "0")
    assert {required: found.exit_code(required) for required in REQUIRABLE} == EXIT_CODES[level]


@pytest.mark.parametrize(
    ("left", "right", "extent"),
    [
        ("x1 + x1", "2*x1", "[0,1]"),
        ("Abs(x1)", "max(x1, -x1)", "[-5,5]"),
        ("sin(x1)", "x1", "[0,1]"),
        ("log(x1)", "log(x1)", "[-1,1]"),
    ],
)
def test_the_same_seed_gives_the_same_verdict_but_for_the_seconds(
    left: str, right: str, extent: str
) -> None:
    shown = [verdict(left, right, extent).to_json() for _ in range(2)]
    seconds = [entry.pop("seconds") for entry in shown]
    assert shown[0] == shown[1]
    assert all(taken >= 0 for taken in seconds)
    assert json.loads(json.dumps(shown[0])) == shown[0]


def test_the_verdict_names_its_domain_tolerance_and_arithmetic() -> None:
    shown = verdict("x1", "x1 + 1", "[[-6,-2],[2,6]]", tolerance="abs:1/3").to_json()
    assert shown["domain"] == {"x1": "[[-6,-2],[2,6]]"}
    assert shown["tolerance"] == "abs:1/3"
    assert shown["arithmetic"] == "reals"
    assert shown["counterexample"]["checked_in"] == "exact rationals"


@pytest.mark.parametrize(
    ("left", "right", "extent", "level"),
    [
        ("Abs(x1)", "x1", "[0,1e400]", "proved"),
        ("Abs(x1)", "x1", "[-1e400,1e400]", "refuted"),
        ("Abs(x1)", "x1", "[1e-400,1e-399]", "proved"),
        ("Abs(x1)", "-x1", "[1e-400,1e-399]", "refuted"),
    ],
)
def test_a_range_beyond_floating_point_is_checked_without_a_crash(
    left: str, right: str, extent: str, level: str
) -> None:
    assert verdict(left, right, extent).verdict in (level, "unknown")


@pytest.mark.parametrize("extent", thinned(["[1/3,0.33333333333333333334]", "[1e-400,1e-399]"]))
def test_points_outside_a_range_that_holds_no_float_are_not_counted(extent: str) -> None:
    found = verdict("acos(cos(4))*x1", "(2*pi - 4)*x1", extent)
    assert (found.points or 0) <= EFFORT.examples


def test_a_region_where_one_side_is_undefined_is_never_called_tested() -> None:
    gap = "(x1 - 0.3141)*(x1 - 0.3341)"
    found = verdict(f"sqrt({gap})**0", "1", "[0,1]")
    assert found.verdict == "refuted"


def test_a_condition_undefined_in_a_narrow_region_is_never_called_tested() -> None:
    gap = "(x1 - 0.3141)*(x1 - 0.3341)"
    found = verdict(f"Piecewise((2, sqrt({gap}) < 0), (1, True))", "1", "[0,1]")
    assert found.verdict == "refuted"


def test_a_claim_keeps_a_counterexample_simple() -> None:
    made: Claim = claim("x1*x2", "x1*x2 + (x1 - 3)*0 + x1 - x2", "[0,10]")
    example = check(made, EFFORT).counterexample
    assert all(value.denominator == 1 and value <= 1 for value in example.point.values())


def test_an_undefined_side_is_shown_as_such() -> None:
    example = verdict("x1/x1", "1", "[-1,1]").counterexample
    assert example.point == {"x1": 0}
    assert example.left == "undefined (division by zero)"
    assert example.right == "1"
    assert evaluate(claim("x1/x1", "1", "[-1,1]").left, example.point) == Undefined(
        "division by zero"
    )
