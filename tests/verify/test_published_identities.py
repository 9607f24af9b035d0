"""Identities of each class that collections of rewrite rules have, restated: all are settled.

On positive numbers they are proved; on all numbers many hold where they are defined, and some are false.
"""

from __future__ import annotations

import importlib.util
import json
from fractions import Fraction
from pathlib import Path

import pytest
from helpers_pytest import thinned

from nalmx.expression import parse, to_text, variables
from nalmx.verify import Claim, Domain, Effort, check
from nalmx.verify.algebra.decision import decide
from nalmx.verify.certificates.second.opinion import breaks_between

POSITIVE, ALL = "[1/2,3]", "[-3,3]"
# left, right, and how it is settled on all numbers: plainly, where defined, or refuted.
IDENTITIES = {
    "fractions": [("p/(q*r)", "(p/q)/r", "where defined"), ("1/(1/p)", "p", "refuted")],
    "differences": [("p**3 - q**3", "(p**2 + q**2 + p*q)*(p - q)", "proved")],
    "flips": [
        ("p + q", "(p**2 - q**2)/(p - q)", "refuted"),
        (
            "sqrt(p) - sqrt(q)",
            "where(sqrt(p) + sqrt(q) != 0, (p - q)/(sqrt(p) + sqrt(q)), sqrt(p) - sqrt(q))",
            "where defined",
        ),
    ],
    "absolute values": [("abs(p*q)", "abs(p)*abs(q)", "proved"), ("abs(p)**2", "p**2", "proved")],
    "roots": [
        ("sqrt(p)*sqrt(q)", "sqrt(p*q)", "refuted"),
        ("cbrt(p/q)", "cbrt(p)/cbrt(q)", "where defined"),
        ("cbrt(p)**3", "p", "proved"),
    ],
    "exponentials": [("exp(p - q)", "exp(p)/exp(q)", "proved"), ("exp(log(p))", "p", "refuted")],
    "powers": [("pow(p, 1/2)", "sqrt(p)", "where defined"), ("p**-1", "1/p", "where defined")],
    "logarithms": [("log(1/p)", "-log(p)", "where defined")],
    "circular": [
        ("sin(p + pi/2)", "cos(p)", "proved"),
        ("tan(-p)", "-tan(p)", "where defined"),
        ("1 + cot(p)**2", "1/sin(p)**2", "where defined"),
        ("(1 - sin(p))/cos(p) + cos(p)/(1 - sin(p))", "2/cos(p)", "where defined"),
        ("cos(p) - cos(q)", "-2*sin((p - q)/2)*sin((p + q)/2)", "proved"),
    ],
    "inverse circular": [
        ("tan(atan(p))", "p", "proved"),
        ("cos(asin(p))", "sqrt(1 - p*p)", "where defined"),
        ("tan(acos(p))", "sqrt(1 - p*p)/p", "where defined"),
        ("atan(p) + atan(q)", "atan2(p + q, 1 - p*q)", "proved"),
        ("acos(-p)", "pi - acos(p)", "where defined"),
        ("tan(asin(p))", "p/sqrt(1 - p*p)", "where defined"),
        ("acos(cos(p))", "abs(remainder(p, 2*pi))", "proved"),
        ("asin(sin(p))", "abs(remainder(p + pi/2, 2*pi)) - pi/2", "proved"),
    ],
    "half angles": [
        ("sqrt(1 - cos(p)**2)", "abs(sin(p))", "proved"),
        ("sqrt(1 - cos(p))*sqrt(1 + cos(p))", "abs(sin(p))", "proved"),
        ("sqrt((1 - cos(p))/2)", "abs(sin(p/2))", "proved"),
    ],
    "hyperbolic": [
        ("sinh(p + q)", "sinh(p)*cosh(q) + cosh(p)*sinh(q)", "proved"),
        ("tanh(p/2)", "(cosh(p) - 1)/sinh(p)", "refuted"),
    ],
    "inverse hyperbolic": [
        ("asinh(p)", "log(p + sqrt(p*p + 1))", "proved"),
        ("acosh(p)", "log(p + sqrt(p*p - 1))", "where defined"),
        ("atanh(p)", "log((1 + p)/(1 - p))/2", "where defined"),
        ("cosh(atanh(p))", "1/sqrt(1 - p*p)", "where defined"),
        ("2*acosh(p)", "acosh(2*p*p - 1)", "refuted"),
    ],
    "functions that rise": [
        ("Max(exp(p), exp(q))", "exp(Max(p, q))", "proved"),
        ("tanh(abs(p))", "abs(tanh(p))", "proved"),
        ("Max(exp(p), exp(2*q))", "exp(Max(p, q))", "refuted"),
    ],
    "error function": [("erf(-p)", "-erf(p)", "proved"), ("erfc(p)", "1 - erf(p)", "proved")],
}
VALUES = [
    *(
        ("asin(1)", "pi/2"),
        ("asin(-1/2)", "-pi/6"),
        ("acos(sqrt(2)/2)", "pi/4"),
        ("acos(-1)", "pi"),
    ),
    *(("atan(sqrt(3))", "pi/3"), ("atan(1 - sqrt(2))", "-pi/8"), ("erf(0)", "0"), ("erfc(0)", "1")),
    *(("acosh(1)", "0"), ("sec(pi/3)", "2"), ("4*atan(1/5) - atan(1/239)", "pi/4")),
]
ROWS = [row for rows in IDENTITIES.values() for row in rows]


