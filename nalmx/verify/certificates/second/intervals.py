"""Intervals of mpmath's floating-point numbers, rounded outwards: the second arithmetic's numbers.

Sums, products, quotients and square roots are rounded in a known direction by mpmath. The other
functions are computed at the ends with `GUARD` bits more and then widened by a unit of the precision
asked for, which is 2³² times what mpmath can be off by; what lies between the ends (poles, extremes,
zeros) is worked out here, since mpmath's own intervals do not have all of it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from typing import Any, Final, Literal, TypeAlias

from mpmath import libmp

Raw: TypeAlias = Any
Span: TypeAlias = tuple[Raw, Raw]


class Lack(enum.Enum):
    """Why there is no value: there is none anywhere on the box, or this width does not tell."""

    UNDEFINED = "undefined"
    OPEN = "open"


UNDEFINED: Final = Lack.UNDEFINED
OPEN: Final = Lack.OPEN
Lacking: TypeAlias = Literal[Lack.UNDEFINED, Lack.OPEN]
Value: TypeAlias = Span | bool | Lacking

GUARD = 32
_MOST_BITS_OF_EXPONENT = 64
_MOST_BITS_OF_ANGLE = 1_000
_LARGEST_WHOLE_POWER = 2**40
_DOWN, _UP = "f", "c"
_ZERO, _ONE, _MINUS_ONE = libmp.fzero, libmp.fone, libmp.fnone
_le, _lt = libmp.mpf_le, libmp.mpf_lt


def span(lower: Fraction, upper: Fraction, bits: int) -> Span:
    """The interval from one rational to another, rounded outwards."""
    return (
        libmp.from_rational(lower.numerator, lower.denominator, bits, _DOWN),
        libmp.from_rational(upper.numerator, upper.denominator, bits, _UP),
    )


def largest(value: Span) -> Raw:
    """The largest magnitude in an interval, exactly."""
    return _greater(libmp.mpf_neg(value[0]), value[1])


def smallest(value: Span) -> Raw:
    """The smallest magnitude in an interval, exactly."""
    return _ZERO if holds_zero(value) else _lesser(*map(libmp.mpf_abs, value))


def holds_zero(value: Span) -> bool:
    return bool(_le(value[0], _ZERO) and _le(_ZERO, value[1]))


def is_point(value: Span) -> bool:
    return bool(value[0] == value[1])


def hull(x: Span, y: Span) -> Span:
    return _lesser(x[0], y[0]), _greater(x[1], y[1])


def _lesser(a: Raw, b: Raw) -> Raw:
    return a if _le(a, b) else b


def _greater(a: Raw, b: Raw) -> Raw:
    return b if _le(a, b) else a


def widened(value: Span, bits: int) -> Span:
    """Ends that were computed with guard bits, moved apart by a unit of the precision asked for."""
    low, high = value
    margins = [libmp.mpf_shift(libmp.mpf_abs(end), -bits) for end in value]
    return (
        libmp.mpf_sub(low, margins[0], bits, _DOWN),
        libmp.mpf_add(high, margins[1], bits, _UP),
    )


def _at_ends(function: Callable[..., Raw], x: Span, bits: int) -> Span:
    """The values of a function that rises."""
    return widened((function(x[0], bits + GUARD), function(x[1], bits + GUARD)), bits)


def _size(x: Span) -> int:
    """A number n such that every magnitude in x is below 2ⁿ."""
    return max(int(end[2] + end[3]) for end in x)


def add(x: Span, y: Span, bits: int) -> Span:
    return (
        libmp.mpf_add(x[0], y[0], bits, _DOWN),
        libmp.mpf_add(x[1], y[1], bits, _UP),
    )


def negative(x: Span) -> Span:
    return libmp.mpf_neg(x[1]), libmp.mpf_neg(x[0])


def times(x: Span, y: Span, bits: int) -> Span:
    if is_point(x) and is_point(y):
        exact = libmp.mpf_mul(x[0], y[0])
        return libmp.mpf_pos(exact, bits, _DOWN), libmp.mpf_pos(exact, bits, _UP)
    products = [libmp.mpf_mul(a, b) for a in x for b in y]
    return (
        libmp.mpf_pos(reduce(_lesser, products), bits, _DOWN),
        libmp.mpf_pos(reduce(_greater, products), bits, _UP),
    )


def over(x: Span, y: Span, bits: int) -> Value:
    if holds_zero(y):
        return UNDEFINED if is_point(y) else OPEN
    if _lt(y[1], _ZERO):
        x, y = negative(x), negative(y)
    return (
        libmp.mpf_div(x[0], y[1] if _le(_ZERO, x[0]) else y[0], bits, _DOWN),
        libmp.mpf_div(x[1], y[0] if _le(_ZERO, x[1]) else y[1], bits, _UP),
    )


def power(x: Span, y: Span, bits: int) -> Value:
    if is_point(y) and y[0][2] >= 0 and _le(libmp.mpf_abs(y[0]), _from(_LARGEST_WHOLE_POWER)):
        return whole_power(x, int(libmp.to_int(y[0])), bits)
    if _lt(x[1], _ZERO):
        whole = libmp.mpf_ceil(y[0])
        return OPEN if _le(whole, y[1]) else UNDEFINED
    if _lt(_ZERO, x[0]):
        return exp(times(y, _log_above_zero(x, bits + GUARD), bits + GUARD), bits)
    if _lt(x[0], _ZERO) or not _lt(_ZERO, y[0]):
        return UNDEFINED if x[1] == _ZERO == x[0] and _lt(y[1], _ZERO) else OPEN
    if x[1] == _ZERO:
        return x
    highest = _log_above_zero((x[1], x[1]), bits + GUARD)
    value = exp(times(y, highest, bits + GUARD), bits)
    return (_ZERO, value[1]) if isinstance(value, tuple) else value


def _from(n: int) -> Raw:
    return libmp.from_int(n)


def whole_power(x: Span, n: int, bits: int) -> Value:
    """xⁿ; an even power of an interval around 0 starts at 0."""
    if n == 0:
        return _ONE, _ONE
    if n < 0:
        below = whole_power(x, -n, bits)
        return over((_ONE, _ONE), below, bits) if isinstance(below, tuple) else below
    if (abs(_size(x)) + bits) * n > _LARGEST_WHOLE_POWER:
        return OPEN
    low, high = (_signed_power(x[0], n, bits, _DOWN), _signed_power(x[1], n, bits, _UP))
    if n % 2 or _le(_ZERO, x[0]):
        return low, high
    low_end = _signed_power(smallest(x), n, bits, _DOWN)
    return low_end, _signed_power(largest(x), n, bits, _UP)


def _signed_power(x: Raw, n: int, bits: int, direction: str) -> Raw:
    """xⁿ rounded in a direction, from products of magnitudes that are all rounded alike."""
    negative_result = x[0] and n % 2
    if negative_result:
        direction = _UP if direction == _DOWN else _DOWN
    base, result = libmp.mpf_abs(x), _ONE
    while n:
        if n % 2:
            result = libmp.mpf_mul(result, base, bits, direction)
        n //= 2
        if n:
            base = libmp.mpf_mul(base, base, bits, direction)
    return libmp.mpf_neg(result) if negative_result else result


def root(x: Span, bits: int) -> Value:
    if _lt(x[1], _ZERO):
        return UNDEFINED
    if _lt(x[0], _ZERO):
        return OPEN
    return libmp.mpf_sqrt(x[0], bits, _DOWN), libmp.mpf_sqrt(x[1], bits, _UP)


def exp(x: Span, bits: int) -> Value:
    if int(x[1][2] + x[1][3]) > _MOST_BITS_OF_EXPONENT and _lt(_ZERO, x[1]):
        return OPEN
    most = libmp.mpf_shift(_MINUS_ONE, _MOST_BITS_OF_EXPONENT)
    value = _at_ends(libmp.mpf_exp, (_greater(x[0], most), _greater(x[1], most)), bits)
    return value if _le(most, x[0]) else (_ZERO, value[1])


def _log_above_zero(x: Span, bits: int) -> Span:
    return _at_ends(libmp.mpf_log, x, bits)


def log(x: Span, bits: int) -> Value:
    if _le(x[1], _ZERO):
        return UNDEFINED
    return _log_above_zero(x, bits) if _lt(_ZERO, x[0]) else OPEN


def _wave(x: Span, bits: int, function: Callable[..., Raw], top: Raw) -> Span:
    """Sine or cosine, whose tops lie at (top + 2n)·π and bottoms at (top + 2n + 1)·π."""
    if _size(x) > _MOST_BITS_OF_ANGLE:
        return _MINUS_ONE, _ONE
    values = [function(end, bits + GUARD) for end in x]
    low, high = widened((reduce(_lesser, values), reduce(_greater, values)), bits)
    fine = bits + GUARD + max(0, _size(x))
    half_turns = over(x, widened((libmp.mpf_pi(fine + GUARD),) * 2, fine), fine)
    assert isinstance(half_turns, tuple)
    from_top = add(half_turns, (libmp.mpf_neg(top),) * 2, fine)
    return (
        _MINUS_ONE
        if _has_even(add(from_top, (_MINUS_ONE,) * 2, fine))
        else _greater(low, _MINUS_ONE),
        _ONE if _has_even(from_top) else _lesser(high, _ONE),
    )


def _has_even(x: Span) -> bool:
    """Whether an even number lies in an interval."""
    return bool(_le(libmp.mpf_shift(libmp.mpf_ceil(libmp.mpf_shift(x[0], -1)), 1), x[1]))


def sine(x: Span, bits: int) -> Span:
    return _wave(x, bits, libmp.mpf_sin, libmp.fhalf)


def cosine(x: Span, bits: int) -> Span:
    return _wave(x, bits, libmp.mpf_cos, _ZERO)


def tangent(x: Span, bits: int) -> Value:
    """Rising wherever there is no pole."""
    if holds_zero(cosine(x, bits)):
        return OPEN
    return _at_ends(libmp.mpf_tan, x, bits)


def hyperbolic_tangent(x: Span, bits: int) -> Span:
    most = libmp.mpf_shift(_ONE, 20)
    least = libmp.mpf_neg(most)
    inner = _lesser(_greater(x[0], least), most), _lesser(_greater(x[1], least), most)
    low, high = _at_ends(libmp.mpf_tanh, inner, bits)
    return (
        _MINUS_ONE if _lt(x[0], inner[0]) else _greater(low, _MINUS_ONE),
        _ONE if _lt(inner[1], x[1]) else _lesser(high, _ONE),
    )


def sign(x: Span) -> Span:
    low, high = (_from(0 if end == _ZERO else (-1 if end[0] else 1)) for end in x)
    return low, high


def floor(x: Span) -> Span:
    return libmp.mpf_floor(x[0]), libmp.mpf_floor(x[1])


def remainder(x: Span, y: Span, bits: int) -> Value:
    ratio = over(x, y, bits)
    if not isinstance(ratio, tuple):
        return ratio
    whole = floor(ratio)
    if is_point(whole):
        return add(x, negative(times(y, whole, bits)), bits)
    return (_ZERO, y[1]) if _lt(_ZERO, y[1]) else (y[0], _ZERO)


def before(x: Span, y: Span) -> Value:
    """Whether x < y at all points, or at none."""
    if _lt(x[1], y[0]):
        return True
    return False if _le(y[1], x[0]) else OPEN


def equal(x: Span, y: Span) -> Value:
    """Whether x = y at all points, or at none."""
    if is_point(x) and x == y:
        return True
    return False if _lt(x[1], y[0]) or _lt(y[1], x[0]) else OPEN


def absolute(x: Span) -> Span:
    return smallest(x), largest(x)


def lesser(x: Span, y: Span) -> Span:
    return _lesser(x[0], y[0]), _lesser(x[1], y[1])


def greater(x: Span, y: Span) -> Span:
    return _greater(x[0], y[0]), _greater(x[1], y[1])
