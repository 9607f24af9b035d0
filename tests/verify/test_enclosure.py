"""Branch and bound: bounds that hold and are tight, needles that are found, poles that block."""

import math
from fractions import Fraction

import pytest
from helpers_trees import claim

from nalmx.expression import parse, variables
from nalmx.verify import Domain, Effort, check
from nalmx.verify.algebra.signs import POSITIVE, SignCondition
from nalmx.verify.bounding.bounds import as_fraction, decimal, decimal_below, round_up
from nalmx.verify.bounding.enclosure import Budget, Piece, bound

EFFORT = Effort(examples=30, points=2_000)


def piece(text, *ranges, conditions=(), cap=None):
    tree = parse(text)
    domain = Domain.parse(ranges, variables(tree, *(c.function for c in conditions)))
    return Piece((tree,), domain.ranges, conditions, cap)


@pytest.mark.parametrize(
    ("text", "ranges", "largest"),
    [
        ("x*(1 - x)", ["[0,1]"], 0.25),
        ("x*y - x - y", ["[0,3]"], 3.0),
        ("sin(x)*cos(y)", ["[0,4]"], 1.0),
        ("x**3 - 3*x", ["[-2,2]"], 2.0),
        ("abs(x - y) + 1/10", ["[-1,1]"], 2.1),
        ("exp(-x**2)*x", ["[0,5]"], math.exp(-0.5) / math.sqrt(2)),
        ("x", ["[[-3,-2],[1,2]]"], 3.0),
    ],
)
def test_the_bound_is_rigorous_and_close_to_the_largest_value(text, ranges, largest):
    found = bound([piece(text, *ranges)], Fraction(10))
    assert largest * (1 - 1e-12) <= float(found.upper) <= 1.03 * largest
    assert float(found.largest) <= largest * (1 + 1e-12)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("Max(0, 1 - 1000000*abs(x - 0.3))", ["[0,1]"]),
        ("exp(-((x - 0.7)*1e6)**2)", ["[-5,5]"]),
        ("1/(1 + ((x - 0.3)*1e9)**2 + ((y + 2)*1e9)**2)", ["[-3,3]"]),
        ("Piecewise((1, abs(x - 1/7) < 1e-9), (0, True))", ["[0,1]"]),
    ],
)
def test_a_needle_is_refuted_and_not_missed(text, domain):
    verdict = check(claim(text, "0", *domain, tolerance="abs:1e-3"), EFFORT)
    assert verdict.verdict == "refuted"


def test_a_pole_is_not_bounded_and_the_box_in_the_way_is_named():
    found = bound([piece("1/(x - 1/3)", "[0,1]")], Fraction(10**30), Budget(boxes=500))
    assert not found.upper.is_finite()
    assert Fraction(1, 3) in found.worst["x"]


def test_the_search_stops_at_a_value_above_the_limit():
    found = bound([piece("x**2", "[0,10]")], Fraction(1, 2))
    assert found.largest > 0.5
    assert found.boxes < 10


def test_only_where_the_conditions_hold_counts():
    conditions = (SignCondition(parse("1 - x"), POSITIVE),)
    found = bound([piece("x", "[0,10]", conditions=conditions)], Fraction(2))
    assert found.upper <= 1.05
    assert found.largest <= 1


def test_a_bound_known_beforehand_is_used():
    conditions = (SignCondition(parse("x - y"), POSITIVE),)
    found = bound([piece("x - y", "[0,1]", conditions=conditions, cap=Fraction(1, 2))], Fraction(1))
    assert found.upper <= 0.5


def test_the_leaves_cover_the_domain():
    found = bound([piece("x*y*(1 - x)", "[0,1]")], Fraction(1))
    area = sum(leaf.box["x"].width * leaf.box["y"].width for leaf in found.leaves)
    assert area == 1


@pytest.mark.parametrize(
    ("left", "right", "extent", "tolerance"),
    [
        ("sin(x)", "x - x**3/6", "[-1,1]", "abs:0.0086"),
        ("0.99999*x1*x2 + 0.00002", "x1*x2", "[-4,6]", "abs:4e-4"),
        ("exp(0.99999*log(abs(x1) + 1e-7) + 1.00001*log(abs(x2) + 1e-7))", "x1*x2", "[2,6]", "abs:1.4e-4"),
        ("1.0000001*x1*x2", "x1*x2", "[-1,1]", "rel:1.1e-7"),
        ("floor(x)", "x", "[0,10]", "abs:1"),
        ("Max(x, y + 0.001)", "Max(x, y)", "[-1,1]", "abs:1.01e-3"),
        ("sqrt(x + 1e-7)", "sqrt(x)", "[0,1]", "abs:3.2e-4"),
    ],
)  # fmt: skip
def test_a_claim_with_a_tolerance_is_bounded_tightly(left, right, extent, tolerance):
    verdict = check(claim(left, right, extent, tolerance=tolerance), EFFORT)
    assert verdict.verdict == "bounded"
    size = float(Fraction(tolerance.partition(":")[2]))
    assert float(verdict.largest_difference) <= 1.0001 * size
    assert float(verdict.bound) <= size
    assert float(verdict.bound) <= 1.05 * float(verdict.largest_difference)
    assert verdict.boxes >= 1


def test_what_may_be_undefined_is_not_bounded():
    verdict = check(claim("1/x + 1e-9", "1/x", "[-1,1]", tolerance="abs:1e-6"), EFFORT)
    assert verdict.verdict == "unknown"


@pytest.mark.parametrize("value", ["9.999e-6", "1", "0.00012345", "123456", "1e-300", "7e300"])
def test_a_bound_is_rounded_up_to_four_digits(value):
    exact = Fraction(value)
    assert exact <= Fraction(decimal(exact)) <= exact * Fraction(1001, 1000)
    assert round_up(exact, exact) == exact


@pytest.mark.parametrize("value", ["9.9996e-6", "1", "0.00012345", "123456.7", "1e-300"])
def test_the_largest_difference_is_rounded_down(value):
    exact = Fraction(value)
    assert exact * Fraction(999, 1000) <= Fraction(decimal_below(exact)) <= exact


def test_a_bound_that_would_be_rounded_past_the_tolerance_is_spelled_exactly():
    exact = Fraction("1.23456e-5")
    assert Fraction(decimal(exact, exact)) == exact
    assert decimal(exact, Fraction(1)) == "1.235e-5"


def test_a_tiny_bound_is_rounded_up_and_not_to_zero():
    import flint

    tiny = flint.arb(2) ** -1_000_000
    assert 0 < as_fraction(tiny) < Fraction(1, 10**1000)


@pytest.mark.parametrize(
    ("gated", "alone", "tolerance"),
    [
        ("x*y/(1 + exp(-20.3*x)) + (x + y)/(1 + exp(20.3*x))", "x*y", "abs:1e-12"),
        ("x*y/(1 + exp(-4.6*x - 4.9*y)) + (x + y)/(1 + exp(4.6*x + 4.9*y))", "x*y", "abs:3e-7"),
        ("(x + 1e-7)**0.99999*y*(1 - 1/(1 + exp(5*x + 5*y))) + x/(1 + exp(5*x + 5*y))", "x*y", "abs:7e-4"),
    ],
)  # fmt: skip
def test_a_saturated_gate_is_bounded_in_a_few_boxes(gated, alone, tolerance):
    verdict = check(claim(gated, alone, "[2,6]", tolerance=tolerance), EFFORT)
    assert verdict.verdict == "bounded"
    assert verdict.boxes < 1_000
    assert float(verdict.bound) <= 1.05 * float(verdict.largest_difference)
