"""Exact rationals: from the text that spells them, and back."""

from __future__ import annotations

import re
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact, localcontext
from fractions import Fraction
from functools import cache

MAX_EXPONENT_OF_TEN = 1_000
MAX_BITS = 6_700
_LONGEST_TEXT = 2_100
_BITS_PYTHON_SPELLS = 13_000
_DECIMAL = re.compile(r"(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?")


def parse_decimal(text: str) -> Fraction | None:
    """The exact value of an unsigned decimal such as `12`, `0.5`, `.5` or `1e-12`.

    None where the text is not one, scales by more than ten to the power 1000 (which keeps
    `1e999999999` from filling the memory), or needs more than `MAX_BITS` bits.
    """
    match = _DECIMAL.fullmatch(text) if len(text) <= _LONGEST_TEXT and text.isascii() else None
    if match is None or not (match[1] or match[2]):
        return None
    exponent = int(match[3] or 0)
    if abs(exponent) > MAX_EXPONENT_OF_TEN:
        return None
    value = int(match[1] + match[2]) * Fraction(10) ** (exponent - len(match[2]))
    return value if fits(value) else None


def fits(value: Fraction) -> bool:
    """Whether numerator and denominator are short enough to be spelled and read back."""
    return max(value.numerator.bit_length(), value.denominator.bit_length()) <= MAX_BITS


def parse_rational(text: str) -> Fraction | None:
    """The exact value of a decimal or quotient with a sign, `-0.5` or `1/3`; None otherwise."""
    text = text.strip()
    sign = -1 if text.startswith("-") else 1
    top, slash, bottom = text[text[:1] in ("+", "-") :].partition("/")
    numerator = parse_decimal(top.strip())
    denominator = parse_decimal(bottom.strip()) if slash else Fraction(1)
    return sign * numerator / denominator if numerator is not None and denominator else None


def spell(value: Fraction) -> str:
    """The shortest exact spelling: `3`, `0.5` where the decimal is short, otherwise `1/3`."""
    if value.denominator == 1:
        return _digits(value.numerator)
    twos = fives = 0
    rest = value.denominator if value.denominator.bit_length() < 64 else 3
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > 12:
        return f"{_digits(value.numerator)}/{_digits(value.denominator)}"
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _digits(n: int) -> str:
    """The decimal digits of an integer of any length; Python itself stops at 4300."""
    if n.bit_length() <= _BITS_PYTHON_SPELLS:
        return str(n)
    with localcontext(Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact])):
        power = cache(Decimal(2).__pow__)

        def halved(n: int, bits: int) -> Decimal:
            """`Decimal` multiplies fast, and takes long integers slowly."""
            if bits < _BITS_PYTHON_SPELLS:
                return Decimal(n)
            low = bits // 2
            return halved(n >> low, bits - low) * power(low) + halved(n & ((1 << low) - 1), low)

        return f"{halved(n, n.bit_length()):f}"
