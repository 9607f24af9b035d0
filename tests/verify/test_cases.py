"""Normal forms with functions, and the cases they need: rules, splits, and what is not concluded."""

from fractions import Fraction

import pytest
from helpers_trees import claim

from nalmx.expression import parse
from nalmx.ranges import Range
from nalmx.verify import Effort, check
from nalmx.verify.algebra.cases import cases
from nalmx.verify.algebra.decision import decide
from nalmx.verify.algebra.field import Units
from nalmx.verify.algebra.linear import Inequality, contradict, largest
from nalmx.verify.algebra.normal_form import NormalForms
from nalmx.verify.algebra.signs import POSITIVE, SignCondition

EFFORT = Effort(examples=30, points=2_000)
IDENTITIES = [
    ("sqrt(x**2)", "abs(x)", "[-1/3,2]"),
    ("sqrt(6)*x", "sqrt(2)*sqrt(3)*x", "[-5,5]"),
    ("1/(sqrt(x + 1) + sqrt(x))", "sqrt(x + 1) - sqrt(x)", "[0,5]"),
    ("x**(2/3)*x**(1/3)", "x", "[0,2]"),
    ("sqrt(x/y)", "sqrt(x)/sqrt(y)", "[1,2]"),
    ("x**y", "exp(y*log(x))", "[1,2]"),
    ("E**x", "exp(x)", "[-1,1]"),
    ("log(x**2)", "2*log(abs(x))", "[[-5,-1],[1,2]]"),
    ("log(6*x)", "log(2) + log(3) + log(x)", "[1/7,5]"),
    ("exp(2.5*x)*exp(-0.5*x)", "exp(x)**2", "[-3,3]"),
    ("sin(x)**2 + cos(x)**2", "1", "[-20,20]"),
    ("sin(3*x)", "3*sin(x) - 4*sin(x)**3", "[-2,2]"),
    ("cos(x + pi/3)", "cos(x)/2 - sqrt(3)/2*sin(x)", "[-2,2]"),
    ("cos(pi/12)", "(sqrt(6) + sqrt(2))/4", "[0,1]"),
    ("1/(1 + exp(-x))", "(1 + tanh(x/2))/2", "[-5,5]"),
    ("tan(x)", "sin(x)/cos(x)", "[-1,1]"),
    ("Max(x, y)", "(x + y + abs(x - y))/2", "[-2,2]"),
    ("Max(x, Max(y, z))", "Max(Max(z, x), y)", "[-2,2]"),
    ("Max(Min(x, y), Min(Max(x, y), z))",
     "x + y + z - Max(x, y, z) - Min(x, y, z)", "[-2,2]"),
    ("sign(x)*abs(x)", "x", "[-2,2]"),
    ("Piecewise((1/x, x > 0), (0, True))*x", "Piecewise((1, x > 0), (0, True))", "[-2,2]"),
    ("Piecewise((x, x == y), (y, True))", "y", "[-2,2]"),
    ("floor(x + 1)", "floor(x) + 1", "[-20,20]"),
    ("floor(x)", "Piecewise((0, x < 1), (1, x < 2), (2, True))", "[0,2.5]"),
    ("Mod(x, 2)", "x - 2*floor(x/2)", "[-200,200]"),
    ("x < y", "~(x >= y)", "[-2,2]"),
    ("(x < 1) & (x > 0) | (x == 0)", "(x >= 0) & (x < 1)", "[-2,2]"),
    ("Min(x*y, 100)", "x*y", "[-10,10]"),
]  # fmt: skip
NOT_EQUAL = [
    ("sqrt(x**2)", "x", "[-1/100,10]"),
    ("(x**3)**(1/3)", "x", "[-1,1]"),
    ("sqrt(x)*sqrt(y)", "sqrt(x*y)", "[-2,-1]"),
    ("log(x**2)", "2*log(x)", "[-2,-1]"),
    ("log(x)", "log(x)", "[0,1]"),
    ("abs(x)", "x", "[-1e-30,1]"),
    ("Piecewise((x, x <= 1), (2, True))", "Piecewise((x, x < 1), (2, True))", "[0,2]"),
    ("Piecewise((x, x != 1/3), (0, True))", "x", "[0,1]"),
    ("sign(x)", "Piecewise((1, x >= 0), (-1, True))", "[-1,1]"),
    ("floor(x)", "-floor(-x) - 1", "[0,2]"),
    ("Max(x, y, z)", "Max(x, y)", "[0,1]"),
    ("(x <= s) & (s <= y)", "(x <= s) & (s < y)", "[0,1]"),
    ("sin(2*x)", "2*sin(x)", "[0,1]"),
    ("0**abs(x)", "0", "[-1,1]"),
    ("x + 1e-30*sin(x)", "x", "[0,1]"),
    ("1/(x**2 - 2)", "1/(x**2 - 2)", "[0,2]"),
    ("tan(x)", "tan(x)", "[0,2]"),
]


@pytest.mark.parametrize(("left", "right", "extent"), IDENTITIES)
def test_an_identity_is_proved(left, right, extent):
    assert decide(claim(left, right, extent)).outcome == "proved"


