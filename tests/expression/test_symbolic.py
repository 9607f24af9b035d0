from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from helpers_trees import NAMES, points, rational_trees
from hypothesis import assume, given

from nalmx.errors import ExpressionError
from nalmx.expression import Expression, evaluate, parse, to_text
from nalmx.expression.ball import ball, enclose, precision
from nalmx.expression.symbolic import from_sympy, to_sympy

TEXTS = [
    "x1*x2 + 1/3",
    "x1 - x2**2/7",
    "(x1 + x2)/(x1*x2 + 20)",
    "x1**-2 + x2**3",
    "Abs(x1 - x2)",
    "min(x1, x2, 1) + max(x1, 2*x2)",
    "Mod(x1, 3) + floor(x2)",
    "Mod(x1, -3) - sign(x2)",
    "sqrt(x1**2)",
    "Piecewise((x1, x1 >= 1), (x2, x2 > 1), (-x1, True))",
    "Piecewise((1, (x1 > 1) & (x2 > 1)), (2, (x1 < 0) | (x2 < 0)), (3, True))",
    "Piecewise((1, ~(x1 == 2)), (2, True))",
    "Piecewise((1, x1 != 2), (2, True))",
    "exp(x1 - x1) + cos(0*x2) + log(1)",
    "-x1*x2 - 5",
]
POINTS = [
    {"x1": Fraction(2), "x2": Fraction(3)},
    {"x1": Fraction(-5, 2), "x2": Fraction(1, 3)},
    {"x1": Fraction(1), "x2": Fraction(-7, 4)},
]


def substituted(form: sympy.Basic, point: dict[str, Fraction]) -> sympy.Basic:
    return form.subs(
        {
            sympy.Symbol(name, real=True): sympy.Rational(x.numerator, x.denominator)
            for name, x in point.items()
        }
    )


@pytest.mark.parametrize("text", TEXTS)
def test_the_sympy_form_has_the_values_of_the_expression(text: str) -> None:
    tree = parse(text)
    for point in POINTS:
        expected = evaluate(tree, point)
        assert isinstance(expected, Fraction)
        value = substituted(to_sympy(tree), point)
        assert value == sympy.Rational(expected.numerator, expected.denominator)


@pytest.mark.parametrize("text", TEXTS)
def test_an_expression_keeps_its_values_through_sympy_and_back(text: str) -> None:
    tree = parse(text)
    again = from_sympy(to_sympy(tree))
    for point in POINTS:
        assert evaluate(again, point) == evaluate(tree, point)


@given(rational_trees(), points())
def test_a_rational_expression_keeps_its_values_through_sympy_where_it_is_defined(
    tree: Expression, point: dict[str, Fraction]
) -> None:
    expected = evaluate(tree, point)
    assume(isinstance(expected, Fraction))
    assert evaluate(from_sympy(to_sympy(tree)), point) == expected


@pytest.mark.parametrize("name", ["sqrt", "exp", "log", "sin", "cos", "tan", "tanh"])
def test_a_transcendental_function_keeps_its_name_through_sympy_and_back(name: str) -> None:
    tree = parse(f"{name}(x1)")
    assert from_sympy(to_sympy(tree)) == tree
    assert to_sympy(tree) == getattr(sympy, name)(sympy.Symbol("x1", real=True))


@pytest.mark.parametrize("text", ["x1 < x2", "x1 <= x2", "x1 > x2", "x1 >= x2", "x1 != x2"])
def test_a_comparison_keeps_its_truth_through_sympy_and_back(text: str) -> None:
    tree = parse(text)
    again = from_sympy(to_sympy(tree))
    for point in [*POINTS, {"x1": Fraction(2), "x2": Fraction(2)}]:
        assert evaluate(again, point) is evaluate(tree, point)


