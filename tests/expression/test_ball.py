from __future__ import annotations

from fractions import Fraction

import flint
import mpmath
import pytest
from helpers_trees import bounds, contains, points, rational_trees, rationals, trees
from hypothesis import assume, given
from hypothesis import strategies as st

from nalmx.expression import IRRATIONAL, Expression, Undefined, evaluate, parse
from nalmx.expression.ball import UNDECIDED, BallValue, ball, enclose, interval, precision
from nalmx.expression.exact import (
    DIVISION_BY_ZERO,
    LOG_OF_NONPOSITIVE,
    NEGATIVE_ROOT,
    NO_PIECE,
    ZERO_TO_NEGATIVE,
)

Extent = tuple[str | int, str | int]


def over(text: str, x1: Extent = (0, 0), x2: Extent = (0, 0), bits: int = 128) -> BallValue:
    with precision(bits):
        box = {name: interval(*map(Fraction, ends)) for name, ends in (("x1", x1), ("x2", x2))}
        return enclose(parse(text), box)


@given(rationals(-10, 10), st.integers(20, 200))
def test_a_ball_contains_the_rational_it_is_made_of(value: Fraction, bits: int) -> None:
    with precision(bits):
        assert contains(ball(value), value)


@given(rationals(), rationals(), st.integers(20, 200))
def test_an_interval_contains_both_of_its_ends(a: Fraction, b: Fraction, bits: int) -> None:
    with precision(bits):
        extent = interval(min(a, b), max(a, b))
        assert contains(extent, a)
        assert contains(extent, b)


def test_the_precision_is_put_back_after_a_block() -> None:
    before = flint.ctx.prec
    with precision(300):
        assert flint.ctx.prec == 300
    assert flint.ctx.prec == before


@given(rational_trees(), points())
def test_the_ball_of_a_rational_expression_contains_its_exact_value(
    tree: Expression, point: dict[str, Fraction]
) -> None:
    exact = evaluate(tree, point)
    with precision(128):
        value = enclose(tree, {name: ball(x) for name, x in point.items()})
        if isinstance(value, flint.arb):
            assert isinstance(exact, Fraction)
            assert contains(value, exact)
        else:
            assert value is UNDECIDED or isinstance(exact, Undefined)


@given(rational_trees(), points())
def test_a_ball_at_dyadic_inputs_always_tells_whether_a_rational_expression_is_defined(
    tree: Expression, point: dict[str, Fraction]
) -> None:
    dyadic = {name: Fraction(round(4 * x), 4) for name, x in point.items()}
    exact = evaluate(tree, dyadic)
    with precision(2000):
        value = enclose(tree, {name: ball(x) for name, x in dyadic.items()})
    if isinstance(exact, Fraction):
        assert isinstance(value, flint.arb) or value is UNDECIDED
    assert not (isinstance(exact, Undefined) and isinstance(value, flint.arb))


@given(trees(), points())
def test_balls_and_exact_values_agree_for_every_operation(
    tree: Expression, point: dict[str, Fraction]
) -> None:
    exact = evaluate(tree, point)
    assume(exact is not IRRATIONAL)
    with precision(128):
        value = enclose(tree, {name: ball(x) for name, x in point.items()})
    assert not isinstance(value, flint.arb) or isinstance(exact, Fraction)
    assert not isinstance(value, flint.arb) or contains(value, exact)
    assert not isinstance(value, Undefined) or isinstance(exact, Undefined)


@st.composite
def boxes_with_points(
    draw: st.DrawFn,
) -> tuple[dict[str, tuple[Fraction, Fraction]], list[dict[str, Fraction]]]:
    ends = {name: tuple(sorted(draw(st.tuples(rationals(), rationals())))) for name in draw(_names)}
    places = st.fractions(0, 1, max_denominator=16)
    inside = [
        {name: low + (high - low) * draw(places) for name, (low, high) in ends.items()}
        for _ in range(4)
    ]
    return ends, inside


