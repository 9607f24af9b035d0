from __future__ import annotations

from fractions import Fraction

import pytest
from helpers_trees import claim, rational_trees
from hypothesis import assume, given
from hypothesis import strategies as st

from nalmx.expression import Apply, Expression, Number, Variable, build, evaluate, fold
from nalmx.ranges import Range
from nalmx.verify import Claim, Domain, Tolerance
from nalmx.verify.algebra.decision import decide

MANY = "+".join(f"x{n}" for n in range(1, 101))


@pytest.mark.parametrize(
    ("left", "right", "ranges"),
    [
        ("(x1 + x2)**2", "x1**2 + 2*x1*x2 + x2**2", ["[-5,5]"]),
        ("(x1**2 - 1)/(x1 - 1)", "x1 + 1", ["[2,6]"]),
        ("(x1**2 - 1)/(x1 - 1)", "x1 + 1", ["[[-1,0.999],[1.001,2]]"]),
        ("1/x1 + 1/x2", "(x1 + x2)/(x1*x2)", ["[1,2]"]),
        ("x1/x1", "1", ["[[-2,-1],[1,2]]"]),
        ("x1/x1", "1", ["[1e-12,1]"]),
        ("x1**0", "1", ["[-1,1]"]),
        ("(x1 - x1)**0", "1", ["[-1,1]"]),
        ("(1/x1)**0", "1", ["[1,2]"]),
        ("0*(1/x1)", "0", ["[1,2]"]),
        ("x1**-2", "1/x1**2", ["[-2,-1]"]),
        ("x1**(1 + 1)", "x1*x1", ["[-1,1]"]),
        ("1/(x1**2 + 1)", "(x1**2 + 1)**-1", ["[-50,50]"]),
        ("1/(1 + 1/x1)", "x1/(x1 + 1)", ["[1,2]"]),
        ("x1/(x1**2 - 2)", "x1*(x1**2 - 2)**-1", ["[[0,1.414],[1.415,2]]"]),
        ("x1/(x1 - x2 + 1/7)", "1/((x1 - x2 + 1/7)/x1)", ["x1=[1,2]", "x2=[0,1]"]),
        ("1/(x1 - x2)", "-1/(x2 - x1)", ["x1=[1,2]", "x2=[-1,0.99]"]),
        ("(x1**3 - x2**3)/(x1 - x2)", "x1**2 + x1*x2 + x2**2", ["x1=[2,3]", "x2=[0,1]"]),
        ("0.1 + 0.2", "0.3", []),
        ("1/3", "2/6", []),
        ("x1 + 1e-12", "x1 + 1/1000000000000", ["[-1,1]"]),
        (MANY, f"({MANY})*2/2", ["[0,1]"]),
        (f"1/({MANY})", f"({MANY})**-1", ["[1,2]"]),
        (MANY, f"x1 + ({MANY}) - x1", ["[[0,1],[2,3]]"]),
    ],
)
def test_equal_rational_functions_without_a_pole_are_proved(
    left: str, right: str, ranges: list[str]
) -> None:
    assert decide(claim(left, right, *ranges)).outcome == "proved"


@pytest.mark.parametrize("tolerance", ["abs:1e-6", "rel:1e-6"])
def test_a_proof_of_equality_serves_a_claim_with_a_tolerance(tolerance: str) -> None:
    assert decide(claim("x1 + x1", "2*x1", "[0,1]", tolerance=tolerance)).outcome == "proved"


