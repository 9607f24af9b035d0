from __future__ import annotations

from fractions import Fraction

import pytest
from helpers_trees import claim

from nalmx.errors import ExpressionError, SettingError
from nalmx.verify import Counterexample, Tolerance
from nalmx.verify.witness import Blocked, Judgement, judge


def at(
    left: str, right: str, x1: str | int, tolerance: str = "0", extent: str = "[-10,10]"
) -> Judgement:
    return judge(claim(left, right, extent, tolerance=tolerance), {"x1": Fraction(x1)})


@pytest.mark.parametrize(
    ("left", "right", "x1", "tolerance"),
    [
        ("x1/3", "1/3", 1, "0"),
        ("x1 < 1", "1 > x1", 1, "0"),
        ("x1 + 1", "x1", 1, "abs:1"),
        ("x1*3", "x1*2", 1, "rel:1/2"),
        ("x1*3", "x1*2", 0, "rel:1/2"),
        ("sqrt(x1)**2", "x1", 2, "0"),
        ("exp(x1)*exp(-x1)", "1", 3, "0"),
        ("sin(x1)**2 + cos(x1)**2", "1", 3, "0"),
        ("sqrt(x1)", "1.41421356", 2, "abs:1e-8"),
        ("exp(x1)", "exp(x1) + 1e-9", 5, "rel:1e-10"),
        ("sqrt(x1) < 2", "True", 2, "0"),
    ],
)
def test_sides_within_the_tolerance_agree(left: str, right: str, x1: int, tolerance: str) -> None:
    assert at(left, right, x1, tolerance) == "agrees"


@pytest.mark.parametrize(
    ("left", "right", "x1", "tolerance", "reason"),
    [
        ("x1", "x1 + 1", 2, "0", "they differ by 1.00000"),
        ("x1", "x1 + 1e-30", 2, "0", "they differ by 1.00000e-30"),
        ("x1 + 1", "x1", 2, "abs:0.999999999999999999999999999999", "they differ by 1.00000"),
        ("x1*3", "x1*2", 1, "rel:0.4999999999999999999999999", "they differ by 1.00000"),
        ("x1*3", "0*x1", 1, "rel:100", "they differ by 3.00000"),
        ("x1 < 1", "True", 1, "abs:5", "the condition does not hold: 1 < 1 is false"),
    ],
)
def test_rational_sides_that_differ_are_a_counterexample_in_exact_rationals(
    left: str, right: str, x1: int, tolerance: str, reason: str
) -> None:
    found = at(left, right, x1, tolerance)
    assert isinstance(found, Counterexample)
    assert found.checked_in == "exact rationals"
    assert found.reason == reason
    assert found.point == {"x1": x1}


@pytest.mark.parametrize(
    ("left", "right", "x1", "tolerance"),
    [
        ("sqrt(x1)", "1.41421356", 2, "0"),
        ("sqrt(x1)", "1.41421356", 2, "abs:1e-9"),
        ("exp(x1)", "exp(x1)*1.001", 2, "rel:1e-4"),
        ("sqrt(x1)", "sqrt(x1) + 1e-12", 2, "0"),
        ("sqrt(x1)", "sqrt(x1) + 1e-17", 2, "0"),
        ("sqrt(x1)", "sqrt(x1) + 1e-20", 2, "0"),
        ("sqrt(x1)", "sqrt(x1) + 1e-30", 2, "0"),
        ("sqrt(x1)", "sqrt(x1) + 1e-60", 2, "0"),
        ("exp(-10*x1)", "2*exp(-10*x1)", 10, "0"),
        ("exp(-10*x1)", "0", 10, "0"),
        ("sqrt(x1) < 2", "False", 2, "0"),
        ("pi*x1", "22/7*x1", 1, "0"),
    ],
)
def test_irrational_sides_that_differ_are_a_counterexample_in_balls(
    left: str, right: str, x1: int, tolerance: str
) -> None:
    found = at(left, right, x1, tolerance)
    assert isinstance(found, Counterexample)
    assert found.checked_in == "balls"


