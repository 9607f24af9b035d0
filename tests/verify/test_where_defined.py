"""Claims that two sides are defined at the same points, and equal there."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from helpers_pytest import thinned

from nalmx.cli import main
from nalmx.errors import CertificateError
from nalmx.expression import Undefined, evaluate, parse, variables
from nalmx.verify import Claim, Domain, Effort, check
from nalmx.verify.algebra.decision import decide
from nalmx.verify.certificate import Certificate, certify
from nalmx.verify.sweeping.values import Arrays, Doubt

QUICK = Effort(examples=50, points=200)
HOLD = [
    ("a/b", "-a/-b"),
    ("sqrt(x)", "x**(1/2)"),
    ("tan(-x)", "-tan(x)"),
    ("tan(x)", "sin(x)/cos(x)"),
    ("x**2/x", "1/(1/x)"),
    ("(a/b)/c", "a/(b*c)"),
    ("a/b + c/b", "(a + c)/b"),
    ("log(x**2)", "2*log(abs(x))"),
    ("sqrt(a)*sqrt(b)*sqrt(a*b)", "sqrt(a)**2*sqrt(b)**2"),
    ("abs(log(x))", "abs(log(1/x))"),
    ("acosh(x)", "log(x + sqrt(x - 1)*sqrt(x + 1))"),
    ("Piecewise((a/b, b > 0), (a, True))", "Piecewise((a, b <= 0), (a/b, True))"),
    ("Max(a/b, c/b)", "where(a/b >= c/b, a/b, c/b)"),
    ("x**-2", "1/(x*x)"),
    # Neither is defined anywhere.
    ("sqrt(-1 - x**2)", "log(-1 - x**2)"),
    ("1/(x - x)", "2/(x - x)"),
]
FAIL = [
    ("x/x", "1"),
    ("sqrt(x)**2", "x"),
    ("log(x**2)", "2*log(x)"),
    ("sqrt(a)*sqrt(b)", "sqrt(a*b)"),
    ("sqrt(a)/sqrt(b)", "sqrt(a/b)"),
    ("x**y", "exp(y*log(x))"),
    ("1/tan(x)", "cos(x)/sin(x)"),
    ("x**(2/3)", "(x**2)**(1/3)"),
    ("1/(x - y)", "(x + y)/(x**2 - y**2)"),
    ("(sin(a) + sin(b))/(cos(a) + cos(b))", "tan((a + b)/2)"),
    ("tan(a + b)", "(tan(a) + tan(b))/(1 - tan(a)*tan(b))"),
]
# Where an even factor is 0 it does not matter what sign the rest has.
EVEN_FACTORS = [
    ("sqrt(sqrt(x))/sqrt(x - y)", "sqrt(sqrt(x)/(x - y))"),
    ("sqrt(sqrt(x*y)*sqrt((x + y)**2))*sqrt(x)", "sqrt(sqrt(x*y)*sqrt((x + y)**2)*x)"),
]
PLACES = [Fraction(n, 2) for n in range(-4, 5)]


def stated(left: str, right: str, *ranges: str, where_defined: bool = True) -> Claim:
    sides = parse(left), parse(right)
    domain = Domain.parse(ranges or ("[-3,3]",), variables(*sides))
    return Claim(*sides, domain, where_defined=where_defined)


@pytest.mark.parametrize(("left", "right"), HOLD)
def test_sides_defined_at_the_same_points_are_proved(left: str, right: str) -> None:
    claim = stated(left, right)
    assert decide(claim).outcome == "proved"
    for values in product(PLACES, repeat=len(claim.domain.names)):
        point = dict(zip(claim.domain.names, values, strict=True))
        one, other = (evaluate(side, point) for side in (claim.left, claim.right))
        assert isinstance(one, Undefined) == isinstance(other, Undefined)


@pytest.mark.parametrize(("left", "right"), [*FAIL[:9], *thinned(FAIL[9:])])
def test_a_point_where_one_side_alone_is_defined_refutes(left: str, right: str) -> None:
    verdict = check(stated(left, right), QUICK)
    assert verdict.verdict == "refuted", verdict
    assert verdict.where_defined


@pytest.mark.slow
@pytest.mark.parametrize(("left", "right"), FAIL[9:10])
def test_a_pole_of_one_side_alone_refutes_the_plain_claim(left: str, right: str) -> None:
    verdict = check(stated(left, right, where_defined=False), QUICK)
    assert verdict.verdict == "refuted", verdict
    assert not verdict.where_defined


@pytest.mark.parametrize(("left", "right"), HOLD[:4])
def test_the_plain_claim_is_unknown_and_says_which_claim_holds(left: str, right: str) -> None:
    verdict = check(stated(left, right, where_defined=False), QUICK)
    assert verdict.verdict == "unknown"
    assert "is proved with --where-defined" in str(verdict.reason)


def test_the_plain_claim_says_nothing_of_the_kind_where_it_is_not_shown() -> None:
    plain = check(stated("x**y + x", "x + x**y", where_defined=False), QUICK)
    assert plain.verdict == "unknown"
    assert "--where-defined" not in str(plain.reason)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("x**y*x**2", "x**(y + 2)"),
        ("x**y/x**y", "1/x**0"),
        *thinned(EVEN_FACTORS),
    ],
)
def test_what_is_not_shown_is_not_proved(left: str, right: str) -> None:
    assert decide(stated(left, right)).outcome != "proved"


def test_where_both_sides_are_defined_the_claim_is_the_plain_one() -> None:
    assert check(stated("x/x", "1", "[1,2]"), QUICK).verdict == "proved"
    assert check(stated("x/x", "1.5", "[1,2]"), QUICK).verdict == "refuted"


def test_a_sweep_counts_a_point_where_neither_side_is_defined_as_agreeing() -> None:
    inputs, arrays = {"x": np.linspace(-3, 3, 101)}, Arrays(np, np.asarray)
    claim = stated("sqrt(x) + sin(x)**2", "sqrt(x) + 1 - cos(x)**2")
    with np.errstate(all="ignore"):
        assert (Doubt(claim).over(inputs, 101, arrays) <= 0).all()
    one_side = stated("sqrt(x) + sin(x)**2", "sqrt(abs(x)) + 1 - cos(x)**2")
    with np.errstate(all="ignore"):
        assert (Doubt(one_side).over(inputs, 101, arrays) > 0).sum() == 50


def test_a_certificate_of_it_is_replayed_and_is_none_of_the_plain_claim(tmp_path) -> None:
    claim = stated("a/b", "-a/-b")
    made = certify(claim, QUICK)
    assert made.verdict == "proved"
    assert made.replay().established
    made.save(tmp_path / "c.json")
    assert Certificate.load(tmp_path / "c.json").claim == claim
    data = json.loads((tmp_path / "c.json").read_text())
    del data["claim"]["where_defined"]
    (tmp_path / "c.json").write_text(json.dumps(data))
    with pytest.raises(CertificateError, match="altered"):
        Certificate.load(tmp_path / "c.json")


def test_a_refutation_of_it_is_certified_too() -> None:
    made = certify(stated("x/x", "1"), QUICK)
    assert made.verdict == "refuted"
    assert made.replay().established


def test_the_command_line_proves_it_and_says_what_is_proved(capsys) -> None:
    asked = ["verify", "expr", "a/b", "--truth", "-a/-b", "--range", "[-3,3]", "--where-defined"]
    assert main([*asked, "--require", "proved"]) == 0
    assert "proved: defined at the same points and equal there" in capsys.readouterr().out
    assert main([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["where_defined"] is True


@pytest.mark.parametrize("other", [["--export-tests", "t.py"], ["--every-float32"]])
def test_what_asks_for_a_value_everywhere_is_refused_beside_it(capsys, other) -> None:
    asked = ["verify", "expr", "1/x", "--truth", "1/x", "--range", "[-3,3]", "--where-defined"]
    assert main([*asked, *other]) == 2
    assert "--where-defined is not for" in capsys.readouterr().err
