"""Functions of one number in the second arithmetic: each by its values at the ends, with its slope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mpmath import libmp

from .intervals import (
    GUARD,
    OPEN,
    UNDEFINED,
    Raw,
    Span,
    Value,
    add,
    exp,
    hull,
    is_point,
    log,
    negative,
    over,
    root,
    times,
    widened,
)

_ZERO, _ONE, _MINUS_ONE = libmp.fzero, libmp.fone, libmp.fnone
_LARGEST = 40
Slope = Callable[[Span, Span, int], Value]


@dataclass(frozen=True, slots=True)
class Function:
    """A function that is monotone but for a turn at 0, and defined between two numbers, or everywhere.

    At the two themselves it is defined where `at_ends` says so.
    `slope` is the derivative from the argument, the value and the bits. Of arguments beyond 2^`most_bits`
    nothing is said.
    """

    at: Callable[[Raw, int], Raw]
    slope: Slope
    turns: bool = False
    ends: tuple[Raw, Raw] | None = None
    at_ends: bool = True
    most_bits: int = 1_000

    def value(self, bits: int, x: Span) -> Value:
        if self.ends is not None:
            low, high = self.ends
            beyond = libmp.mpf_lt if self.at_ends else libmp.mpf_le
            if beyond(x[1], low) or beyond(high, x[0]):
                return UNDEFINED
            if beyond(x[0], low) or beyond(high, x[1]):
                return OPEN
        if any(end != _ZERO and end[2] + end[3] > self.most_bits for end in x):
            return OPEN
        inside = self.turns and libmp.mpf_lt(x[0], _ZERO) and libmp.mpf_lt(_ZERO, x[1])
        values = [self.at(end, bits + GUARD) for end in (*x, *((_ZERO,) if inside else ()))]
        first, *others = [widened((value, value), bits) for value in values]
        for other in others:
            first = hull(first, other)
        return first


def _over_root(sign: Raw, one: Raw = _ONE, square: Raw = _MINUS_ONE) -> Slope:
    """±1/√(1 − x²), with other signs under the root where they are given."""

    def slope(x: Span, value: Span, bits: int) -> Value:
        squared = _square(x, bits)
        signed = negative(squared) if square == _MINUS_ONE else squared
        below = root(add((one, one), signed, bits), bits)
        return over((sign, sign), below, bits) if isinstance(below, tuple) else below

    return slope


def _square(x: Span, bits: int) -> Span:
    low, high = times(x, x, bits)
    return (_ZERO if low[0] else low), high


def _logarithm(base: int) -> tuple[Callable[[int, Span], Value], Slope]:
    """A logarithm to another base, from the natural one."""

    def unit(bits: int) -> Span:
        near = libmp.mpf_log(libmp.from_int(base), bits + GUARD)
        return widened((near, near), bits)

    def value(bits: int, x: Span) -> Value:
        found = log(x, bits)
        return over(found, unit(bits), bits) if isinstance(found, tuple) else found

    return value, lambda x, value, bits: over((_ONE, _ONE), times(x, unit(bits), bits), bits)


def _cube_root(x: Raw, bits: int) -> Raw:
    found = libmp.mpf_cbrt(libmp.mpf_abs(x), bits)
    return libmp.mpf_neg(found) if x[0] else found


_HYPERBOLIC_SINE: Function = Function(
    libmp.mpf_sinh, lambda x, value, bits: _HYPERBOLIC_COSINE.value(bits, x), most_bits=_LARGEST
)
_HYPERBOLIC_COSINE: Function = Function(
    libmp.mpf_cosh,
    lambda x, value, bits: _HYPERBOLIC_SINE.value(bits, x),
    turns=True,
    most_bits=_LARGEST,
)
_UP_TO_ONE = (_MINUS_ONE, _ONE)


def _bell(x: Span, value: Span, bits: int) -> Value:
    """2·exp(−x²)/√π."""
    near = libmp.mpf_pi(bits + GUARD)
    below = root(widened((near, near), bits), bits)
    height = exp(negative(_square(x, bits)), bits)
    if not isinstance(below, tuple) or not isinstance(height, tuple):
        return OPEN
    return over(add(height, height, bits), below, bits)


def _of(function: Function) -> tuple[Callable[[int, Span], Value], Slope]:
    return function.value, function.slope


FUNCTIONS: dict[str, tuple[Callable[[int, Span], Value], Slope]] = {
    "sinh": _of(_HYPERBOLIC_SINE),
    "cosh": _of(_HYPERBOLIC_COSINE),
    "asin": _of(Function(libmp.mpf_asin, _over_root(_ONE), ends=_UP_TO_ONE)),
    "acos": _of(Function(libmp.mpf_acos, _over_root(_MINUS_ONE), ends=_UP_TO_ONE)),
    "atan": _of(
        Function(
            libmp.mpf_atan,
            lambda x, value, bits: over(
                (_ONE, _ONE), add((_ONE, _ONE), _square(x, bits), bits), bits
            ),
        )
    ),
    "asinh": _of(Function(libmp.mpf_asinh, _over_root(_ONE, _ONE, _ONE))),
    "acosh": _of(
        Function(libmp.mpf_acosh, _over_root(_ONE, _MINUS_ONE, _ONE), ends=(_ONE, libmp.finf))
    ),
    "atanh": _of(
        Function(
            libmp.mpf_atanh,
            lambda x, value, bits: over(
                (_ONE, _ONE), add((_ONE, _ONE), negative(_square(x, bits)), bits), bits
            ),
            ends=_UP_TO_ONE,
            at_ends=False,
        )
    ),
    "erf": _of(Function(libmp.mpf_erf, _bell)),
    "log2": _logarithm(2),
    "log10": _logarithm(10),
    "cbrt": _of(
        Function(
            _cube_root,
            lambda x, value, bits: over(
                (_ONE, _ONE), times((libmp.from_int(3),) * 2, _square(value, bits), bits), bits
            ),
        )
    ),
    "ceil": (
        lambda bits, x: (libmp.mpf_ceil(x[0]), libmp.mpf_ceil(x[1])),
        lambda x, value, bits: (_ZERO, _ZERO) if is_point(value) else OPEN,
    ),
}