_names = st.just(("x1", "x2", "x3"))


@given(trees(), boxes_with_points())
def test_the_enclosure_over_a_box_holds_at_every_point_inside_it(
    tree: Expression,
    box_and_points: tuple[dict[str, tuple[Fraction, Fraction]], list[dict[str, Fraction]]],
) -> None:
    box, inside = box_and_points
    with precision(100):
        value = enclose(tree, {name: interval(*ends) for name, ends in box.items()})
        assume(value is not UNDECIDED)
        for point in inside:
            exact = evaluate(tree, point)
            there = enclose(tree, {name: ball(x) for name, x in point.items()})
            if isinstance(value, flint.arb):
                assert not isinstance(exact, Undefined)
                assert not isinstance(there, Undefined)
                assert exact is IRRATIONAL or contains(value, exact)
                assert there is UNDECIDED or value.overlaps(there)
            else:
                assert isinstance(value, Undefined)
                assert exact is IRRATIONAL or isinstance(exact, Undefined)
                assert there is UNDECIDED or isinstance(there, Undefined)


def as_rational(value: mpmath.mpf) -> Fraction:
    return Fraction(*map(int, mpmath.libmp.to_rational(value._mpf_)))


TRANSCENDENTAL = {
    "sqrt": mpmath.sqrt,
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "tanh": mpmath.tanh,
}


@pytest.mark.parametrize("name", TRANSCENDENTAL)
@given(value=st.fractions("1/50", 30, max_denominator=99), minus=st.booleans())
def test_a_transcendental_function_agrees_with_mpmath_to_fifty_digits(
    name: str, value: Fraction, minus: bool
) -> None:
    value = -value if minus and name not in ("sqrt", "log") else value
    with precision(256):
        enclosed = enclose(parse(f"{name}(x1)"), {"x1": ball(value)})
        lower, upper = bounds(enclosed)
    with mpmath.workdps(60):
        expected = TRANSCENDENTAL[name](mpmath.mpf(value.numerator) / value.denominator)
        reference = as_rational(expected)
    slack = max(abs(reference), Fraction(1)) / 10**50
    assert lower - slack <= reference <= upper + slack
    assert upper - lower <= slack


@pytest.mark.parametrize(
    ("text", "reference"),
    [("pi", lambda: mpmath.pi + 0), ("E", lambda: mpmath.e + 0), ("2**pi", lambda: 2**mpmath.pi)],
)
def test_a_constant_agrees_with_mpmath_to_fifty_digits(text: str, reference: object) -> None:
    with precision(256):
        lower, upper = bounds(enclose(parse(text), {}))
    with mpmath.workdps(60):
        expected = as_rational(reference())
    assert upper - lower < Fraction(1, 10**50)
    assert lower - Fraction(1, 10**50) <= expected <= upper + Fraction(1, 10**50)


@given(st.fractions("1/9", 9, max_denominator=30), st.fractions(-4, 4, max_denominator=30))
def test_a_fractional_power_agrees_with_mpmath(base: Fraction, exponent: Fraction) -> None:
    with precision(256):
        value = enclose(parse("x1**x2"), {"x1": ball(base), "x2": ball(exponent)})
        lower, upper = bounds(value)
    with mpmath.workdps(60):
        x = mpmath.mpf(base.numerator) / base.denominator
        y = mpmath.mpf(exponent.numerator) / exponent.denominator
        expected = as_rational(x**y)
    slack = max(expected, Fraction(1)) / 10**50
    assert lower - slack <= expected <= upper + slack


