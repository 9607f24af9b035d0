"""Constants as they are written: the simplest exact number of an interval, and what it costs to say.

A constant costs bits. It is taken for an exact one only where it costs less than the interval says of it:
among the numbers of its length, one that fits would hardly be there by chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from ..expression import Apply, Constant, Expression, Number
from ..expression.build import negative, power, product, quotient, rational

MARGIN = 3.0
"""Bits by which an exact number must be shorter than what the interval says."""
FREE = 12.0
"""Bits of a constant that is no exact number, besides those of its digits."""
_PI = Constant("pi")
# Powers of π and roots that laws have, with the bits to say so.
_ROOT = {2: 1.41421356237309504880, 3: 1.73205080756887729353}
_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Exact:
    """An exact number as an expression, with its value and the bits it costs."""

    expression: Expression
    value: float
    bits: float


def rational_bits(value: Fraction) -> float:
    """Bits to say a rational: those of numerator and denominator, and two to say what it is."""
    return 2.0 + math.log2(max(abs(value.numerator), 1)) + math.log2(value.denominator)


def _decimal_bits(digits: int, exponent: int) -> float:
    return 4.0 + math.log2(max(abs(digits), 1)) + 2 * math.log2(1 + abs(exponent))


def simplest(lower: Fraction, upper: Fraction) -> Fraction:
    """The fraction of least denominator, then least numerator, in [lower, upper], 0 < lower <= upper."""
    whole = -(-lower.numerator // lower.denominator)
    if whole <= upper:
        return Fraction(whole)
    floor = whole - 1
    inner = simplest(1 / (upper - floor), 1 / (lower - floor))
    return floor + 1 / inner


def _irrationals() -> list[tuple[float, float, tuple[Fraction, int]]]:
    """Factors beside the rational: value, bits, and (power of π, number under a root)."""
    found = []
    for twice in range(-8, 9):
        exponent = Fraction(twice, 2)
        if exponent.denominator == 2 and abs(twice) > 3:
            continue
        for under in (1, 2, 3):
            cost = 0.0 if not twice else 2.0 + abs(twice) / 2 + (exponent.denominator == 2)
            cost += 0.0 if under == 1 else 3.0
            value = math.pi ** float(exponent) * _ROOT.get(under, 1.0)
            found.append((value, cost, (exponent, under)))
    return sorted(found, key=lambda item: item[1])


_IRRATIONALS = _irrationals()


def shortest_decimal(value: float, radius: float) -> Fraction:
    """The decimal of fewest digits within `radius` of a value."""
    if radius <= 0 or not math.isfinite(radius):
        return Fraction(repr(value))
    exact = Fraction(value)
    for place in range(math.floor(math.log10(max(abs(value), radius))) + 1, -320, -1):
        unit = Fraction(10) ** place
        rounded = round(exact / unit) * unit
        if abs(rounded - exact) <= radius:
            return rounded
    return Fraction(repr(value))


def recognise(value: float, radius: float) -> Exact | None:
    """The cheapest exact number within `radius` of a value, where the interval supports it."""
    if abs(value) <= radius:
        return Exact(Number(Fraction(0)), 0.0, 1.0)
    size, allowed = abs(value), math.log2(abs(value) / max(radius, 1e-15 * abs(value))) - MARGIN
    sign = -1 if value < 0 else 1
    best: tuple[float, Fraction, tuple[Fraction, int]] | None = None
    for factor, cost, name in _IRRATIONALS:
        if cost + 2 > (allowed if best is None else best[0]):
            break
        lower = Fraction((size - radius) / factor)
        upper = Fraction((size + radius) / factor)
        if lower <= 0:
            continue
        found = simplest(lower, upper)
        bits = rational_bits(found) + cost
        if bits <= allowed and (best is None or bits < best[0]):
            best = bits, found, name
    decimal = shortest_decimal(size, radius)
    if decimal > 0:
        digits, exponent = _as_digits(decimal)
        bits = _decimal_bits(digits, exponent)
        if bits <= allowed and (best is None or bits < best[0]):
            best = bits, decimal, (Fraction(0), 1)
    if best is None:
        return None
    bits, found, (exponent_of_pi, under) = best
    expression = _written(sign * found, exponent_of_pi, under)
    number = sign * float(found) * math.pi ** float(exponent_of_pi) * _ROOT.get(under, 1.0)
    return Exact(expression, number, bits)


def _as_digits(decimal: Fraction) -> tuple[int, int]:
    """A positive decimal as digits without zeros at the end, and the power of ten of the first digit."""
    exponent = 0
    while decimal.denominator > 1:
        decimal, exponent = decimal * 10, exponent - 1
    while decimal.numerator % 10 == 0:
        decimal, exponent = decimal / 10, exponent + 1
    return int(decimal), exponent + len(str(int(decimal))) - 1


def _written(ratio: Fraction, exponent: Fraction, under: int) -> Expression:
    """ratio · π^exponent · √under."""
    above: list[Expression] = []
    below: list[Expression] = []
    if exponent:
        size = abs(exponent)
        root = Apply("sqrt", (_PI,)) if size == _HALF else power(_PI, rational(size))
        (above if exponent > 0 else below).append(_PI if size == 1 else root)
    if under != 1:
        above.append(Apply("sqrt", (rational(under),)))
    if not above and not below:
        return Number(ratio)
    if abs(ratio.numerator) != 1 or not above:
        above.insert(0, rational(ratio.numerator))
    elif ratio < 0:
        above[0] = negative(above[0])
    if ratio.denominator != 1:
        below.insert(0, rational(ratio.denominator))
    top = product(above)
    return quotient(top, product(below)) if below else top