@pytest.mark.parametrize(("left", "right", "extent"), NOT_EQUAL)
def test_what_fails_somewhere_is_not_proved(left, right, extent):
    verdict = check(claim(left, right, extent), EFFORT).verdict
    assert verdict in ("refuted", "unknown") if left == right else verdict == "refuted"


@pytest.mark.parametrize(
    ("left", "right", "extent"),
    [
        ("(x**2 - 2)/(x**2 - 2)", "1", "[0,2]"),
        ("(exp(x) - 2)/(exp(x) - 2)", "1", "[0,2]"),
        ("tan(x)*cos(x)", "sin(x)", "[0,2]"),
        ("1 + (x*y - 2)**-1*0", "1", "[1.4142,1.4143]"),
    ],
)
def test_a_pole_at_an_irrational_point_is_refuted_by_a_change_of_sign(left, right, extent):
    verdict = check(claim(left, right, extent), EFFORT)
    assert verdict.verdict == "refuted"
    example = verdict.counterexample
    assert example.checked_in in ("change of sign", "exact rationals")
    if example.beyond is not None:
        gaps = [abs(example.beyond[n] - value) for n, value in example.point.items()]
        assert max(gaps) < Fraction(1, 10**9)


@pytest.mark.parametrize(
    ("function", "extent"),
    [
        ("log(x)", "[0,1]"),
        ("sqrt(x)", "[-1/7,1]"),
        ("1/(x - 1/7)", "[1/7,1]"),
        ("1/(x**2 - 2)**2", "[0,2]"),
        ("Piecewise((1, x < 1/2))", "[0,1]"),
        ("Piecewise((log(x), x < 1), (0, True))", "[-1,2]"),
    ],
)
def test_where_a_function_is_certainly_undefined_it_is_said_to_be(function, extent):
    finding = decide(claim(function, function, extent))
    assert finding.outcome == "pole"
    assert "is zero" in finding.reason or "is outside" in finding.reason


def test_both_sides_undefined_at_an_irrational_point_is_no_refutation():
    made = claim("1/(x**2 - 2)", "1/(x**2 - 2) + 0*x", "[0,2]")
    assert check(made, EFFORT).verdict == "unknown"


def test_the_cases_of_a_claim_cover_its_domain():
    made = claim("Piecewise((x, x < 1/3), (y, x == 1/2), (0, True))", "sign(x - y)", "[0,1]")
    found = list(cases(made))
    for point in (
        {"x": Fraction(a, 12), "y": Fraction(b, 12)} for a in range(13) for b in range(13)
    ):
        holding = [s for s in found if _holds(s.case, point)]
        assert holding, point


def _holds(case, point):
    """Whether a point lies in a case, by exact evaluation."""
    from nalmx.expression import evaluate
    from nalmx.verify.algebra.signs import sign_of

    for name, value in case.bound.items():
        if evaluate(value, point) != point[name]:
            return False
    inside = all(point[name] in extent for name, extent in case.ranges.items())
    signs = (sign_of(evaluate(c.function, point)) in c.signs for c in case.conditions)
    return inside and all(signs)


def test_what_a_side_shares_with_a_condition_must_be_defined_all_the_same():
    shared = parse("log(x)")
    extent = {"x": Range.parse("[0,2]")}
    forms = NormalForms((shared,), extent, (SignCondition(shared, POSITIVE),), Units())
    assert not forms.obligations
    forms.form(shared)
    assert [obligation.signs for obligation in forms.obligations.values()] == [POSITIVE]


def _line(strict, offset, **slopes):
    return Inequality.of({n: Fraction(s) for n, s in slopes.items()}, Fraction(offset), strict)


def test_inequalities_that_contradict_each_other_are_seen():
    cycle = [_line(True, 0, x=1, y=-1), _line(False, 0, y=1, z=-1), _line(False, 0, z=1, x=-1)]
    assert contradict(cycle)
    assert not contradict([_line(False, 0, x=1, y=-1), *cycle[1:]])
    assert contradict([_line(False, -2, x=1), _line(True, 2, x=-1)])
    assert not contradict([_line(False, -2, x=1), _line(False, 2, x=-1)])


def test_the_largest_value_of_a_linear_function_is_exact():
    box = [_line(False, 0, x=1), _line(False, 1, x=-1), _line(False, 0, y=1), _line(False, 1, y=-1)]
    assert largest({"x": Fraction(2), "y": Fraction(-1)}, Fraction(3), box) == 5
    strip = [*box, _line(False, "1/10", x=-1, y=1)]
    assert largest({"x": Fraction(1), "y": Fraction(-1)}, Fraction(0), strip) == Fraction(1, 10)
    assert largest({"x": Fraction(1)}, Fraction(0), [_line(False, 0, x=1)]) is None


def test_a_condition_on_a_quotient_with_a_negative_divisor_is_not_called_contradictory():
    left = "Piecewise((1, 1/x < 0), (3, True))"
    right = "Piecewise((1, x < 0), (2, True))"
    assert check(claim(left, right, "[[-2,-1],[1,2]]"), EFFORT).verdict == "refuted"
    assert check(claim(left, right, "[-2,-1]"), EFFORT).verdict == "proved"
