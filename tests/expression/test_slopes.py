"""Slopes and Taylor forms hold what they say: chords, and the values on an interval."""

from fractions import Fraction

import flint
import pytest
from helpers_pytest import thinned
from hypothesis import assume, given
from hypothesis import strategies as st

from nalmx.expression import parse
from nalmx.expression.ball import ball, enclose, interval, precision
from nalmx.expression.slopes import Enclosure
from nalmx.expression.taylor import taylor_form

TEXTS = (
    "x*y - 3*x + 1/(y + 5)",
    "exp(x)*sin(y) - log(x + 4)",
    "abs(x - y) + Max(x, 2*y, 1/3) - Min(x, y)",
    "sqrt(x + 4)**3/(y**2 + 1) - x**-2*0",
    "(x + 4)**(2/3) + (y + 5)**x",
    "tanh(x*y) + cos(3*x) + tan(y/9)",
    "Piecewise((x*y, x < 1000), (y, True))",
    "Mod(x + 500, 1000) + floor(y/1000 + 1/2) + sign(x + 1000)*y",
)
ENDS = st.fractions(-3, 3, max_denominator=8)
SHARE = st.fractions(0, 1, max_denominator=16)


def inside(low, high, share):
    return low + (high - low) * share


@pytest.mark.parametrize("text", thinned(TEXTS))
@given(ENDS, ENDS, ENDS, ENDS, SHARE, SHARE, SHARE, SHARE)
def test_chords_have_slopes_within_the_enclosure(text, a, b, c, d, s, t, u, v):
    tree = parse(text)
    box = {"x": (min(a, b), max(a, b) + 1), "y": (min(c, d), max(c, d) + 1)}
    with precision(128):
        inputs = {n: interval(*ends) for n, ends in box.items()}
        value, slopes = Enclosure(tree).with_slopes(inputs)
        assume(slopes is not None)
        start = {"x": inside(*box["x"], s), "y": inside(*box["y"], t)}
        end = {"x": inside(*box["x"], u), "y": inside(*box["y"], v)}
        values = [enclose(tree, {n: ball(x) for n, x in p.items()}) for p in (start, end)]
        assert all(value.contains(one) or value.overlaps(one) for one in values)
        chord = sum(
            (slopes.get(n, flint.arb(0)) * ball(end[n] - start[n]) for n in box), flint.arb(0)
        )
        assert chord.overlaps(values[1] - values[0])


def test_the_slopes_of_a_polynomial_are_its_derivatives():
    with precision(128):
        inputs = {"x": ball(Fraction(3)), "y": ball(Fraction(5))}
        _, slopes = Enclosure(parse("x**2*y + 7*y")).with_slopes(inputs)
    assert slopes["x"] == 30
    assert slopes["y"] == 16


@pytest.mark.parametrize("text", ["floor(x)", "sign(x)", "Piecewise((1, x < 0), (2, True))"])
def test_there_are_no_slopes_across_a_jump(text):
    with precision(128):
        _, slopes = Enclosure(parse(text)).with_slopes({"x": interval(Fraction(-1), Fraction(1))})
    assert slopes is None


@pytest.mark.parametrize(
    "text",
    ["exp(x) - 1 - x", "sin(x)**2*x", "1/(x + 4) + sqrt(x + 4)", "log(x + 4)*tanh(x)", "abs(x + 4)**3",
     "Max(x, -5) + Min(x, 9)*2", "tan(x/9) - x**-1*0", "(x + 4)**(1/3) + 2**x", "cos(x)/(2 + sin(x))"],
)  # fmt: skip
@given(ENDS, SHARE, SHARE)
def test_a_taylor_form_holds_the_values_on_an_interval(text, low, width, share):
    tree = parse(text)
    low, high = low, low + width + Fraction(1, 100)
    with precision(128):
        extent = interval(low, high)
        form = taylor_form(Enclosure(tree), extent, ball((low + high) / 2), ball((high - low) / 2))
        value = enclose(tree, {"x": ball(inside(low, high, share))})
        assume(form is not None and isinstance(value, flint.arb))
        assert form.overlaps(value)


def test_a_taylor_form_sees_what_cancels():
    with precision(128):
        form = Enclosure(parse("sin(x) - x + x**3/6 - x**5/120"))
        extent = interval(Fraction(-1, 10), Fraction(1, 10))
        found = taylor_form(form, extent, ball(Fraction(0)), ball(Fraction(1, 10)))
        assert found.abs_upper() < 1e-9
        assert form.value({"x": extent}).abs_upper() > 0.1


def test_there_is_no_taylor_form_across_a_kink_or_of_several_inputs():
    with precision(128):
        extent, zero, one = interval(Fraction(-1), Fraction(1)), flint.arb(0), flint.arb(1)
        assert taylor_form(Enclosure(parse("abs(x)")), extent, zero, one) is None
        assert taylor_form(Enclosure(parse("x*y")), extent, zero, one) is None
