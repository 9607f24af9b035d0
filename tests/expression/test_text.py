from __future__ import annotations

from fractions import Fraction

import pytest
from helpers_trees import conditions, points, trees
from hypothesis import given
from hypothesis import strategies as st

from nalmx.expression import Apply, Expression, Number, Variable, build, evaluate, parse, to_text

SIDES = st.one_of(trees(), conditions())


@given(SIDES, st.lists(points(), min_size=3, max_size=3))
def test_the_text_of_a_tree_reads_back_to_the_same_function(
    tree: Expression, tried: list[dict[str, Fraction]]
) -> None:
    again = parse(to_text(tree))
    for point in tried:
        assert evaluate(again, point) == evaluate(tree, point)


@given(SIDES)
def test_the_text_of_a_text_is_that_text(tree: Expression) -> None:
    text = to_text(tree)
    assert to_text(parse(text)) == text


@given(SIDES)
def test_a_text_is_one_printable_line(tree: Expression) -> None:
    assert to_text(tree).isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "x1*x2",
        "1/3*x1 - x2**2",
        "Piecewise((x1, x1 >= 0), (-x1, True))",
        "x1 - (x2 - x3)",
        "-(x1 + x2)",
        "-x1*x2",
        "x1/(x2*x3)",
        "x1/x2/x3",
        "x1/(x2/x3)",
        "x1*(x2/x3)",
        "(x1 + x2)*x3",
        "(-2)**x1",
        "(-x1)**2",
        "-x1**2",
        "x1**-2",
        "x1**(1/3)",
        "x1**x2**x3",
        "(x1**x2)**x3",
        "(1/3)**x1",
        "x1*(1/3)",
        "x1*-2",
        "2/0",
        "0.1*x1 + 1/7",
        "Mod(x1, 2) + Abs(x2) + Min(x1, x2) + Max(x1)",
        "sqrt(x1) + exp(x1) + log(x1) + sin(x1) + cos(x1) + tan(x1) + tanh(x1)",
        "sign(x1) + floor(x1)",
        "pi*E",
        "~(x1 < x2)",
        "((x1 < 1) & (x2 <= 2)) | (x3 > 3)",
        "(x1 == 1) & ((x2 != 2) | (x3 >= 3))",
        "True",
        "0.000000000001",
        "-1/3*x1",
    ],
)
def test_a_text_in_the_house_spelling_is_kept(text: str) -> None:
    assert to_text(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("  x1*x2+  1e-3", "x1*x2 + 0.001"),
        ("2/6", "1/3"),
        ("4/8*x1", "0.5*x1"),
        ("x1**1.5 + x2**-0.25", "x1**(3/2) + x2**(-1/4)"),
        ("x1**0.4 + x2**2.0", "x1**0.4 + x2**2"),
        ("--x1", "x1"),
        ("-(-x1)*x2", "x1*x2"),
        ("((x1))", "x1"),
        ("x1 + (x2 + x3)", "x1 + x2 + x3"),
        ("(x1 < x2) & True", "(x1 < x2) & True"),
        ("x1 < x2 < x3", "(x1 < x2) & (x2 < x3)"),
        ("And(x1 < 1, x2 < 1)", "(x1 < 1) & (x2 < 1)"),
        ("ln(min(x1, x2))", "log(Min(x1, x2))"),
        ("1e-13", "1/10000000000000"),
        ("x1 - -x2", "x1 + x2"),
        ("(x1 < 1) & (x2 < 2) | True", "((x1 < 1) & (x2 < 2)) | True"),
    ],
)
def test_other_spellings_become_the_house_spelling(text: str, spelled: str) -> None:
    assert to_text(parse(text)) == spelled


@pytest.mark.parametrize(
    "text",
    [
        "-(-2*x1)",
        "-(-2/x1)",
        "-(-2*x1)*x2",
        "And(And(x1 < 1, x1 < 2), x1 < 3)",
        "Or(x1 < 1, Or(x1 < 2, x1 < 3))",
        "Or(Or(x1 < 1, x1 < 2), x1 < 3)",
        "(x1 < x2 < x3) & (x1 < 1)",
        "And(x1 < 1)",
        "x1*(x2*x3)",
        "x1 - (x2*x3)/2",
        "-(1/3)*x1",
        "-(1/3)**2",
    ],
)
def test_the_spelling_of_any_accepted_text_is_stable(text: str) -> None:
    spelled = to_text(parse(text))
    assert to_text(parse(spelled)) == spelled


@pytest.mark.parametrize(
    "text",
    [
        "1e1000/1e-500",
        "1e-1000/1e500",
        "1e1000/1e-1000/1e-1000/1e-1000/1e-1000",
        "1e1000/1e-1000/1e-1000/1e-1000/1e-1000*x1",
    ],
)
def test_a_quotient_of_extreme_numbers_is_spelled_so_that_it_reads_back(text: str) -> None:
    tree = parse(text)
    point = {"x1": Fraction(3)}
    assert evaluate(parse(to_text(tree)), point) == evaluate(tree, point)


def test_a_minus_sign_stays_outside_products_and_sums_stay_flat() -> None:
    x, y = Variable("x1"), Variable("x2")
    assert to_text(build.product((build.negative(x), y))) == "-x1*x2"
    assert to_text(build.quotient(build.negative(x), y)) == "-x1/x2"
    assert to_text(build.total((build.total((x, y)), x))) == "x1 + x2 + x1"
    assert build.quotient(Number(Fraction(1)), Number(Fraction(3))) == Number(Fraction(1, 3))
    assert build.quotient(x, Number(Fraction(0))) == Apply("div", (x, Number(Fraction(0))))
