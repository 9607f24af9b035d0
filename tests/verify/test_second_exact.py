"""The second arithmetic's exact rationals, held against those of the first."""

from fractions import Fraction

import pytest
from helpers_trees import conditions, points, trees
from hypothesis import given
from hypothesis import strategies as st

from nalmx.expression import IRRATIONAL, Expression, Undefined, evaluate, parse
from nalmx.verify.certificates.second.exact import exact_value
from nalmx.verify.certificates.second.intervals import OPEN, UNDEFINED


@given(st.one_of(trees(), conditions()), points())
def test_both_arithmetics_find_the_same_exact_value(
    expression: Expression, point: dict[str, Fraction]
) -> None:
    first, second = evaluate(expression, point), exact_value(expression, point)
    if isinstance(first, Undefined):
        first = UNDEFINED
    assert second == (OPEN if first is IRRATIONAL else first)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("floor(3*x)", 1),
        ("Mod(x, 1/9)", 0),
        ("(x/9)**(2/3)", Fraction(1, 9)),
        ("sqrt(x/27)*8**(1/3)", Fraction(2, 9)),
        ("x**-2", 9),
        ("(3*x - 1)**0", 1),
        ("Piecewise((1/(3*x - 1), x < 0), (7, 3*x >= 1))", 7),
        ("log(3*x) + exp(3*x - 1)*cos(x - 1/3) + tanh(3*x - 1)", 1),
        ("ceil(3*x) + cbrt(-x/9) + log2(3*x/8) + log10(300*x)", 1 - Fraction(1, 3) - 3 + 2),
        ("sinh(3*x - 1) + asin(3*x - 1) + atan(3*x - 1) + acos(3*x) + cosh(3*x - 1)", 1),
        ("asin(4*x)", UNDEFINED),
        ("log2(x - 1)", UNDEFINED),
        ("log10(x)", OPEN),
        ("x == 1/3", True),
        ("(x - 1)**0.5", UNDEFINED),
        ("0**(x - 1)", UNDEFINED),
        ("log(3*x - 1)", UNDEFINED),
        ("Mod(x, 3*x - 1)", UNDEFINED),
        ("Piecewise((1, x < 0))", UNDEFINED),
        ("sqrt(x)", OPEN),
        ("pi*x", OPEN),
        ("sin(x)", OPEN),
        ("Piecewise((1, sin(x) < 0), (2, True))", OPEN),
    ],
)
def test_the_value_at_a_third(text: str, value: object) -> None:
    found = exact_value(parse(text), {"x": Fraction(1, 3)})
    assert found == value
    assert isinstance(found, bool) == isinstance(value, bool)


@pytest.mark.parametrize(
    "text", ["x**x", "*".join(["x**900"] * 4), "2**(x**20)", "x**(1/99999999)"]
)
def test_a_number_that_would_be_too_long_stays_open(text: str) -> None:
    assert exact_value(parse(text), {"x": Fraction(2**40 + 1)}) is OPEN
