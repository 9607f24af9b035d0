from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nalmx.rationals import parse_decimal, parse_rational, spell


@given(st.fractions())
def test_a_spelled_rational_reads_back_to_itself(value: Fraction) -> None:
    assert parse_rational(spell(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, places=9))
def test_a_decimal_is_read_without_rounding(value: object) -> None:
    assert parse_decimal(str(value).removeprefix("-")) == Fraction(value)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=0))
def test_the_shortest_spelling_of_a_float_is_the_decimal_it_shows(value: float) -> None:
    assert float(parse_rational(repr(value))) == value


@given(st.fractions())
def test_no_sign_or_space_or_exponent_is_hidden_in_a_spelling(value: Fraction) -> None:
    assert set(spell(value)) <= set("-0123456789./")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(3), "3"),
        (Fraction(0), "0"),
        (Fraction(-3), "-3"),
        (Fraction(1, 2), "0.5"),
        (Fraction(-1, 2), "-0.5"),
        (Fraction(1, 8), "0.125"),
        (Fraction(7, 20), "0.35"),
        (Fraction(-101, 100), "-1.01"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-22, 7), "-22/7"),
        (Fraction(1, 10**12), "0.000000000001"),
        (Fraction(1, 10**13), "1/10000000000000"),
        (Fraction(1, 2**12), "0.000244140625"),
        (Fraction(1, 2**13), "1/8192"),
    ],
)
def test_a_short_decimal_is_spelled_as_one_and_others_as_quotients(
    value: Fraction, text: str
) -> None:
    assert spell(value) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-0.5", Fraction(-1, 2)),
        ("+2", Fraction(2)),
        ("1/3", Fraction(1, 3)),
        (" -1 / 3 ", Fraction(-1, 3)),
        ("0.1/0.3", Fraction(1, 3)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("1e-12", Fraction(1, 10**12)),
        ("1.5E+2", Fraction(150)),
        ("007", Fraction(7)),
        ("-0", Fraction(0)),
        ("1e1000", Fraction(10) ** 1000),
    ],
)
def test_a_rational_is_a_decimal_or_a_quotient_with_a_sign(text: str, value: Fraction) -> None:
    assert parse_rational(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        ".",
        "e5",
        "1e",
        "1e5.0",
        "1.2.3",
        "--1",
        "+-1",
        "1/0",
        "1/-3",
        "1/",
        "/3",
        "1/2/3",
        "1 2",
        "1_000",
        "0x10",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "1,5",
        "\u0663",
        "\u00bd",
        "1\0",
        "pi",
        "1e1001",
        "1e-1001",
        "1e999999999",
        "1e" + "9" * 900,
        "9" * 2_050,
        "9" * 100_000,
    ],
)
def test_anything_else_is_no_rational(text: str) -> None:
    assert parse_rational(text) is None


@pytest.mark.parametrize("text", ["-1", "+1", "1/2", " 1"])
def test_an_unsigned_decimal_has_no_sign_slash_or_space(text: str) -> None:
    assert parse_decimal(text) is None


def test_the_longest_allowed_decimal_is_read_exactly() -> None:
    assert parse_decimal("9" * 2_000) == 10**2_000 - 1


@pytest.mark.parametrize(
    "value", [Fraction(10) ** 5000, -(Fraction(7) ** -6000), Fraction(3) ** 9999]
)
def test_a_number_of_thousands_of_digits_is_spelled(value: Fraction) -> None:
    top, _, bottom = spell(value).partition("/")
    assert 4000 < len(top) + len(bottom) < 6000
