"""Binary formats, against NumPy's and against plain integers; texts that say which arithmetic is meant."""

from fractions import Fraction

import numpy as np
import pytest

from nalmx.errors import ExpressionError, SettingError
from nalmx.expression import parse, to_text
from nalmx.expression.float_program import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FloatArithmetic


@pytest.mark.parametrize(
    ("kind", "numpy"), [(FLOAT16, np.float16), (FLOAT32, np.float32), (FLOAT64, np.float64)]
)
def test_numbers_are_rounded_as_numpy_rounds_them(kind, numpy):
    draw = np.random.default_rng(0)
    sizes = 10.0 ** draw.uniform(-9, 4, 2_000) * draw.choice([-1, 1], 2_000)
    for value in sizes.tolist():
        exact = Fraction(value)
        assert kind.nearest(exact) == Fraction(float(numpy(value)))
        assert kind.holds(kind.nearest(exact))
        if numpy is not np.float64:  # a value between two floats, as a tie and just beside it
            near = numpy(value)
            middle = (Fraction(float(near)) + Fraction(float(np.nextafter(near, numpy(0))))) / 2
            for beside in (middle, middle * (1 + Fraction(1, 2**30))):
                assert kind.nearest(beside) == Fraction(float(numpy(float(beside))))


def test_the_distance_of_floats_is_that_below_a_number():
    for kind in (FLOAT16, BFLOAT16, FLOAT32, FLOAT64):
        one = Fraction(1)
        assert kind.ulp_below(one) == Fraction(2) ** -kind.bits
        assert kind.ulp_below(one + kind.ulp_below(one)) == 2 * kind.ulp_below(one)
        assert kind.ulp_below(kind.least_normal) == kind.ulp_below(kind.least_normal / 4)
        assert kind.nearest(kind.largest) == kind.largest
        beyond = kind.largest + kind.ulp_below(kind.largest) / 2
        assert kind.nearest(beyond) is None
        assert kind.nearest(beyond - Fraction(1, 10)) == kind.largest


def test_an_arithmetic_is_a_format_and_what_is_granted_to_a_library():
    assert FloatArithmetic.parse("reals") is None
    assert FloatArithmetic.parse("float32") == FloatArithmetic(FLOAT32, Fraction(4))
    given = FloatArithmetic.parse("float32:0.75:floats")
    assert given == FloatArithmetic(FLOAT32, Fraction(3, 4), float_inputs=True)
    assert FloatArithmetic.parse(str(given)) == given
    assert FloatArithmetic.parse("float32:floats") == FloatArithmetic(FLOAT32, float_inputs=True)
    given = FloatArithmetic.parse("float64:0.75")
    assert (given.precision, given.ulps, str(given)) == (FLOAT64, Fraction(3, 4), "float64:0.75")
    for text in (
        "float8",
        "float64:",
        "float64::floats",
        "float64:floats:1",
        "float64:0.1",
        "float64:x",
        "reals:1",
        "",
    ):
        with pytest.raises(SettingError, match="is not an arithmetic; write reals, or one of"):
            FloatArithmetic.parse(text)


@pytest.mark.parametrize(
    "text",
    ["a + (b + c)", "a*(b*c)", "a - (b - c)", "0.1/0.3*a", "a/(b*c)", "1/3*a", "x**(1/3)", "-a*b"],
)
def test_in_order_brackets_stay_and_are_written_again(text):
    tree = parse(text, in_order=True)
    assert parse(to_text(tree), in_order=True) is tree


def test_in_order_sums_go_from_left_to_right():
    assert parse("(a + b) + c", in_order=True) is parse("a + b + c", in_order=True)
    assert parse("a + (b + c)", in_order=True) is not parse("a + b + c", in_order=True)
    assert parse("0.1/0.3", in_order=True) is not parse("1/3", in_order=True)


def test_what_a_library_rounds_in_its_own_way_is_no_program_of_others():
    with pytest.raises(
        ExpressionError, match="a library rounds it otherwise; write what is computed"
    ):
        parse("1 + log1p(x)", in_order=True)