def test_constants_and_truth_values_keep_their_meaning() -> None:
    assert to_sympy(parse("pi + E")) == sympy.pi + sympy.E
    assert to_text(from_sympy(sympy.pi)) == "pi"
    assert to_text(from_sympy(sympy.E)) == "E"
    assert from_sympy(sympy.true) == parse("True")
    assert to_sympy(parse("False")) is sympy.false


x = sympy.Symbol("x1", real=True)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (sympy.Float("0.1"), "3602879701896397/36028797018963968"),
        (sympy.Float("0.5") * x, "0.5*x1"),
        (x ** sympy.Float("0.25"), "x1**0.25"),
        (sympy.sin(x + sympy.Float(-2.5)), "sin(x1 - 2.5)"),
        (sympy.Float(0.1, 5), f"{sympy.Rational(sympy.Float(0.1, 5))}"),
    ],
)
def test_a_float_is_the_exact_number_that_it_is(form: sympy.Basic, text: str) -> None:
    assert from_sympy(form) == parse(text)


@pytest.mark.parametrize("form", [sympy.Float("nan"), sympy.Float("inf"), sympy.Float("-inf")])
def test_a_float_that_is_no_number_is_refused(form: sympy.Basic) -> None:
    with pytest.raises(ExpressionError):
        from_sympy(form)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (sympy.sec(x), "1/cos(x1)"),
        (sympy.Heaviside(x), "Piecewise((0, x1 < 0), (1, x1 > 0), (1/2, True))"),
        (sympy.erfc(x) + 2, "(1 - erf(x1)) + 2"),
        (sympy.atan2(x, 2), "atan2(x1, 2)"),
        (sympy.gamma(sympy.Rational(7, 2)), "15*sqrt(pi)/8"),
    ],
)
def test_what_sympy_has_a_name_for_is_written_out(form: sympy.Basic, text: str) -> None:
    found = from_sympy(form)
    assert not places_where_they_differ(found, parse(text))


def places_where_they_differ(left: Expression, right: Expression) -> list[Fraction]:
    """Where two expressions of x1 differ."""
    differ = []
    with precision(100):
        for place in (Fraction(-3, 2), Fraction(0), Fraction(2, 3)):
            values = [enclose(side, {"x1": ball(place)}) for side in (left, right)]
            if not values[0].overlaps(values[1]):
                differ.append(place)
    return differ


@pytest.mark.parametrize(
    "form",
    [
        sympy.oo,
        sympy.zoo,
        sympy.nan,
        sympy.I,
        sympy.gamma(x),
        sympy.Function("f")(x),
        sympy.EulerGamma,
        sympy.Integral(x, x),
        sympy.Matrix([[1]]),
    ],
    ids=str,
)
def test_a_form_without_a_counterpart_is_refused(form: sympy.Basic) -> None:
    with pytest.raises(ExpressionError) as caught:
        from_sympy(form)
    message = str(caught.value)
    assert message.splitlines() == [message]


@pytest.mark.parametrize("name", ["pi", "E", "sin", "a b", "2x", "_x", "nan", ""])
def test_a_symbol_that_cannot_name_an_input_is_refused(name: str) -> None:
    with pytest.raises(ExpressionError):
        from_sympy(sympy.Symbol(name) + 1)


@pytest.mark.parametrize(
    "form",
    [x / 2, -x, 1 / x, x**-2, -x / 3, x ** sympy.Rational(-1, 2), 2 * (x + 1), -3 * x / (x + 1)],
    ids=str,
)
def test_the_text_of_a_sympy_form_reads_back_to_that_form(form: sympy.Basic) -> None:
    assert sympy.simplify(to_sympy(parse(to_text(from_sympy(form)))) - form) == 0


def test_the_symbols_are_real_and_named_as_the_inputs() -> None:
    symbols = to_sympy(parse("x1 + x2 + x3")).free_symbols
    assert {symbol.name for symbol in symbols} == set(NAMES)
    assert all(symbol.is_real for symbol in symbols)
