"""Affine forms on many boxes at once: sums, products, maxima, and functions with two derivatives.

With u = c + d and |d| ≤ ρ, a function leaves its tangent at c by its least and its largest bend at most:

    f(u) ∈ f(c) + f′(c)·d + [min(0, inf f″), max(0, sup f″)]·[0, ρ²]/2.

Where ρ is large, the values at both ends of a monotone function are closer, and those from −1 to 1 of a sine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from .elementary import (
    ERROR,
    TINY,
    Floats,
    exponential,
    hyperbolic_tangent,
    logarithm,
    sine_and_cosine,
)

UNIT = 2.0**-53
UP = 1 + 2.0**-40  # remainders are summed of few terms, each rounded a few times
_STEEPEST_BEND = 0.7699  # of tanh: 4/(3√3)


@dataclass(frozen=True, slots=True)
class Form:
    """c + Σ aᵢ·eᵢ ± r on each of some boxes, for one or several functions.

    c and r have the shape (…, boxes), a has the shape (…, inputs, boxes).
    """

    center: Floats
    slopes: Floats
    rest: Floats

    def at(self, places: Any) -> Form:
        """The forms of some of the functions."""
        return Form(self.center[places], self.slopes[places], self.rest[places])

    @property
    def across(self) -> Floats:
        """How far the sum Σ aᵢ·eᵢ gets from 0."""
        summed: Floats = np.abs(self.slopes).sum(-2)
        return summed

    @property
    def reach(self) -> Floats:
        """How far the form gets from its center, rounded up."""
        return (self.across + self.rest) * UP + TINY

    @property
    def ends(self) -> tuple[Floats, Floats]:
        """The least and the largest value, rounded outward."""
        reach = (self.reach + np.abs(self.center) * 2 * UNIT) * UP + TINY
        return self.center - reach, self.center + reach


def total(x: Form) -> Form:
    """The sum over the first axis."""
    count = len(x.center)
    size = (np.abs(x.center) + x.across).sum(0)
    rest = x.rest.sum(0) + size * (2 * count * UNIT)
    return Form(x.center.sum(0), x.slopes.sum(0), rest * (1 + 4 * count * UNIT) * UP)


def _plus(x: Form, y: Form) -> Form:
    size = np.abs(x.center) + np.abs(y.center) + x.across + y.across
    rest = (x.rest + y.rest + 4 * UNIT * size) * UP
    return Form(x.center + y.center, x.slopes + y.slopes, rest)


def _by(factor: Floats, slopes: Floats) -> Floats:
    return factor[..., None, :] * slopes


def _times(x: Form, y: Form) -> Form:
    center = x.center * y.center
    slopes = _by(x.center, y.slopes) + _by(y.center, x.slopes)
    across, sizes = (x.across, y.across), (np.abs(x.center), np.abs(y.center))
    rounded = sizes[0] * sizes[1] + sizes[0] * across[1] + sizes[1] * across[0]
    rest = sizes[0] * y.rest + sizes[1] * x.rest + (across[0] + x.rest) * (across[1] + y.rest)
    return Form(center, slopes, (rest + 8 * UNIT * rounded) * UP + TINY)


def _negative(x: Form) -> Form:
    return Form(-x.center, -x.slopes, x.rest)


def _above_zero(x: Form) -> Form:
    """max(0, x)."""
    low, high = x.ends
    width = np.where(high - low > 0, high - low, 1.0)
    share = np.where(low >= 0, 1.0, np.where(high <= 0, 0.0, np.clip(high / width, 0.0, 1.0)))
    strip = np.maximum(np.maximum(-share * low, (1 - share) * high), 0.0) * UP
    strip = np.where((low >= 0) | (high <= 0), 0.0, strip + TINY)
    moved = Form(share * x.center, _by(share, x.slopes), share * x.rest + strip / 2)
    rounded = np.where(
        (share == 0) | (share == 1), 0.0, np.abs(moved.center) + moved.across + strip
    )
    rest = (moved.rest + 8 * UNIT * rounded) * UP
    return Form(moved.center + strip / 2, moved.slopes, rest)


def _larger(x: Form, y: Form) -> Form:
    return _plus(y, _above_zero(_plus(x, _negative(y))))


def _smaller(x: Form, y: Form) -> Form:
    return _negative(_larger(_negative(x), _negative(y)))


def _size(x: Form) -> Form:
    return _plus(_above_zero(x), _above_zero(_negative(x)))


def _through(
    x: Form, value: Floats, slope: Floats, error: Floats | float, bend: tuple[Floats, Floats]
) -> Form:
    """f(x) by value and slope at the center, both within `error`, and the least and the largest bend."""
    reach = x.reach
    square = reach * reach / 2 * UP + TINY
    low, high = np.minimum(bend[0], 0.0), np.maximum(bend[1], 0.0)
    rounded = np.abs(value) + np.abs(slope) * reach + (high - low) * square
    rest = np.abs(slope) * x.rest + error * (1 + reach) + (high - low) * square / 2
    center = value + (low + high) * square / 2
    return Form(center, _by(slope, x.slopes), (rest + 16 * UNIT * rounded) * UP + TINY)


def _or_between(linear: Form, low: Floats, high: Floats, error: Floats | float) -> Form:
    """The form, or one without slopes for all between two values where that leaves less open."""
    rest = ((high - low) / 2 + error + 4 * UNIT * (np.abs(low) + np.abs(high))) * UP + TINY
    flat = ~(linear.rest <= rest)
    return Form(
        np.where(flat, low / 2 + high / 2, linear.center),
        np.where(flat[..., None, :], 0.0, linear.slopes),
        np.where(flat, rest, linear.rest),
    )


def _only_where(known: npt.NDArray[np.bool_], x: Form) -> Form:
    return Form(x.center, x.slopes, np.where(known, x.rest, np.inf))


def _exponential(x: Form) -> Form:
    low, high = map(exponential, x.ends)
    value, most = exponential(x.center), high * (1 + 4 * ERROR) + TINY
    error = most * ERROR + TINY
    linear = _through(x, value, value, error, (np.zeros_like(most), most))
    return _or_between(linear, low, high, error)


def _waves(x: Form) -> tuple[Form, Form]:
    sine, cosine = sine_and_cosine(x.center)
    around, one = x.reach + 2 * ERROR, np.ones_like(sine)

    def wave(value: Floats, slope: Floats) -> Form:
        bend = np.maximum(-value - around, -1.0), np.minimum(-value + around, 1.0)
        return _or_between(_through(x, value, slope, ERROR, bend), -one, one, 0.0)

    return wave(sine, cosine), wave(cosine, -sine)


def _hyperbolic_tangent(x: Form) -> Form:
    ends = x.ends
    low, high = map(hyperbolic_tangent, ends)
    value, error = hyperbolic_tangent(x.center), 16 * ERROR
    closest = np.maximum(np.maximum(low, -high), 0.0)
    most = np.minimum(2.0 * (1.0 - closest * closest) + error, _STEEPEST_BEND)
    bend = np.where(ends[1] <= 0, 0.0, -most), np.where(ends[0] >= 0, 0.0, most)
    linear = _through(x, value, 1.0 - value * value, error, bend)
    return _or_between(linear, low, high, error)


def _logarithm(x: Form) -> Form:
    low, high = x.ends
    (least, error), (most, other), (value, third) = map(logarithm, (low, high, x.center))
    error = np.maximum(np.maximum(error, other), third)
    bend = -1.0 / (low * low) * UP, np.zeros_like(low)
    linear = _through(x, value, 1.0 / x.center, error, bend)
    return _only_where(low > 0, _or_between(linear, least, most, error))


def _root(x: Form) -> Form:
    low, high = x.ends
    least, most, value = np.sqrt(low), np.sqrt(high), np.sqrt(x.center)
    bend = -0.25 / (least * low) * UP, np.zeros_like(low)
    linear = _through(x, value, 0.5 / value, 0.0, bend)
    return _only_where(low > 0, _or_between(linear, least, most, 0.0))


def _inverse(x: Form) -> Form:
    low, high = x.ends
    closest = np.maximum(low, -high)
    value = 1.0 / x.center
    most = 2.0 / (closest * closest * closest) * UP
    bend = np.where(high < 0, -most, 0.0), np.where(low > 0, most, 0.0)
    linear = _through(x, value, -value * value, 0.0, bend)
    return _only_where(closest > 0, _or_between(linear, 1.0 / high, 1.0 / low, 0.0))


def _square(x: Form) -> Form:
    two = np.full_like(x.center, 2.0)
    return _through(x, x.center * x.center, 2.0 * x.center, 0.0, (0.0 * two, two))


def power(x: Form, exponent: int) -> Form:
    """A whole power that is not 0: squares and products, and one division where it is negative."""
    found = x
    for digit in f"{abs(exponent):b}"[1:]:
        found = _square(found)
        if digit == "1":
            found = _times(found, x)
    return found if exponent > 0 else _inverse(found)


RULES: dict[str, Callable[..., Form]] = {
    "add": lambda *terms: reduce(_plus, terms),
    "mul": lambda *factors: reduce(_times, factors),
    "div": lambda x, y: _times(x, _inverse(y)),
    "neg": _negative,
    "abs": _size,
    "max": lambda *given: reduce(_larger, given),
    "min": lambda *given: reduce(_smaller, given),
    "pow": lambda x, y: _exponential(_times(y, _logarithm(x))),
    "sqrt": _root,
    "exp": _exponential,
    "log": _logarithm,
    "sin": lambda x: _waves(x)[0],
    "cos": lambda x: _waves(x)[1],
    "tanh": _hyperbolic_tangent,
}