FALSE = [
    ("x1/x1", "1", "[-1,1]"),
    ("x1/x1", "1", "[0,1]"),
    ("x1/x1", "1", "[-1,0]"),
    ("x1/x1", "1", "[-1/3,1/7]"),
    ("x1/x1", "x1/x1", "[-1,1]"),
    ("1/x1 - 1/x1", "0", "[-1,1]"),
    ("x1 + 1/x2 - 1/x2", "x1", "[-1,1]"),
    ("0*(1/x1)", "0", "[-1,1]"),
    ("(1/x1)**0", "1", "[-1,1]"),
    ("(x1**-1)**0", "1", "[0,1]"),
    ("0/x1", "0", "[-1,1]"),
    ("1/(1/x1)", "x1", "[-1,1]"),
    ("(x1**-1)**-1", "x1", "[-1,1]"),
    ("x1**2/x1", "x1", "[-1,1]"),
    ("x1**2*x1**-2", "1", "[-1,1]"),
    ("(x1**2 - 1)/(x1 - 1)", "x1 + 1", "[0,2]"),
    ("(x1**2 - 1)/(x1 - 1)", "x1 + 1", "[1,2]"),
    ("(x1**2 - 1)/(x1 - 1)", "x1 + 1", "[[0,1],[2,3]]"),
    ("(x1**2 - 1)/(x1 - 1)", "x1 + 1", "[[-3,-2],[1,2]]"),
    ("x1/x1", "1", "[[-2,-1],[0,1]]"),
    ("x1/x1", "1", "[[-2,0],[1,2]]"),
    ("(x1**2 - 2)/(x1**2 - 2)", "1", "[1,2]"),
    ("1/(x1**2 - 2)", "1/(x1**2 - 2)", "[1,2]"),
    ("(x1**2 - 2)/(x1**2 - 2)", "1", "[1.414213562,1.414213563]"),
    ("(x1**3 - x1 - 1)/(x1**3 - x1 - 1)", "1", "[1,2]"),
    ("(x1**2 - 2)**2/(x1**2 - 2)**2", "1", "[1,2]"),
    ("1/((x1**2 - 2)**2)", "(x1**2 - 2)**-2", "[1,2]"),
    ("1/(x1 - x2 + 1/7)", "7/(7*x1 - 7*x2 + 1)", "[0,1]"),
    ("(x1 - x2)/(x1 - x2)", "1", "[0,1]"),
    ("(x1*x2 - 1)/(x1*x2 - 1)", "1", "[1/2,3]"),
    ("(x1**2 + x2**2)/(x1**2 + x2**2)", "1", "[-1,1]"),
    ("x1**2/(x1**2 + x2**2) + x2**2/(x1**2 + x2**2)", "1", "[0,1]"),
    ("(x1**2 + x2**2 - 1)/(x1**2 + x2**2 - 1)", "1", "[0,1]"),
    ("x1/((x1 - 1/3)/(x1 - 1/3))", "x1", "[0,1]"),
    ("1/(x1 - x1)", "1/(x1 - x1)", "[0,1]"),
    ("0/(x1 - x1)", "0", "[0,1]"),
    ("0**-1", "0**-1", ""),
    ("1/0", "1/0", ""),
    ("0*(1/0)", "0", ""),
    ("(1/0)**0", "1", ""),
    ("x1 + 1e-12", "x1", "[0,1]"),
    ("x1*1.000000000001", "x1", "[1,2]"),
    ("x1", "x1 + 1e-300", "[0,1]"),
    ("1/3", "0.333333333333", ""),
    ("0.1 + 0.2", "0.30000000000000004", ""),
    ("x1 + x2", "x1 - x2", "[-1,1]"),
    ("x1*x2", "x1 + x2", "[2,6]"),
    ("(x1 + x2)**2", "x1**2 + x2**2", "[1,2]"),
    ("x1**2", "x1", "[0,1]"),
    ("x1**3", "x1", "[-1,1]"),
    ("x1**0", "0", "[-1,1]"),
    ("(x1 - x1)**0", "0", "[-1,1]"),
    ("x1**-1", "-x1", "[1,2]"),
    ("1/x1 + 1/x2", "2/(x1 + x2)", "[1,2]"),
    ("(x1 + 1)/(x2 + 1)", "x1/x2", "[1,2]"),
    ("x1/x2/x3", "x1/(x2/x3)", "[1,2]"),
    ("x1 - x2 - x3", "x1 - (x2 - x3)", "[1,2]"),
    ("-x1**2", "(-x1)**2", "[1,2]"),
    ("2*x1", "x1*(2 + 1/1000000007)", "[1,2]"),
    ("x1*(x1 - 1)*(x1 - 2)", "0", "[0,2]"),
    ("Abs(x1)", "x1", "[-1,1]"),
    ("sqrt(x1**2)", "x1", "[-1,1]"),
    ("sqrt(x1)**2", "x1", "[-1,1]"),
    ("log(exp(x1)) + 0*log(x2)", "x1", "[-1,1]"),
    ("x1**(1/2)*x1**(1/2)", "x1", "[-1,1]"),
    ("sin(x1)", "x1", "[0,1]"),
    ("floor(x1)", "x1", "[0,1]"),
    ("Mod(x1, 2)", "x1", "[0,2]"),
    ("Piecewise((x1, x1 < 1))", "x1", "[0,1]"),
    ("pi", "3.141592653589793", ""),
    ("x1 < 1", "True", "[0,1]"),
    ("sin(0*x1)/sin(0*x1)", "1", "[0,1]"),
    (f"{MANY} + 1e-12", MANY, "[0,1]"),
    pytest.param(f"({MANY})/({MANY})", "1", "[-1,1]", marks=pytest.mark.slow),
    ("x1*x100/x50", "x100*x1/x50", "[[-1,0],[1,2]]"),
    pytest.param(*("(x1 - x2)**1000/(x1 - x2)**999", "x1 - x2", "[0,1]"), marks=pytest.mark.slow),
    ("x1**1000", "x1**1000 + 1e-1000", "[0,1]"),
]