@pytest.mark.parametrize(
    ("text", "x1", "x2", "expected"),
    [
        ("1/x1", (0, 0), (0, 0), DIVISION_BY_ZERO),
        ("Mod(1, x1)", (0, 0), (0, 0), DIVISION_BY_ZERO),
        ("0*(1/x1)", (0, 0), (0, 0), DIVISION_BY_ZERO),
        ("(1/x1)**0", (0, 0), (0, 0), DIVISION_BY_ZERO),
        ("sqrt(x1)", (-2, -1), (0, 0), NEGATIVE_ROOT),
        ("x1**(1/3)", (-2, -1), (0, 0), NEGATIVE_ROOT),
        ("x1**x2", (-2, -1), ("1/4", "3/4"), NEGATIVE_ROOT),
        ("x1**x2", (0, 0), (-2, -1), ZERO_TO_NEGATIVE),
        ("x1**-3", (0, 0), (0, 0), ZERO_TO_NEGATIVE),
        ("log(x1)", (0, 0), (0, 0), LOG_OF_NONPOSITIVE),
        ("log(x1)", (-2, -1), (0, 0), LOG_OF_NONPOSITIVE),
        ("Piecewise((1, x1 > 3))", (0, 2), (0, 0), NO_PIECE),
        ("Piecewise((1, log(x2) > 0), (2, True))", (0, 2), (0, 0), LOG_OF_NONPOSITIVE),
        ("(log(x2) > 0) | (x1 < 1)", (0, 2), (0, 0), LOG_OF_NONPOSITIVE),
        ("min(x1, log(x2))", (0, 2), (0, 0), LOG_OF_NONPOSITIVE),
    ],
)
def test_what_is_undefined_throughout_a_box_is_undefined(
    text: str, x1: Extent, x2: Extent, expected: Undefined
) -> None:
    assert over(text, x1, x2) == expected


@pytest.mark.parametrize(
    ("text", "x1"),
    [
        ("1/x1", (-1, 1)),
        ("1/x1", (0, 1)),
        ("x1**-2", (-1, 1)),
        ("x1/x1", (-1, 1)),
        ("Mod(3, x1)", (-1, 1)),
        ("sqrt(x1)", (-1, 1)),
        ("x1**(1/3)", (-1, 1)),
        ("2**(1/x1)", (-1, 1)),
        ("(-2)**x1", ("1/2", "3/2")),
        ("log(x1)", (0, 1)),
        ("log(x1)", (-1, 1)),
        ("tan(x1)", (1, 2)),
        ("Piecewise((1, x1 > 0), (1, True))", (-1, 1)),
        ("Piecewise((1, x1 > 0), (1, True))", (0, 1)),
        ("exp(exp(x1))", (10**9, 10**9)),
        ("exp(exp(exp(x1)))", (100, 100)),
        ("exp(exp(exp(x1)))*0", (100, 100)),
    ],
)
def test_a_number_is_undecided_where_the_box_reaches_over_an_edge(text: str, x1: Extent) -> None:
    assert over(text, x1) is UNDECIDED


@pytest.mark.parametrize(
    ("text", "x1", "lowest", "highest"),
    [
        ("sign(x1)", (-1, 1), -1, 1),
        ("sign(x1)", (0, 1), 0, 1),
        ("floor(x1)", ("1/2", "3/2"), 0, 1),
        ("floor(x1)", ("1/2", 1), 0, 1),
        ("Mod(x1, 1)", ("1/2", "3/2"), 0, 1),
        ("Mod(x1, -1)", ("1/2", "3/2"), -1, 0),
    ],
)
def test_a_step_on_a_box_that_reaches_over_its_edge_is_enclosed_by_its_ends(
    text: str, x1: Extent, lowest: int, highest: int
) -> None:
    found = over(text, x1)
    assert found.contains(lowest)
    assert found.contains(highest)
    assert lowest - 1e-6 < found.lower()
    assert found.upper() < highest + 1e-6


