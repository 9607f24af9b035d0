"""Claims made to mislead the checker: what broke it once, and the nastiest that it got right."""

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import pytest
from helpers_pytest import thinned

from nalmx.expression import Apply, Number, Variable, parse, variables
from nalmx.verify import Claim, Domain, Effort, Tolerance, check
from nalmx.verify.algebra.decision import decide

LIGHT = Effort(examples=20, points=500, seconds=2.0)
SECONDS = 30


def stated(left, right, domain, tolerance="0"):
    sides = parse(left), parse(right)
    ranges = Domain.parse(domain.split(" "), variables(*sides))
    return Claim(*sides, ranges, Tolerance.parse(tolerance))


@pytest.mark.parametrize(
    ("left", "right", "domain", "tolerance"),
    [
        ("log(x - x)", "1", "[1,2]", "0"),
        ("log(0*x)", "log(0*x)", "[0,1]", "0"),
        ("sign(x)*log(x)", "log(x)", "[0,2]", "0"),
        ("0**x", "0", "[0,1]", "0"),
        ("x*log(abs(x))", "Piecewise((0, x == 0), (x*log(abs(x)), True))", "[-1,1]", "0"),
    ],
)
def test_logarithm_of_a_normal_form_that_is_zero(left, right, domain, tolerance):
    assert check(stated(left, right, domain, tolerance), LIGHT).verdict != "proved"


@pytest.mark.parametrize("tolerance", thinned(["0", "abs:2"]))
@pytest.mark.parametrize("tie", ["cos(x)", "exp(-x)", "sqrt(1 - x)", "Mod(3*x + 1/2, 1)"])
def test_an_input_is_not_replaced_by_an_expression_of_itself(tie, tolerance):
    left, right = (f"Piecewise(({value}, x == {tie}), (0, True))" for value in ("x", "2*x"))
    assert check(stated(left, right, "[0,1]", tolerance), LIGHT).verdict != "proved"


TINY = [
    ("exp(-x)", "[20000,30000]"),
    ("exp(-exp(x))", "[20,30]"),
    ("x**1000", "[0,1e-100]"),
    ("2**(-2**x)", "[20,50]"),
    ("x**floor(y)", "x=[0.1,0.9] y=[1e9,2e9]"),
]


