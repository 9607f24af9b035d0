"""Derivatives that are written as expressions have the values of those that mpmath finds."""

from __future__ import annotations

from fractions import Fraction

import flint
import mpmath
import pytest

from nalmx.expression import evaluate, parse, to_text
from nalmx.expression.ball import ball, enclose, precision
from nalmx.expression.derivative import derivative, is_smooth

POINT = {"x": Fraction(3, 5), "y": Fraction(7, 4)}


def value_at(text: str, x: object) -> mpmath.mpf:
    """By Arb, at any point that mpmath asks for."""
    with precision(1_200):
        inputs = {name: ball(value) for name, value in POINT.items()}
        inputs["x"] = flint.arb(mpmath.nstr(x, 250))
        found = enclose(parse(text), inputs)
        assert isinstance(found, flint.arb)
        return mpmath.mpf(found.mid().str(250, radius=False))


@pytest.mark.parametrize(
    "text",
    [
        "x**5 - 3*x*y + y",
        "x/(1 + y*x)",
        "-(x*y*x)",
        "x**y",
        "y**x",
        "x**(3/2)",
        "exp(x*y)",
        "log(1 + x)",
        "sin(x)*cos(y*x)",
        "tan(x)",
        "tanh(x/2)",
        "sinh(x) - cosh(x)",
        "sqrt(x)",
        "asin(x)",
        "acos(x)",
        "atan(x)/x",
        "log2(x) + log10(y*x)",
    ],
)
@pytest.mark.parametrize("order", [1, 3])
def test_the_derivative_is_that_of_the_function(text: str, order: int) -> None:
    found = parse(text)
    for _ in range(order):
        slope = derivative(found, "x")
        assert slope is not None
        found = slope
    with mpmath.workdps(60):
        at = mpmath.mpf(3) / 5
        expected = mpmath.diff(lambda x: value_at(text, x), at, order)
        assert mpmath.almosteq(value_at(to_text(found), at), expected, 1e-12)


def test_an_input_that_does_not_occur_has_the_derivative_zero() -> None:
    slope = derivative(parse("exp(y)*sin(y)"), "x")
    assert slope is not None
    assert evaluate(slope, {}) == 0


@pytest.mark.parametrize("text", ["abs(x)", "floor(x)*x", "Max(x, 1)", "cbrt(x)", "sign(x) + x"])
def test_what_has_a_kink_or_a_step_has_none(text: str) -> None:
    assert not is_smooth(parse(text))
    assert derivative(parse(text), "x") is None