@pytest.mark.parametrize(("left", "right", "extent"), FALSE)
def test_a_claim_that_fails_somewhere_is_never_proved(left: str, right: str, extent: str) -> None:
    made = claim(left, right, *([extent] if extent else []))
    assert decide(made, 200_000).outcome != "proved"


@pytest.mark.parametrize("tolerance", ["abs:1", "rel:1"])
def test_a_tolerance_does_not_forgive_a_pole(tolerance: str) -> None:
    made = claim("(x1**2 - 2)/(x1**2 - 2)", "1", "[1,2]", tolerance=tolerance)
    assert decide(made, 200_000).outcome == "pole"


def test_an_input_of_the_domain_alone_changes_nothing() -> None:
    domain = Domain.parse(["[-1,1]"], ["x1", "x2"])
    x1 = Variable("x1")
    assert decide(Claim(x1, x1, domain)).outcome == "proved"
    assert decide(Claim(Apply("div", (x1, x1)), build.rational(1), domain)).outcome == "pole"


@pytest.mark.parametrize(
    ("left", "right", "extent"),
    [
        ("x1/x1", "1", "[-1,1]"),
        ("(x1**2 - 1)/(x1 - 1)", "x1 + 1", "[-3,3]"),
        ("(x1 - x2 + 1/7)/(x1 - x2 + 1/7)", "1", "[0,1]"),
        ("1/x1 - 1/x1", "0", "[0,1]"),
        ("(3*x1 - 1)/(3*x1 - 1)", "1", "[0,1]"),
    ],
)
def test_a_rational_pole_is_among_the_suspects(left: str, right: str, extent: str) -> None:
    made = claim(left, right, extent)
    finding = decide(made)
    assert finding.outcome == "pole"
    assert all(point in made.domain for point in finding.suspects)
    sides = (made.left, made.right)
    undefined = [
        point
        for point in finding.suspects
        if not all(isinstance(evaluate(side, point), Fraction) for side in sides)
    ]
    assert undefined


def test_different_functions_come_with_points_at_which_they_differ() -> None:
    made = claim("x1*x2", "x1*x2 + 1e-12*(x1 - 1/2)", "[[0,1],[2,3]]")
    finding = decide(made)
    assert finding.outcome == "differs"
    assert all(point in made.domain for point in finding.suspects)
    assert any(
        evaluate(made.left, point) != evaluate(made.right, point) for point in finding.suspects
    )


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sqrt(x1)", "sqrt(x1)"),
        ("Abs(x1)", "x1"),
        ("exp(x1)*exp(x2)", "exp(x1 + x2)"),
        ("x1**x2", "exp(x2*log(x1))"),
        ("x1**(1/2)", "x1**(1/2)"),
        ("pi*x1", "x1*pi"),
        ("min(x1, x2)", "min(x2, x1)"),
        ("Piecewise((x1, True))", "x1"),
        ("x1 < x2", "x2 > x1"),
        ("True", "True"),
    ],
)
def test_what_is_not_rational_is_proved_by_its_normal_form(left: str, right: str) -> None:
    assert decide(claim(left, right, *(["[1,2]"] if "x1" in left else []))).outcome == "proved"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Max(exp(x1), exp(x2))", "exp(Max(x1, x2))"),
        ("sqrt(3 + 2*sqrt(2))*x1", "x1 + sqrt(2)*x1"),
        ("cos(pi/5)*x1", "(1 + sqrt(5))/4*x1"),
        ("floor(1000*x1/(1 + x1**2))", "floor(1/(1/x1 + x1)*1000)"),
    ],
)
def test_where_normal_forms_differ_nothing_is_said(left: str, right: str) -> None:
    finding = decide(claim(left, right, "[0.9,2]"))
    assert finding.outcome in ("silent", "proved")
    assert finding.outcome == "proved" or finding.reason


