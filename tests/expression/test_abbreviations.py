"""Functions that are written by others: mpmath is the judge of what they mean."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint
import pytest
from mpmath import mp

from nalmx.errors import ExpressionError
from nalmx.expression import Number, evaluate, parse, to_text, variables
from nalmx.expression.abbreviations import NAMES, OF_CONSTANTS, abbreviation
from nalmx.expression.ball import ball, enclose, precision
from nalmx.expression.exact import Undefined


def _truth(name: str) -> Callable[..., Any]:
    compare = getattr(operator, name.lower())
    return lambda x, y: mp.mpf(compare(x, y))


JUDGE: dict[str, Callable[..., Any]] = {
    "square(x)": lambda x: x**2,
    "cube(x)": lambda x: x**3,
    "inv(x)": lambda x: 1 / x,
    "exp2(x)": lambda x: mp.mpf(2) ** x,
    "expm1(x)": mp.expm1,
    "log1p(x)": mp.log1p,
    "log(x, b)": mp.log,
    "ln(x, b)": mp.log,
    "hypot(x, y)": mp.hypot,
    **{f"{name}(x)": getattr(mp, name) for name in ("sec", "csc", "cot", "sech", "csch", "coth")},
    "erfc(x)": mp.erfc,
    "trunc(x)": lambda x: mp.ceil(x) if x < 0 else mp.floor(x),
    "round(x)": lambda x: mp.mpf(round(Fraction(str(x)))),
    "remainder(x, y)": lambda x, y: x - y * round(Fraction(str(x)) / Fraction(str(y))),
    "copysign(x, y)": lambda x, y: abs(x) if y >= 0 else -abs(x),
    "relu(x)": lambda x: max(x, 0),
    "sigmoid(x)": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus(x)": lambda x: mp.log(1 + mp.exp(x)),
    "silu(x)": lambda x: x / (1 + mp.exp(-x)),
    "gelu(x)": lambda x: x * mp.ncdf(x),
    "heaviside(x)": lambda x: (mp.sign(x) + 1) / 2,
    "Heaviside(x)": lambda x: (mp.sign(x) + 1) / 2,
    "heaviside(x, y)": lambda x, y: y if x == 0 else mp.mpf(x > 0),
    "Heaviside(x, y)": lambda x, y: y if x == 0 else mp.mpf(x > 0),
    "clip(x, y, b)": lambda x, y, b: min(max(x, y), b),
    "where(x > y, x, b)": lambda x, y, b: x if x > y else b,
    **{f"where({name}(x, y), 1, 0)": _truth(name) for name in ("Eq", "Ne", "Lt", "Le", "Gt", "Ge")},
    "add(x, y)": lambda x, y: x + y,
    "sub(x, y)": lambda x, y: x - y,
    "mul(x, y)": lambda x, y: x * y,
    "div(x, y)": lambda x, y: x / y,
    "neg(x)": lambda x: -x,
    "pow(b, y)": lambda b, y: b**y,
    "atan2(x, y)": mp.atan2,
    "logsumexp(x, y, b)": lambda *xs: mp.log(sum(map(mp.exp, xs))),
    "gamma(5) + gamma(7/2) + gamma(-3/2)": lambda: mp.gamma(5) + mp.gamma(3.5) + mp.gamma(-1.5),
    "factorial(7) - factorial(0)": lambda: mp.mpf(5039),
}
POINTS = [
    {"x": Fraction(x, 2), "y": Fraction(y, 4), "b": Fraction(b, 2)}
    for x, y, b in [
        (-3, 5, 3),
        (3, -7, 5),
        (5, 5, 3),
        (0, -3, 5),
        (-5, -9, 3),
        (1, 2, 7),
        (7, 7, 9),
    ]
]


def test_the_judge_knows_every_abbreviation_and_the_page_names_it() -> None:
    judged = {name for text in JUDGE for name in re.findall(r"\w+(?=\()", text)}
    assert judged >= {*NAMES}
    page = Path(__file__).parents[2].joinpath("docs", "verify.md").read_text(encoding="utf-8")
    said = page.split("**Expressions**")[1].split("comparisons")[0]
    alike = {"ln", "Heaviside", "add", "sub", "mul", "div", "neg"}  # SymPy's, gplearn's
    assert {*re.findall(r"\w+", said)} >= {*NAMES} - alike


@pytest.mark.parametrize("text", JUDGE)
def test_an_abbreviation_means_what_its_name_says(text: str) -> None:
    tree, tried = parse(text), 0
    for point in POINTS:
        given = [mp.mpf(point[n].numerator) / point[n].denominator for n in ordered(text)]
        with mp.workprec(200), precision(200):
            value = enclose(tree, {name: ball(x) for name, x in point.items()})
            try:
                judge = JUDGE[text](*given)
            except (ZeroDivisionError, ValueError):
                judge = mp.nan
            if isinstance(value, Undefined):
                assert not mp.isfinite(judge) or mp.im(judge)
                continue
            exact = evaluate(tree, point)
            if isinstance(exact, Fraction):
                value = ball(exact)
            assert isinstance(value, flint.arb)
            assert abs(mp.mpf(str(value.str(50, radius=False))) - judge) < mp.mpf(10) ** -45
            tried += 1
    assert tried > 2


def ordered(text: str) -> list[str]:
    """The inputs of a text in the order in which they first stand there."""
    return list(dict.fromkeys(n for n in re.findall(r"\b[xyb]\b", text)))


def test_the_name_of_an_abbreviation_can_name_an_input() -> None:
    assert variables(parse("gamma*beta + inv*square(where)")) == ("beta", "gamma", "inv", "where")


def test_the_angle_of_no_direction_is_undefined() -> None:
    zero = {"y": Fraction(0), "x": Fraction(0)}
    assert isinstance(evaluate(parse("atan2(y, x)"), zero), Undefined)


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("1 + sec(x, y)", 5, "sec takes 1 argument"),
        ("1 + factorial(x)", 5, "a whole number from 0 to 800; 'x' is not one"),
        ("gamma(-2)", 1, "gamma takes"),
        ("where(x, 1, 2)", 7, "'x' is a number where a condition is needed"),
        ("relu(x > 1)", 6, "'x > 1' is a condition where a number is needed"),
        ("log(x, y, z)", 1, "log takes 1 or 2 argument"),
        ("logsumexp()", 1, "at least 1"),
        ("2 * cube(x**900)**900", 5, "too large"),
    ],
)
def test_an_error_points_at_the_abbreviation(text: str, column: int, said: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.column == column
    assert said in str(caught.value)


def test_what_would_be_too_long_when_written_out_is_refused() -> None:
    deep = 60
    with pytest.raises(ExpressionError, match="more than 20000 parts"):
        parse("round(" * deep + "x" + ")" * deep)


@pytest.mark.parametrize("name", OF_CONSTANTS)
def test_what_a_function_of_constants_gives_can_be_read_back(name: str) -> None:
    for argument in ("800", "1", "2"):
        written = parse(f"{name}({argument})")
        assert isinstance(written, Number)
        assert parse(to_text(written)) == written
    assert parse(to_text(parse("gamma(801/2)"))) == parse("gamma(801/2)")


def test_a_large_power_is_enclosed_and_a_larger_one_refused() -> None:
    with precision(100):
        value = enclose(parse("(1 + 1/n)**100000"), {"n": ball(Fraction(100000))})
        assert isinstance(value, flint.arb)
        assert abs(value - flint.arb.const_e()) < 1e-4
    with pytest.raises(ExpressionError, match="at most 100000"):
        parse("x**100001")


def test_there_is_one_meaning_for_a_number_of_arguments() -> None:
    assert abbreviation("log", 2) is not None
    assert abbreviation("log", 1) is None
