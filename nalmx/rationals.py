"""Exact rationals: from the text that spells them, and back."""

from __future__ import annotations

import re
from fractions import Fraction

MAX_DIGITS = 1_000
_DECIMAL = re.compile(r"(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?")


def parse_decimal(text: str) -> Fraction | None:
    """The exact value of an unsigned decimal such as `12`, `0.5`, `.5` or `1e-12`.

    None where the text is not one, or is longer than `MAX_DIGITS` or scaled by more than ten to
    the power `MAX_DIGITS` (which keeps `1e999999999` from filling the memory).
    """
    match = _DECIMAL.fullmatch(text) if len(text) <= MAX_DIGITS and text.isascii() else None
    if match is None or not (match[1] or match[2]):
        return None
    exponent = int(match[3] or 0)
    if abs(exponent) > MAX_DIGITS:
        return None
    digits = Fraction(int(match[1] + match[2]))
    scale = exponent - len(match[2])
    return digits * Fraction(10) ** scale


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
        return str(value.numerator)
    twos = fives = 0
    rest = value.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > 12:
        return f"{value.numerator}/{value.denominator}"
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