def _sum(count: int, pattern: str = "x{}") -> str:
    return "+".join(pattern.format(n) for n in range(1, count + 1))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (f"({_sum(10)})**50", f"({_sum(10)})**50"),
        (f"({_sum(5)} + 1/3)**900", f"({_sum(5)} + 1/3)**900"),
        (f"({_sum(100)})**6", f"({_sum(100)})**6"),
        ("*".join(f"(x{n} + 1)" for n in range(1, 40)), "x1"),
        (_sum(150, "1/(x1 + {}*x2 + x3 + x4)"), "x1*x2"),
    ],
    ids=["wide", "tall", "hundred inputs", "product of sums", "many poles"],
)
def test_a_normal_form_that_is_too_large_is_met_with_silence_in_time(left: str, right: str) -> None:
    assert decide(claim(left, right, "[1,2]"), 400_000).outcome == "silent"


@pytest.mark.parametrize(
    ("divisor", "extent"),
    [
        (f"({_sum(30)})**2", "[1,2]"),
        (f"({_sum(6, '(x{} - 1/3)**2')} + 1e-9)", "[-1,1]"),
        (f"(({_sum(10)})**4 + 1e-9)", "[[-2,-1],[1,2.1]]"),
    ],
    ids=["many terms", "almost a pole", "many boxes"],
)
def test_a_divisor_that_is_costly_to_examine_keeps_to_the_time_given(
    divisor: str, extent: str
) -> None:
    made = claim(f"1/({divisor})", f"({divisor})**-1", extent)
    assert decide(made, 200_000).outcome in ("silent", "proved")


@st.composite
def mutations(draw: st.DrawFn) -> tuple[Expression, Expression]:
    """A rational expression, and the same with a constant changed or a division put in."""
    tree = draw(rational_trees(2))
    divisor = draw(rational_trees(1))
    kind = draw(st.sampled_from(("constant", "times one", "plus zero", "divided")))
    if kind == "times one":
        return tree, build.product((tree, build.quotient(divisor, divisor)))
    if kind == "plus zero":
        zero = build.product((build.rational(0), build.quotient(build.rational(1), divisor)))
        return tree, build.total((tree, zero))
    if kind == "divided":
        return tree, build.quotient(tree, divisor)
    change = draw(st.sampled_from((Fraction(1), Fraction(-1, 3), Fraction(1, 10**12))))
    numbers = fold(tree, lambda node: int(isinstance(node, Number)), lambda _, counts: sum(counts))
    assume(numbers > 0)
    chosen = draw(st.integers(0, numbers - 1))
    return tree, _changed(tree, chosen, change)


def _changed(tree: Expression, chosen: int, change: Fraction) -> Expression:
    met = iter(range(10**6))

    def visit(node: Expression) -> Expression:
        if isinstance(node, Number):
            return Number(node.value + change) if next(met) == chosen else node
        if isinstance(node, Apply):
            return Apply(node.operation, tuple(map(visit, node.arguments)))
        return node

    return visit(tree)


TRIED = st.fixed_dictionaries(
    {
        name: st.integers(-4, 4).map(lambda n: Fraction(n, 2)) | st.fractions(-2, 2)
        for name in ("x1", "x2", "x3")
    }
)


@given(mutations(), st.lists(TRIED, min_size=8, max_size=8))
def test_a_mutated_expression_is_never_proved_equal_where_a_point_tells_them_apart(
    pair: tuple[Expression, Expression], tried: list[dict[str, Fraction]]
) -> None:
    left, right = pair
    values = [(evaluate(left, point), evaluate(right, point)) for point in tried]
    assume(any(a != b or not isinstance(a, Fraction) for a, b in values))
    domain = Domain.uniform(("x1", "x2", "x3"), Range.parse("[-2,2]"))
    for tolerance in (Tolerance(), Tolerance.parse("abs:1e-6")):
        assert decide(Claim(left, right, domain, tolerance), 20_000).outcome != "proved"


@given(rational_trees(2), rational_trees(1))
def test_a_rearranged_expression_is_never_said_to_differ(
    tree: Expression, other: Expression
) -> None:
    domain = Domain.uniform(("x1", "x2", "x3"), Range.parse("[1,2]"))
    there = build.total((tree, other))
    back = build.total((other, tree))
    assert decide(Claim(there, back, domain), 20_000).outcome != "differs"
