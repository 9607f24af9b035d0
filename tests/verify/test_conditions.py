"""Conditions as claims: inequalities are proved and replayed where they are true, and refuted elsewhere."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from helpers_pytest import thinned

from nalmx.errors import CertificateError
from nalmx.expression import parse, to_text
from nalmx.ranges import Range
from nalmx.verify import Claim, Effort, Verdict, check
from nalmx.verify.certificate import Certificate, certify, digest_of
from nalmx.verify.order.balls import InBalls
from nalmx.verify.order.changes import in_ratios
from nalmx.verify.order.degrees import is_homogeneous
from nalmx.verify.order.goal import Goal, Touching
from nalmx.verify.order.mean_values import by_slopes
from nalmx.verify.order.proof import METHOD
from nalmx.verify.order.rules import Rules

NAMED: dict[str, Any] = {
    "exp(x) >= 1 + x": "[-5,5]",
    "sin(x) <= x": "[0,10]",
    "(a + b)/2 >= sqrt(a*b)": "[0,10]",
    "x**4*y**2 + x**2*y**4 + 1 >= 3*x**2*y**2": "[-2,2]",
    "log(x) <= x - 1": "[0.1,10]",
    "x/(1 + exp(-x)) >= -0.2785": "[-50,50]",
    "tan(sin(sin(a))) > a": "[-0.5,-0.01]",
    "tan(sin(sin(a))) <= a": "[0,0.5]",
}
OTHERS: dict[str, Any] = {
    # Where the sides touch: at ends, at irrational points, along curves, at roots.
    "atan(x) <= x": "[0,10]",
    "exp(x) >= E*x": "[-3,3]",
    "x*log(x) >= -1/E": "[0.01,5]",
    "1 + cos(x) >= 0": "[0,4]",
    "x**2 + 2/x**2 >= 2*sqrt(2)": "[0.5,3]",
    "exp(x) - 2*x >= 2 - 2*log(2)": "[-2,2]",
    "exp(x) >= exp(y)*(1 + x - y)": "[-3,3]",
    "exp(x + y) >= 1 + x + y": "[-3,3]",
    "sqrt(x) >= x": "[0,1]",
    "sqrt((a**2 + b**2)/2) >= (a + b)/2": "[0,5]",
    "sqrt(a**2 + b**2) <= abs(a) + abs(b)": "[-5,5]",
    "exp(x*y) >= 1 + x*y": "[-2,2]",
    "x*log(x/y) >= x - y": "[0.1,5]",
    "(x < y) | (exp(x) >= exp(y))": "[-3,3]",
    "sqrt(2) + sqrt(3) >= sqrt(5 + 2*sqrt(6))": "{}",
    "a**3 + b**3 + c**3 >= 3*a*b*c": "[0,3]",
    "Max(x, y) <= log(exp(x) + exp(y))": "[-3,3]",
    # Infinite slopes, a function concave in one input, a slope with the sign of y - x, sums as products.
    "asin(x) <= pi*x/2": "[0,1]",
    "x**y <= 1 + y*(x - 1)": {"x": "[0.1,10]", "y": "[0,1]"},
    "2**x <= 1 + x": "[0,1]",
    "p*log(p/q) + (1 - p)*log((1 - p)/(1 - q)) >= 2*(p - q)**2": "[0.05,0.95]",
    "sin(x) + sin(y) <= 2*sin((x + y)/2)": "[0,3.1415]",
    # One input may be 1; a slope that algebra knows to be nowhere negative.
    "a/(b + c) + b/(c + a) + c/(a + b) >= 3/2": "[1,3]",
    "(a + b + c)/3 >= cbrt(a*b*c)": "[1,3]",
    "abs(sin(x) - sin(y)) <= abs(x - y)": "[-3,3]",
    # Slopes of one function; a zero along a curve on which one input is a quotient of the others.
    "abs(x - y)/4 >= abs(1/(1 + exp(-y)) - 1/(1 + exp(-x)))": "[-5,5]",
    "abs(sqrt(x) + x - sqrt(y) - y) <= 3*abs(x - y)/2": {"x": "[1,2]", "y": "[2,4]"},
    "a*log(a/x) + b*log(b/y) >= (a + b)*log((a + b)/(x + y))": "[1,2]",
    # Several conditions, and what is not an inequality of smooth functions.
    "(exp(x) > 0) & ~(x > exp(x))": "[-3,3]",
    "1 - x**2/2 <= cos(x) <= 1": "[-2,2]",
    "abs(sin(x)) <= abs(x)": "[-3,3]",
    "exp(x) != x": "[-3,3]",
}
LONGER = (
    "a*log(a/x) + b*log(b/y) >= (a + b)*log((a + b)/(x + y))",
    "atan(x) <= x",
    "exp(x*y) >= 1 + x*y",
    "exp(x) - 2*x >= 2 - 2*log(2)",
    "x**y <= 1 + y*(x - 1)",
    "2**x <= 1 + x",
    "x**4*y**2 + x**2*y**4 + 1 >= 3*x**2*y**2",
    "tan(sin(sin(a))) <= a",
    "1 - x**2/2 <= cos(x) <= 1",
    "x*log(x/y) >= x - y",
    "Max(x, y) <= log(exp(x) + exp(y))",
    "a**3 + b**3 + c**3 >= 3*a*b*c",
    "abs(sin(x)) <= abs(x)",
    "exp(x) != x",
    "a/(b + c) + b/(c + a) + c/(a + b) >= 3/2",
    "(a + b + c)/3 >= cbrt(a*b*c)",
    "asin(x) <= pi*x/2",
    "p*log(p/q) + (1 - p)*log((1 - p)/(1 - q)) >= 2*(p - q)**2",
    "abs(sin(x) - sin(y)) <= abs(x - y)",
)
FALSE = {
    "exp(x) > 1 + x": "[-5,5]",
    "exp(x) >= 1 + x + 1e-12": "[-5,5]",
    "sin(x) >= x - x**3/6 + x**5/100": "[0,1]",
    "tan(sin(sin(a))) > a": "[0.1,0.5]",
    "x**4*y**2 + x**2*y**4 + 1 > 3*x**2*y**2": "[-2,2]",
    "(a + b)/2 >= sqrt(a*b) + 1e-9": "[0,10]",
    "log(x) < x - 1": "[0.5,2]",
    "x**2 >= 1/10**9": "[-1,1]",
    "a/b + b/a >= 2 + 1e-9": "[1,3]",
    "abs(sqrt(x) - sqrt(y)) <= 3*abs(x - y)": "[0,1]",
    "abs(1/x - 1/y) <= 9*abs(x - y)": {"x": "[-2,-1]", "y": "[0.1,2]"},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a/(b + c) >= 3/2", True),
        ("sqrt(a*b) <= Max(a, b)", True),
        ("exp(a/b) >= 1", True),
        ("a >= 0", True),
        ("a + 1 >= b", False),
        ("a*b >= a", False),
        ("exp(a) >= b/b", False),
        ("(a - 1)*b/(a - 1) >= b", False),
        ("floor(a) >= b", False),
    ],
)
def test_a_condition_has_a_degree_by_the_way_it_is_written(text: str, expected: bool) -> None:
    assert is_homogeneous(parse(text)) is expected


def test_one_input_becomes_1_and_the_others_its_multiples() -> None:
    made = in_ratios(Claim.that("a/b + b/a >= 2", {"a": "[-1,2]", "b": "[1,4]"}))
    assert made is not None
    assert to_text(made.left) == "a/1 + 1/a >= 2"
    assert made.domain.to_json() == {"a": "[-1,2]"}
    assert in_ratios(Claim.that("a/b + b/a >= 2", "[-1,1]")) is None
    assert in_ratios(Claim.that("a/b + b/a >= 2", "[1,4]", ["a"])) is None


def test_a_distance_of_values_becomes_a_bound_on_a_slope() -> None:
    made = by_slopes(
        Claim.that("abs(log(x) - log(y)) <= 3*abs(y - x)", {"x": "[1,2]", "y": "[3,4]"})
    )
    assert made is not None
    assert to_text(made.left) == "Abs(1/x + 0*log(x)) <= 3"
    assert made.domain.to_json() == {"x": "[1,4]"}
    for other in (
        "abs(sin(x) - sin(y)) < abs(x - y)",
        "abs(sin(x) - sin(y)) <= abs(x - y - y)",
        "abs(sin(x) - sin(y)) <= abs(x + y)",
        "abs(sin(x) - sin(y)) <= abs(x - y)*x",
        "abs(sin(x) + sin(y)) <= abs(x - y)",
        "abs(2*sin(x) - sin(y)) <= abs(x - y)",
        "abs(floor(x) - floor(y)) <= abs(x - y)",
        "abs(abs(x) - abs(y)) <= abs(x - y)",
        "abs(x - y) <= abs(sin(x) - sin(y))",
        "sin(x) - sin(y) <= x - y",
        "abs(z*x - z*y) <= abs(x - y)",
    ):
        assert by_slopes(Claim.that(other, "[1,3]")) is None, other


def verdict_of(text: str, domain: str, **effort: Any) -> Verdict:
    return check(Claim.that(text, domain), Effort(points=2_000, examples=50, **effort))


@pytest.mark.parametrize(
    "text",
    [pytest.param(t, marks=pytest.mark.slow if t in LONGER else ()) for t in [*NAMED, *OTHERS]],
)
def test_a_true_condition_is_proved_and_its_certificate_replayed(text: str) -> None:
    domain = (NAMED | OTHERS)[text]
    claim = Claim.that(text, {} if domain == "{}" else domain)
    verdict = check(claim)
    assert verdict.verdict == "proved"
    certificate = Certificate.from_json(certify(claim, verdict=verdict).to_json())
    replay = certificate.replay()
    assert replay.established, replay.reason


@pytest.mark.parametrize("text", FALSE)
def test_a_false_condition_is_refuted_however_little_it_fails(text: str) -> None:
    verdict = verdict_of(text, FALSE[text])
    assert verdict.verdict == "refuted"
    assert verdict.reason is not None
    assert verdict.reason.startswith("the condition does not hold: ")
    assert certify(Claim.that(text, FALSE[text]), verdict=verdict).replay().established


def test_a_condition_that_fails_at_an_irrational_point_only_is_not_proved() -> None:
    assert verdict_of("x**2 + 2/x**2 > 2*sqrt(2)", "[0.5,3]").verdict == "tested"
    assert verdict_of("sin(x) < 1", "[0,2]").verdict == "tested"


@pytest.mark.parametrize("text", ["1/x >= -5", "sqrt(x) >= 0", "log(x) <= x", "x/x >= 1"])
def test_a_condition_without_a_value_somewhere_is_refuted(text: str) -> None:
    verdict = verdict_of(text, "[-1,1]")
    assert verdict.verdict == "refuted"
    assert "undefined" in (verdict.reason or "")


@pytest.mark.parametrize(
    ("left", "right", "domain", "tolerance"),
    [
        ("x0*x1", "2", {"x0": "[0.9,1.1]", "x1": "[1.9,2.1]"}, "0.31"),
        ("x*y/3", "y", {"x": "[-1,1]", "y": "[0,0.3]"}, "0.4"),
        ("floor(8*x + 1/2)/8", "x", "[-1,1]", "1/16"),
    ],
)
def test_a_tolerance_that_is_attained_is_kept(
    left: str, right: str, domain: Any, tolerance: str
) -> None:
    claim = Claim.of(left, right, domain, f"abs:{tolerance}")
    verdict = check(claim)
    assert verdict.verdict == "bounded"
    assert Fraction(verdict.bound or "") <= Fraction(tolerance)
    replay = certify(claim, verdict=verdict).replay()
    assert replay.established, replay.reason
    less = f"abs:{Fraction(tolerance) * Fraction(999999, 1000000)}"
    assert check(Claim.of(left, right, domain, less)).verdict == "refuted"


def test_a_slope_counts_only_where_it_is_known_out_to_the_place_where_the_sides_touch() -> None:
    """The function is 0 on y = x; its slope is positive on the ranges, but not all the way to them."""
    ranges = {"x": Range.parse("[0,1]"), "y": Range.parse("[2,3]")}
    goal = Goal((parse("(exp(y - x) - 1)*(y - x - 1.2)"),), ranges)
    box = {name: extent.hull for name, extent in ranges.items()}
    assert not Rules(goal, InBalls()).touches(Touching({"y": parse("x")}), box)


def altered(certificate: Certificate, change: Any) -> Certificate:
    data = json.loads(json.dumps(certificate.to_json()))
    change(data)
    return Certificate.from_json({**data, "sha256": digest_of(data)})


def goal_of(data: dict[str, Any]) -> dict[str, Any]:
    goal: dict[str, Any] = data["evidence"]["conditions"][0]["goals"][0]
    return goal


CHANGES = {
    "another claim": lambda d: d["claim"].update(left="1 + x <= exp(x) - 1/10**9"),
    "a stronger sign": lambda d: goal_of(d).update(sign="> 0"),
    "other functions": lambda d: goal_of(d).update(functions=["exp(x)"]),
    "narrower ranges": lambda d: goal_of(d).update(ranges={"x": "[1,5]"}),
    "no zeros": lambda d: goal_of(d).update(zeros=[]),
    "another zero": lambda d: goal_of(d).update(zeros=[{"x": "1"}]),
    "a zero that is none": lambda d: goal_of(d).update(zeros=[{"x": "log("}]),
    "a zero of another input": lambda d: goal_of(d).update(zeros=[{"y": "x"}]),
    "no steps": lambda d: goal_of(d).update(steps=[]),
    "too many steps": lambda d: goal_of(d).update(steps=["t0 ."]),
    "too few steps": lambda d: goal_of(d).update(steps=["0 t0"]),
    "steps that are none": lambda d: goal_of(d).update(steps=["²"]),
    "a step that does not hold": lambda d: goal_of(d).update(steps=["."]),
    "not concave": lambda d: goal_of(d).update(steps=["0^ . ."]),
    "not monotone": lambda d: goal_of(d).update(steps=["0- ."]),
    "no such conditions": lambda d: goal_of(d).update(steps=["x"]),
    "no goals": lambda d: d["evidence"]["conditions"][0].update(goals=[]),
    "no conditions": lambda d: d["evidence"].update(conditions=[]),
    "no evidence": lambda d: d.update(evidence={}),
    "squares": lambda d: d["evidence"]["conditions"][0].update(written="with squares"),
    "no such way": lambda d: d["evidence"]["conditions"][0].update(written="anyhow"),
    "cases": lambda d: d["evidence"]["conditions"][0].update(cases=[]),
    "another verdict": lambda d: d.update(verdict="bounded"),
    "another bound": lambda d: d.update(bound="1"),
    "another method": lambda d: d.update(method="exact algebra: normal forms"),
}


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    certificate = certify(Claim.that("1 + x <= exp(x)", "[-5,5]"))
    assert certificate.data["method"] == METHOD
    assert certificate.replay().established
    return certificate


@pytest.mark.parametrize("name", thinned(CHANGES, 4))
def test_an_altered_certificate_is_not_established(certificate: Certificate, name: str) -> None:
    try:
        replayed = altered(certificate, CHANGES[name]).replay()
    except CertificateError:
        return
    assert not replayed.established


def test_the_same_certificate_serves_no_false_claim() -> None:
    """Steps, zeros and ranges of a proof, with a claim that is false by little."""
    certificate = certify(Claim.that("exp(x) - 1 - x >= 0", "[-5,5]"))
    assert certificate.replay().established

    def turn(data: dict[str, Any]) -> None:
        text = "exp(x) - 1 - x >= 1/10**12"
        data["claim"]["left"] = text
        condition = data["evidence"]["conditions"][0]
        condition["condition"] = text
        condition["goals"][0]["functions"] = ["exp(x) - 1 - x - 1/10**12"]

    assert not altered(certificate, turn).replay().established