@pytest.mark.parametrize(
    ("left", "right", "side"),
    [
        ("1/x1", "1", "left"),
        ("x1", "x1/x1", "right"),
        ("x1/x1", "exp(x1 + 1)", "left"),
        ("sqrt(2)", "log(x1)", "right"),
        ("log(x1) < 0", "True", "left"),
        ("sqrt(x1 - pi)", "0", "left"),
        ("1", "(1/x1)**0", "right"),
    ],
)
@pytest.mark.parametrize("tolerance", ["0", "abs:1000000", "rel:1000000"])
def test_one_undefined_side_is_a_counterexample_whatever_the_tolerance(
    left: str, right: str, side: str, tolerance: str
) -> None:
    found = at(left, right, 0, tolerance)
    assert isinstance(found, Counterexample)
    assert found.reason.startswith(f"the {side} side is undefined here: ")
    assert "undefined" in (found.left if side == "left" else found.right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("1/x1", "1/x1"), ("1/x1", "log(x1)"), ("sqrt(x1 - pi)", "1/x1"), ("log(-E)", "log(-pi*E)")],
)
def test_two_undefined_sides_block_the_claim(left: str, right: str) -> None:
    if "x1" not in left:
        left = f"{left} + x1"
    found = at(left, right, 0)
    assert isinstance(found, Blocked)
    assert found.reason.startswith("neither side is defined: ")
    assert found.point == {"x1": 0}


@pytest.mark.parametrize(
    ("left", "right", "tolerance"),
    [
        ("floor(sqrt(x1)**2)", "2", "0"),
        ("sqrt(x1)**2 < 2", "True", "0"),
        ("1/(sqrt(x1)**2 - 2)", "1", "0"),
        ("sqrt(x1)**2", "1", "abs:1"),
        ("sqrt(sqrt(x1)**2 - 2)", "0", "0"),
        ("Piecewise((1, sqrt(x1)**2 == 2), (0, True))", "1", "0"),
        ("exp(exp(exp(exp(exp(x1)))))", "1", "0"),
    ],
)
def test_what_no_precision_decides_stays_open(left: str, right: str, tolerance: str) -> None:
    assert at(left, right, 2, tolerance) == "open"


def test_more_bits_decide_more() -> None:
    made = claim("sqrt(x1) < sqrt(x1) + 1e-30", "True", "[1,3]")
    assert judge(made, {"x1": Fraction(2)}, most_bits=64) == "open"
    assert judge(made, {"x1": Fraction(2)}, most_bits=256) == "agrees"


def test_a_point_outside_the_domain_is_refused() -> None:
    with pytest.raises(ValueError, match="outside the domain"):
        at("x1", "x1", 11)


@pytest.mark.parametrize(
    ("left", "right", "x1", "extent"),
    [
        ("x1**1000", "x1**1000 + 1", 10**1000, "[0,1e1000]"),
        ("x1**1000*x1**1000", "x1**1000*x1**1000 + 1", "1/997", "[0,1]"),
        ("x1**1000*x1**1000", "1/x1", 0, "[0,1]"),
        ("1/x1", "x1 + 10**1000*10**1000*10**1000*10**1000*10**1000", 0, "[0,1]"),
        ("x1", "x1 + 10**1000*10**1000*10**1000*10**1000*10**1000", 0, "[0,1]"),
    ],
)
def test_values_of_thousands_of_digits_are_shown_briefly(
    left: str, right: str, x1: int | str, extent: str
) -> None:
    found = at(left, right, x1, extent=extent)
    assert isinstance(found, Counterexample)
    assert len(found.left) + len(found.right) < 200


def test_a_counterexample_is_written_as_json_texts() -> None:
    found = at("x1/3", "1/x1 + pi", "-1/3")
    assert isinstance(found, Counterexample)
    shown = found.to_json()
    assert shown["point"] == {"x1": "-1/3"}
    assert shown["left"] == "-1/9"
    assert shown["right"].startswith("[0.14159265358979")
    assert shown["checked_in"] == "balls"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0", "0"),
        ("abs:0", "0"),
        ("rel:0.0", "0"),
        ("abs:1e-6", "abs:0.000001"),
        (" rel:1/3 ", "rel:1/3"),
        ("abs:2", "abs:2"),
    ],
)
def test_a_tolerance_is_read_and_shown(text: str, shown: str) -> None:
    assert str(Tolerance.parse(text)) == shown


@pytest.mark.parametrize(
    "text",
    ["", "1", "1e-6", "abs", "abs:", "abs:-1", "rel:nan", "abs:inf", "ulp:1", ":0", "abs:1:2", "x"],
)
def test_another_tolerance_is_refused_on_one_line(text: str) -> None:
    with pytest.raises(SettingError, match="is not a tolerance") as caught:
        Tolerance.parse(text)
    assert str(caught.value).splitlines() == [str(caught.value)]


def test_a_claim_compares_like_with_like_and_needs_a_range_for_each_input() -> None:
    with pytest.raises(ExpressionError, match="compare like with like"):
        claim("x1", "x1 < 1", "[0,1]")
    made = claim("x1", "x1", "[0,1]")
    other = claim("x2", "x2", "[0,1]")
    with pytest.raises(ExpressionError, match="'x2' has no range"):
        type(made)(made.left, other.right, made.domain)