def stated(left: str, right: str, extent: str, *, where_defined: bool = False) -> Claim:
    sides = parse(left), parse(right)
    names = variables(*sides)
    domain = Domain.parse([extent] if names else [], names)
    return Claim(*sides, domain, where_defined=where_defined)


@pytest.mark.parametrize(("left", "right", "settled"), thinned(ROWS))
def test_an_identity_is_settled_on_all_numbers(left: str, right: str, settled: str) -> None:
    if settled == "refuted":
        assert check(stated(left, right, ALL), Effort(examples=50, points=0)).verdict == "refuted"
        return
    finding = decide(stated(left, right, ALL))
    assert finding.alike
    assert (finding.outcome == "proved") == (settled == "proved")
    assert decide(stated(left, right, ALL, where_defined=True)).outcome == "proved"


@pytest.mark.parametrize(("left", "right", "settled"), ROWS)
def test_an_identity_holds_on_positive_numbers_where_it_is_defined(
    left: str, right: str, settled: str
) -> None:
    if left not in (
        "p + q",
        "Max(exp(p), exp(2*q))",
        "cos(p)/(1 - sin(p))",
    ):  # a pole at p = q; false
        assert decide(stated(left, right, POSITIVE, where_defined=True)).outcome == "proved"


@pytest.mark.parametrize(("left", "right"), VALUES)
def test_values_of_functions_at_constants_are_proved(left: str, right: str) -> None:
    assert decide(stated(left, right, ALL)).outcome == "proved"


@pytest.mark.parametrize(
    ("left", "right", "extent"),
    [
        ("2*atan(p)", "asin(2*p/(1 + p**2))", "[-2,2]"),
        ("atan(p) + atan(q)", "atan((p + q)/(1 - p*q))", "[2,3]"),
        ("atan(p) + atan(1/p)", "pi/2", "[-2,-1]"),
        ("atan(2 - sqrt(3))", "pi/12 + 1/10**30", "[0,1]"),
        ("asin(p)", "asin(p + 1/10**9)", "[0,1/2]"),
        ("atan(tan(p))", "p", "[2,4]"),
        ("atan(tan(p)) + pi", "p", "[2,5]"),
        ("atan(tan(p))", "remainder(p, pi)", "[1,2]"),
        ("acos(cos(p))", "p", "[3,4]"),
        ("asin(sin(p))", "p", "[1,2]"),
        ("sqrt(1 - cos(p))", "sqrt(2)*sin(p/2)", "[-1,3]"),
        ("abs(sin(p))", "sin(p)", "[0,4]"),
    ],
)
def test_angles_that_differ_are_not_proved(left: str, right: str, extent: str) -> None:
    assert decide(stated(left, right, extent)).outcome != "proved"
    assert check(stated(left, right, extent), Effort(examples=50)).verdict == "refuted"


def test_a_pole_of_one_side_is_replayed_where_the_other_one_jumps() -> None:
    claim = stated("atan(tan(p))", "remainder(p, pi)", "[1,2]")
    example = check(claim, Effort(examples=50)).counterexample
    assert example is not None
    assert example.beyond is not None
    assert breaks_between(claim, example.point, example.beyond)
    assert not breaks_between(claim, {"p": Fraction(1)}, {"p": Fraction(3, 2)})


def test_the_benchmark_reads_rules_and_settles_them(tmp_path, capsys, monkeypatch) -> None:
    path = Path(__file__).parents[2] / "benchmarks" / "herbie_rules.py"
    spec = importlib.util.spec_from_file_location("herbie_rules", path)
    assert spec is not None
    assert spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    text = "(sound-/ (neg x) (- (pow y 2) (PI)) (fabs -1/2))"
    read = benchmark.read(text)
    piece = "Piecewise((-x/(y**2 - pi), y**2 - pi != 0), (Abs(-0.5), True))"
    assert to_text(parse(read)) == piece
    rules = [
        {"name": "one", "left": "(- a b)", "right": "(neg (- b a))"},
        {"name": "two", "left": "(/ a b)", "right": "(/ (neg a) (neg b))"},
        {"name": "three", "left": "(unheard-of a)", "right": "a"},
    ]
    (tmp_path / "rules.json").write_text(json.dumps(rules))
    monkeypatch.setattr("sys.argv", ["herbie_rules.py", str(tmp_path / "rules.json")])
    monkeypatch.setattr(benchmark, "RESULTS", tmp_path / "found.json")
    benchmark.main()
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["settled"] == {"[0.5,3]": 2, "[-3,3]": 2}
    assert found["verdicts"]["[-3,3]"] == {
        "proved": 1,
        "proved where defined": 1,
        "not expressible": 1,
    }