def test_a_tiny_difference_takes_no_time():
    code = (
        "import sys; sys.path[:0] = ['tests', 'tests/verify']\n"
        "from test_attacks import LIGHT, TINY, check, stated\n"
        "for left, domain in TINY:\n"
        "    print(check(stated(left, '0', domain, 'abs:1'), LIGHT).verdict)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    verdicts = done.stdout.split()
    assert len(verdicts) == len(TINY), done.stderr
    assert set(verdicts) <= {"bounded", "tested", "unknown"}


SQUARE = "x=[-1,1] y=[-1,1]"
FALSE = [
    ("sqrt(x**2)", "Piecewise((x, x > 0), (-x, x < 0))", "[-1,1]"),
    ("log(x*y)", "log(abs(x)) + log(abs(y))", "x=[-2,-1] y=[-2,1]"),
    ("sqrt(x*y)", "sqrt(x)*sqrt(y)", "x=[-2,-1] y=[-2,-1]"),
    ("Mod(x, 1/x)*0", "0", "[0,1]"),
    ("1/(1/x)", "x", "[0,1]"),
    ("1/tan(x)", "cos(x)/sin(x)", "[0,1]"),
    ("floor(x)", "0", "[0,1]"),
    ("floor(-x)", "-floor(x)", "[0,1]"),
    ("sign(x)**2", "1", "[0,1]"),
    ("Piecewise((1, (1/x > 0) | (x <= 0)), (2, True))", "1", "[-1,1]"),
    (
        "Piecewise((1, x <= -1), (2, x > 0))",
        "Piecewise((1, x <= -1), (2, True))",
        "[[-2,-1],[0,1]]",
    ),
    ("Piecewise((1, (x > 2) & (x <= 3)), (0, True))", "0", "[[0,2],[3,4]]"),
    ("Piecewise((Piecewise((1, x > 2)), x >= 2), (0, True))", "0", "[0,2]"),
    ("Piecewise((1, x**2 == y**2), (0, True))", "Piecewise((1, x == y), (0, True))", SQUARE),
    ("Piecewise((1, x**2*y >= 0), (0, True))", "Piecewise((1, y >= 0), (0, True))", SQUARE),
    ("Piecewise((1, x**2 + y**2 <= 0), (0, True))", "0", SQUARE),
    ("Piecewise((1, (x - y)**4 > 0), (0, True))", "1", SQUARE),
    ("Piecewise((1, x + y >= 2), (0, True))", "0", SQUARE),
    ("Piecewise((1, x*y >= 1), (0, True))", "0", SQUARE),
    ("Piecewise((x, x == abs(y)), (0, True))", "Piecewise((y, x == y), (0, True))", SQUARE),
    pytest.param(
        *("Piecewise((exp(x) - y, x == log(y)), (0, True))", "0", "x=[-1,1] y=[0,1]"),
        marks=pytest.mark.slow,
    ),
    ("Piecewise((log(-1), x**2 == 2), (1, True))", "1", "[0,2]"),
    ("sqrt(Piecewise((-1, x**2 == 2), (1, True)))", "1", "[0,2]"),
    ("Piecewise((1, (x**2 - 2)**2 > 0), (0, True))", "1", "[0,2]"),
    ("Piecewise((1, sin(x) >= 1), (0, True))", "0", "[0,3]"),
    ("1/(sin(x)**2 + cos(x)**2 - 1)", "1/(sin(x)**2 + cos(x)**2 - 1)", "[0,1]"),
    ("1/(abs(x) - x)", "1/(abs(x) - x)", "[-1,1]"),
    ("(x**2 - 1)**(1/2)/(x - 1)**(1/2)", "(x + 1)**(1/2)", "[1,2]"),
    ("sqrt(1 - cos(x)**2)", "sin(x)", "[-1,1]"),
    ("cos(x/2)", "sqrt((1 + cos(x))/2)", "[-4,4]"),
    ("x**y", "exp(y*log(x))", "x=[0,1] y=[1,2]"),
    ("abs(x**3 - x)", "x**3 - x", "[[-1,0],[1/2,2]]"),
    ("Max(x, y, x*y)", "Max(x, y)", SQUARE),
    ("x/y < 1", "x < y", SQUARE),
]


@pytest.mark.parametrize(("left", "right", "domain"), FALSE)
def test_false_claims_are_not_proved(left, right, domain):
    assert decide(stated(left, right, domain)).outcome != "proved"


@pytest.mark.parametrize(
    ("left", "right", "domain"),
    [
        ("Mod(x, -1)", "-Mod(-x, 1)", "[-3,3]"),
        ("sin(-13*pi/12)", "(sqrt(6) - sqrt(2))/4 + 0*x", "x=[0,1]"),
        ("floor(x) + floor(x + 1/3) + floor(x + 2/3)", "floor(3*x)", "[-2,2]"),
        ("Piecewise((x**2 - y, x == sqrt(y)), (0, True))", "0", "x=[-1,1] y=[0,1]"),
        ("Piecewise((1, x*y == 0), (1/(x*y), True))*x*y", "abs(sign(x*y))", SQUARE),
        ("Piecewise((1, (x > 2) & (x < 3)), (0, True))", "0", "[[0,2],[3,4]]"),
        ("Piecewise((1, x*y > 1), (0, True))", "0", SQUARE),
    ],
)
def test_true_claims_are_proved(left, right, domain):
    assert decide(stated(left, right, domain)).outcome == "proved"


@pytest.mark.parametrize(
    ("left", "right", "domain", "tolerance"),
    [
        ("Piecewise((0, x < 1/3), (9, x == 1/3), (2, True))", "1", "[0,1]", "abs:1"),
        ("Piecewise((0, x < sqrt(2)), (9, x == sqrt(2)), (2, True))", "1", "[0,2]", "abs:1"),
        ("Piecewise((1/(x - sqrt(2)), x == sqrt(2)), (1, True))", "1", "[0,2]", "abs:1"),
        ("abs(x) + 1e-30", "abs(x)", "[-1,1]", "rel:1"),
        ("floor(1e50*x)", "1e50*x", "[0,1]", "abs:0.5"),
        ("Mod(1e50*x, 1)", "0", "[0,1]", "abs:0.99"),
        ("1/(x - y)", "1/(x - y) + 1e-9", "x=[0,1] y=[1,2]", "abs:1"),
        ("tan(x)", "tan(x) + 1e-9", "[1,2]", "abs:1"),
        ("Min(x, y) + Min(y, z) + Max(x, z)", "x + y + z", "[0,1]", "abs:0.9"),
    ],
)
def test_false_tolerances_are_not_bounded(left, right, domain, tolerance):
    assert check(stated(left, right, domain, tolerance), LIGHT).verdict not in ("proved", "bounded")


@pytest.mark.parametrize(("levels", "shared"), [(400, False), (40, True)])
def test_a_deep_tree_and_one_of_shared_parts_take_no_time(levels, shared):
    tree = Variable("x")
    for _ in range(levels):
        half = Apply("mul", (tree, Number(Fraction(1, 2))))
        other = Apply("mul", (tree, Number(Fraction(1, 3)))) if shared else Number(Fraction(1, 3))
        tree = Apply("add", (half, other))
    left = Apply("exp", (tree,))
    right = Apply("add", (left, Number(Fraction(1, 10**9))))
    domain = Domain.parse(["[0,1]"], ["x"])
    verdict = check(
        Claim(left, right, domain, Tolerance.parse("abs:1e-6")), replace(LIGHT, seconds=60.0)
    )
    assert verdict.verdict == "bounded"
