"""How floats of a binary format lie, for arrays of sizes: distances, and the nearest ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...expression.float_program import Precision
from .spans import Array, Spans

_LEAST = -1074  # the exponent of the least float64


class FloatGrid:
    """The floats of a format, seen from float64: bounds that are below the least float64 are that."""

    def __init__(self, precision: Precision) -> None:
        self.bits, self.least_exponent = precision.bits, precision.least_exponent
        self.largest = float(precision.largest)
        self.least_normal = float(precision.least_normal)

    def half_ulp(self, size: Array) -> Array:
        """The largest error of rounding a number up to `size` to nearest, 0 where that is 0."""
        mantissa, exponent = np.frexp(size)
        # Up to a power of two, and with it, floats are as close as they are below it; just above it, a
        # number is as close to the power as that.
        below = self._half(exponent - 2)
        above = np.minimum(self._half(exponent - 1), size - np.ldexp(0.5, exponent))
        return np.where(
            size == 0.0, 0.0, np.where(mantissa == 0.5, below, np.maximum(below, above))
        )

    def half_ulp_below(self, size: Array) -> Array:
        """Half the distance of floats just below `size`."""
        mantissa, exponent = np.frexp(size)
        return self._half(exponent - 1 - (mantissa == 0.5))

    def spacing(self, size: Array) -> Array:
        """What floats of at least this size are multiples of."""
        _, exponent = np.frexp(size)
        place = np.where(size == 0.0, self.least_exponent, exponent - 1)
        distance: Array = np.ldexp(1.0, np.maximum(place, self.least_exponent) - self.bits + 1)
        return distance

    def holds(self, size: Array, quantum: Array) -> Any:
        """Whether every multiple of a power of two up to `size` is a float."""
        least = np.ldexp(1.0, self.least_exponent - self.bits + 1)
        return (quantum >= least) & (size <= np.ldexp(quantum, self.bits))

    def nearest(self, x: Spans) -> Spans:
        """The floats of an interval rounded to nearest: rounding keeps the order."""
        return Spans(self._nearest(x.low), self._nearest(x.high))

    def _nearest(self, value: Array) -> Array:
        step = self.spacing(np.abs(value))
        found: Array = np.rint(value / step) * step
        return found

    def _half(self, place: Any) -> Array:
        place = np.maximum(place, self.least_exponent) - self.bits
        half: Array = np.ldexp(1.0, np.maximum(place, _LEAST))
        return half
