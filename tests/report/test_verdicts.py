"""Verdicts as a person reads them."""

import pytest
from helpers_trees import claim, exhaustive_verdict

from nalmx.expression import parse, variables
from nalmx.report.sentences import domain_text, explain
from nalmx.report.verdicts import verdict_lines
from nalmx.verify import Claim, Domain, Effort, Tolerance, check

QUICK = Effort(examples=50, points=2_000, boxes=200)


def verdict(left, right, *ranges, tolerance="0"):
    sides = parse(left), parse(right)
    domain = Domain.parse(ranges, variables(*sides))
    return check(Claim(*sides, domain, Tolerance.parse(tolerance)), QUICK)


@pytest.mark.parametrize(
    ("domain", "text"),
    [
        ({}, ""),
        ({"x1": "[2,6]"}, "x1 in [2,6]"),
        ({"x1": "[2,6]", "x2": "[2,6]"}, "x1, x2 in [2,6]"),
        ({"x1": "[2,6]", "x2": "[1,3]", "x3": "[2,6]"}, "x1, x3 in [2,6], x2 in [1,3]"),
        ({f"x{i}": "[0,1]" for i in range(1, 11)}, "x1, …, x10 in [0,1]"),
    ],
)
def test_a_domain_names_every_range_once(domain, text):
    assert domain_text(domain) == text


def test_proved_says_where_and_how():
    text = explain(verdict("x1*x2", "x2*x1", "[2,6]"))
    assert text.startswith(
        "equal for all real x1, x2 in [2,6], and both defined there (exact algebra"
    )


def test_tested_says_how_many_points_and_why_there_is_no_proof():
    text = explain(verdict("Max(atan(x1), atan(x2))", "atan(Max(x1, x2))", "[0,1]"))
    assert "no counterexample in 2,0" in text
    assert "95 % sure that less than 0.0019 of the domain violates it" in text
    assert "not proved: the normal forms of the two sides differ" in text


def test_refuted_shows_the_point_and_both_values():
    lines = [line.plain for line in verdict_lines(verdict("x1", "x1 + 1", "[2,6]"))]
    assert lines[0] == "refuted: they differ by 1.00000"
    assert lines[1:5] == ["  x1 = 2", "  left  = 2", "  right = 3", "  checked in exact rationals"]


def test_a_tolerance_is_part_of_what_is_said():
    refuted = explain(verdict("x1", "x1 + 1", "[2,6]", tolerance="abs:0.5"))
    assert refuted.endswith("(tolerance abs:0.5)")
    bounded = explain(verdict("x1", "x1 + 1", "[2,6]", tolerance="abs:2"))
    assert bounded.startswith("at most 1 apart for all real x1 in [2,6] (branch and bound")
    relative = explain(verdict("1.5*x1", "x1", "[2,6]", tolerance="rel:1"))
    assert relative.startswith("at most 5e-1 of the right side apart")


def test_a_verdict_on_float_inputs_does_not_speak_of_all_reals():

    made = claim("x1 + 1", "1 + x1", "[1,1.0001]", tolerance="abs:1e-9")
    text = explain(exhaustive_verdict(made, threads=1))
    assert "for every float32 x1 in [1,1.0001]" in text
    assert "real" not in text


def test_unknown_says_why():
    text = explain(verdict("1/x1", "1/x1", "[-1,1]"))
    assert "neither side is defined: division by zero at x1 = 0" in text
