"""Intervals on many boxes at once: NumPy arrays of float64 ends, each rounded outwards.

What may be undefined or overflow somewhere on a box has an end there that is not finite. Functions of a
library are enclosed in Arb (`ends`), box by box.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any

import flint
import numpy as np
import numpy.typing as npt

from .ends import Ends, Lost, applied

Array = npt.NDArray[np.float64]
_SAME_OPERATIONS = 2**17


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """The closed intervals [low, high], one a box; ends that are the same on all boxes are scalars."""

    low: Array
    high: Array

    @property
    def size(self) -> Array:
        """The largest magnitude."""
        return np.maximum(np.abs(self.low), np.abs(self.high))

    @property
    def least(self) -> Array:
        """The smallest magnitude."""
        return np.maximum(np.maximum(self.low, -self.high), 0.0)

    @property
    def is_finite(self) -> Any:
        return np.isfinite(self.low) & np.isfinite(self.high)

    def hull(self, other: Spans) -> Spans:
        return Spans(np.minimum(self.low, other.low), np.maximum(self.high, other.high))

    def within(self, other: Spans) -> Spans:
        """What both hold."""
        return Spans(np.maximum(self.low, other.low), np.minimum(self.high, other.high))

    def widened(self, by: Array) -> Spans:
        return Spans(down(self.low - by), up(self.high + by))


def down(value: Array) -> Array:
    return np.nextafter(value, -np.inf)


def up(value: Array) -> Array:
    return np.nextafter(value, np.inf)


def plus(x: Array, y: Array) -> Array:
    """A sum of sizes, rounded up; zeros add nothing."""
    return np.where(y == 0.0, x, np.where(x == 0.0, y, up(x + y)))


def times(x: Array, y: Array) -> Array:
    """A product of sizes, rounded up; 0 where one of them is."""
    return np.where((x == 0.0) | (y == 0.0), 0.0, up(x * y))


def enclosing(value: Fraction) -> Spans:
    """The two float64 next to a rational, or the one that it is."""
    try:
        near = float(value)
    except OverflowError:
        return Spans(np.array(-np.inf), np.array(np.inf))
    end, exact = np.array(near), Fraction(near)
    low = end if exact <= value else down(end)
    return Spans(low, end if exact >= value else up(end))


def apply(operation: str, given: tuple[Spans, ...]) -> Spans:
    """What an operation can give on each box."""
    rule = _RULES.get(operation)
    if rule is None:
        return _by_ends(operation, given)
    return rule(*given) if len(given) < 3 else reduce(rule, given)


def _sum_end(a: Array, b: Array, outwards: Callable[[Array], Array]) -> Array:
    total = a + b
    part = total - a
    rest = (a - (total - part)) + (b - part)  # what the sum loses to rounding
    return np.where(rest == 0.0, total, outwards(total))


def _add(x: Spans, y: Spans) -> Spans:
    return Spans(_sum_end(x.low, y.low, down), _sum_end(x.high, y.high, up))


def _is_short(*values: Array) -> Any:
    """Whether numbers have at most 24 bits: products of two are exact."""
    return reduce(np.logical_and, (value.astype(np.float32) == value for value in values))


def _mul(x: Spans, y: Spans) -> Spans:
    products = [a * b for a in (x.low, x.high) for b in (y.low, y.high)]
    low, high = reduce(np.minimum, products), reduce(np.maximum, products)
    exact = _is_short(x.low, x.high, y.low, y.high) | (x.size == 0.0) | (y.size == 0.0)
    return Spans(np.where(exact, low, down(low)), np.where(exact, high, up(high)))


def square(x: Spans) -> Spans:
    """x · x, which is not negative."""
    low, high, exact = x.least**2, x.size**2, _is_short(x.low, x.high)
    return Spans(np.where(exact, low, np.maximum(down(low), 0.0)), np.where(exact, high, up(high)))


def _div(x: Spans, y: Spans) -> Spans:
    quotients = [a / b for a in (x.low, x.high) for b in (y.low, y.high)]
    known = y.least > 0.0
    low, high = down(reduce(np.minimum, quotients)), up(reduce(np.maximum, quotients))
    return Spans(np.where(known, low, -np.inf), np.where(known, high, np.inf))


def _pow(x: Spans, y: Spans) -> Spans:
    n = float(np.max(y.high))
    if np.all(y.low == y.high) and np.all(y.low == n) and n in (0.0, 1.0, 2.0):
        one = np.ones_like(x.low)
        return (Spans(one, one), x, square(x))[int(n)]
    return _by_ends("pow", (x, y))


def _abs(x: Spans) -> Spans:
    return Spans(x.least, x.size)


def _sqrt(x: Spans) -> Spans:
    low, high = np.sqrt(x.low), np.sqrt(x.high)  # NaN below 0
    return Spans(
        np.where(_is_short(low) & (low * low == x.low), low, np.maximum(down(low), 0.0)),
        np.where(_is_short(high) & (high * high == x.high), high, up(high)),
    )


def _by_ends(operation: str, given: tuple[Spans, ...]) -> Spans:
    ends = np.broadcast_arrays(*(end for span in given for end in (span.low, span.high)))
    found = [
        _in_arb(operation, *map(float, here)) for here in zip(*map(np.ravel, ends), strict=True)
    ]
    low, high = np.array(found).T.reshape(2, *ends[0].shape)
    return Spans(low, high)


@lru_cache(maxsize=_SAME_OPERATIONS)
def _in_arb(operation: str, *ends: float) -> tuple[float, float]:
    if not all(map(np.isfinite, ends)):
        return -np.inf, np.inf
    pairs = zip(ends[::2], ends[1::2], strict=True)
    try:
        with flint.ctx.workprec(64):
            found = applied(operation, *(Ends(flint.arb(a), flint.arb(b)) for a, b in pairs))
            low, high = float(found.low), float(found.high)
            if flint.arb(low) > found.low:
                low = float(np.nextafter(low, -np.inf))
            if flint.arb(high) < found.high:
                high = float(np.nextafter(high, np.inf))
    except Lost:
        return -np.inf, np.inf
    return low, high


_RULES: dict[str, Callable[..., Spans]] = {
    "add": _add,
    "mul": _mul,
    "div": _div,
    "pow": _pow,
    "neg": lambda x: Spans(-x.high, -x.low),
    "abs": _abs,
    "sqrt": _sqrt,
    "min": lambda x, y: Spans(np.minimum(x.low, y.low), np.minimum(x.high, y.high)),
    "max": lambda x, y: Spans(np.maximum(x.low, y.low), np.maximum(x.high, y.high)),
}
