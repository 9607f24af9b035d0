"""Certificates that a divisor is never zero, and proofs that it is."""

from fractions import Fraction

import pytest
from helpers_pytest import thinned
from helpers_trees import claim
from hypothesis import given
from hypothesis import strategies as st

from nalmx.ranges import Interval
from nalmx.verify import Effort, check
from nalmx.verify.algebra.decision import decide
from nalmx.verify.algebra.suspects import simplest

QUICK = Effort(examples=50, points=2_000)


@pytest.mark.parametrize(
    ("divisor", "extent"),
    [
        ("x1", "[1e-9,1]"),
        ("x1", "[[-6,-2],[2,6]]"),
        ("x1**2 + 1e-6", "[-100,100]"),
        ("x1**2 - 2", "[1.4143,5]"),
        ("x1 - x2 + 5", "[0,4]"),
        ("x1**2 + x2**2 - 2*x1*x2 + 1", "[-3,3]"),
        ("1/x1", "[1,2]"),
        ("(x1 - 3)**2 + 0.01", "[0,10]"),
    ],
)
def test_a_divisor_without_zeros_lets_a_claim_be_proved(divisor, extent):
    assert decide(claim(f"1/({divisor})*({divisor})", "1 + 0*x2", extent)).outcome == "proved"


@pytest.mark.parametrize(
    ("divisor", "extent"),
    [
        ("x1**2 - 2", "[-2,10]"),
        ("x1**2 - 2", "[1.4142,1.4143]"),
        ("(x1**2 - 2)**2", "[1,2]"),
        ("x1**3 - x1 - 1", "[-9,9]"),
        ("x1 - x2 + 1/7", "[0,1]"),
        ("x1*x2 - 1", "[0,5]"),
        ("2/3 - 9*x1**2", "[-5,4]"),
        ("x1**2 + x2**2 - 3", "[0,7]"),
    ],
)
def test_a_divisor_that_changes_sign_is_a_pole_wherever_its_zeros_are(divisor, extent):
    finding = decide(claim(f"1/({divisor})*({divisor})", "1 + 0*x2", extent))
    assert finding.outcome == "pole"
    verdict = check(claim(f"1/({divisor})", f"1/({divisor}) + 0*x2", extent), QUICK)
    assert verdict.verdict == "unknown"


@pytest.mark.parametrize(
    ("divisor", "zero"),
    [
        ("(x1 - 1/3)**2 + (x2 - 1/7)**2", {"x1": Fraction(1, 3), "x2": Fraction(1, 7)}),
        ("x1**2 + x2**2", {"x1": Fraction(0), "x2": Fraction(0)}),
        ("(x1 - 0.123)**2 + (x2 - 0.9)**2", {"x1": Fraction(123, 1000), "x2": Fraction(9, 10)}),
    ],
)
def test_an_isolated_rational_zero_is_found_and_refutes(divisor, zero):
    verdict = check(claim(f"({divisor})/({divisor})", "1", "[0,1]"), QUICK)
    assert verdict.verdict == "refuted"
    assert verdict.counterexample.point == zero


@pytest.mark.parametrize(
    "divisor", ["+".join(f"v{i}" for i in range(100)), "*".join(f"v{i}" for i in range(200))]
)
def test_many_inputs_are_certified_quickly(divisor):
    assert decide(claim(f"1/({divisor})", f"1/({divisor})", "[1,2]")).outcome == "proved"


@given(st.fractions(-5, 5, max_denominator=50), st.fractions(0, 1, max_denominator=1000))
def test_the_simplest_rational_lies_inside_and_none_inside_is_simpler(lower, width):
    interval = Interval(lower, lower + width + Fraction(1, 1000))
    found = simplest(interval)
    assert found in interval
    for denominator in range(1, found.denominator):
        assert interval.lower * denominator // 1 == interval.upper * denominator // 1
        assert (interval.lower * denominator) % 1


def test_a_tolerance_does_not_hide_an_irrational_pole():
    made = claim("1/(x1**2 - 2)", "1/(x1**2 - 2) + 1e-9", "[1,2]", tolerance="abs:1e-6")
    verdict = check(made, QUICK)
    assert verdict.verdict == "unknown"
    assert "x1**2 - 2 is zero in the domain" in verdict.reason


@pytest.mark.parametrize(
    ("names", "extent"),
    thinned([(30, "[[1,2],[3,4]]"), (8, f"[{','.join(f'[{i},{i}.5]' for i in range(1, 100))}]")]),
)
def test_a_union_of_very_many_boxes_ends_in_time(names, extent):
    divisor = "+".join(f"v{i}**2 - v{i}/2" for i in range(names))
    assert decide(claim(f"1/({divisor})", f"1/({divisor})", extent)).outcome == "silent"