@pytest.mark.parametrize(
    ("text", "x1", "x2", "expected"),
    [
        ("x1 < x2", (0, 1), (2, 3), True),
        ("x1 < x2", (0, 1), (1, 2), UNDECIDED),
        ("x1 <= x2", (1, 1), (1, 1), True),
        ("x1 < x2", (1, 1), (1, 1), False),
        ("x1 >= x2", (1, 1), (1, 1), True),
        ("x1 >= x2", (2, 3), (0, 1), True),
        ("x1 > x2", (1, 2), (0, 1), UNDECIDED),
        ("x1 > x2", (0, 1), (2, 3), False),
        ("x1 == x2", (0, 1), (0, 1), UNDECIDED),
        ("x1 == x2", (0, 1), (2, 3), False),
        ("x1 != x2", (0, 1), (2, 3), True),
        ("x1 == x2", (1, 1), (1, 1), True),
        ("x1 != x2", (1, 1), (1, 1), False),
        ("x1 == x2", ("1/3", "1/3"), ("1/3", "1/3"), UNDECIDED),
        ("~(x1 < x2)", (0, 1), (2, 3), False),
        ("~(x1 == x2)", (0, 1), (0, 1), UNDECIDED),
        ("(x1 < 2) & (x2 < 2)", (0, 1), (0, 1), True),
        ("(x1 < 2) | (x2 > 2)", (0, 1), (0, 1), True),
    ],
)
def test_a_comparison_answers_only_where_all_points_agree(
    text: str, x1: Extent, x2: Extent, expected: object
) -> None:
    assert over(text, x1, x2) is expected


@pytest.mark.parametrize("text", ["(x1 > 0) | (1/x2 > 0)", "(x1 < 0) & (1/x2 > 0)"])
def test_a_junction_stays_open_while_a_part_may_be_undefined(text: str) -> None:
    assert over(text, (1, 2), (-1, 1)) is UNDECIDED


@pytest.mark.parametrize(
    ("text", "x1", "expected"),
    [
        ("floor(x1)", ("5/4", "7/4"), 1),
        ("floor(x1)", ("-7/4", "-5/4"), -2),
        ("floor(x1)", (1, 1), 1),
        ("sign(x1)", ("1/9", 9), 1),
        ("sign(x1)", (-9, "-1/9"), -1),
        ("sign(x1)", (0, 0), 0),
        ("x1**0", (-1, 1), 1),
        ("x1**(1/2)", (0, 0), 0),
        ("sqrt(x1)", (0, 0), 0),
        ("Mod(x1, 4)", (-1, -1), 3),
        ("Mod(x1, -4)", (1, 1), -3),
        ("Piecewise((3, x1 > 0), (1/0, True))", (1, 2), 3),
        ("(-1)**x1", (3, 3), -1),
    ],
)
def test_a_step_function_is_exact_inside_a_step(text: str, x1: Extent, expected: int) -> None:
    assert bounds(over(text, x1)) == (expected, expected)


def test_more_precision_gives_a_thinner_ball() -> None:
    widths = [
        upper - lower
        for lower, upper in (bounds(over("exp(x1)", (1, 1), bits=bits)) for bits in (32, 64, 256))
    ]
    assert widths[0] > widths[1] > widths[2] > 0


@pytest.mark.parametrize(
    ("text", "x1", "lowest", "highest"),
    [
        ("x1*x1*x1*x1", (1, 2), 1, 16),
        ("x1**2", (-1, 2), 0, 4),
        ("x1**3", (-1, 2), -1, 8),
        ("x1**4", (-3, -2), 16, 81),
        ("1/x1", (2, 4), Fraction(1, 4), Fraction(1, 2)),
        ("x1**-2", (-4, -2), Fraction(1, 16), Fraction(1, 4)),
    ],
)
def test_wide_products_powers_and_quotients_are_no_wider_than_they_must_be(
    text: str, x1: tuple[int, int], lowest: Fraction, highest: Fraction
) -> None:
    with precision(64):
        found = enclose(parse(text), {"x1": interval(Fraction(x1[0]), Fraction(x1[1]))})
        assert float(found.lower()) == pytest.approx(float(lowest), abs=1e-6)
        assert float(found.upper()) == pytest.approx(float(highest), abs=1e-6)
        assert found.lower() <= ball(Fraction(lowest))
        assert found.upper() >= ball(Fraction(highest))
