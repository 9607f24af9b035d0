"""Values of functions in float64 whose errors are known, by sums, products and quotients alone.

NumPy's own exp and sin come without a proof. Here an argument is brought near 0 by a multiple of log 2 or of
π/2 that is subtracted in two parts, the first of which is exact, and a Taylor polynomial follows. Each of
fewer than 64 operations on numbers below 4 is off by at most 2⁻⁵¹, and the first term left out is below 2⁻⁵⁰,
so that errors are below 2⁻⁴³; what is claimed is `ERROR`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ERROR = 2.0**-40
TINY = 1e-300  # what underflows is at most that
# The first parts have 32 and 33 bits; `tests` hold both sums to log 2 and π/2.
LOG2 = (6.93147180369123816490e-01, 1.90821492927058770002e-10)
HALF_PI = (1.57079632673412561417e00, 6.07710050650619224932e-11)
_LARGEST_EXPONENT, _LARGEST_ANGLE = 700.0, 2.0**20


def exponential(x: Floats) -> Floats:
    """eˣ, within `ERROR` of itself and `TINY`; infinite beyond e⁷⁰⁰."""
    near = np.clip(x, -_LARGEST_EXPONENT, _LARGEST_EXPONENT)
    turns = np.rint(near / LOG2[0])
    rest = (near - turns * LOG2[0]) - turns * LOG2[1]
    found: Floats = np.ldexp(_series(rest, range(16)), turns.astype(np.int64))
    return np.where(x > _LARGEST_EXPONENT, np.inf, found)


def sine_and_cosine(x: Floats) -> tuple[Floats, Floats]:
    """sin x and cos x, within `ERROR`; not numbers beyond 2²⁰."""
    near = np.where(np.abs(x) <= _LARGEST_ANGLE, x, np.nan)
    turns = np.rint(near / HALF_PI[0])
    rest = (near - turns * HALF_PI[0]) - turns * HALF_PI[1]
    square = -rest * rest
    sine, cosine = rest * _series(square, range(1, 18, 2)), _series(square, range(0, 19, 2))
    place = np.mod(turns, 4.0)
    swapped, turned, back = np.mod(turns, 2.0) == 1, place >= 2, (place == 1) | (place == 2)
    found = np.where(swapped, cosine, sine), np.where(swapped, sine, cosine)
    return np.where(turned, -found[0], found[0]), np.where(back, -found[1], found[1])


def hyperbolic_tangent(x: Floats) -> Floats:
    """tanh x, within 4 · `ERROR`."""
    return 1.0 - 2.0 / (exponential(2.0 * np.clip(x, -300.0, 300.0)) + 1.0)


def logarithm(x: Floats) -> tuple[Floats, Floats]:
    """log x for x > 10⁻²⁰⁰, and a bound on its error: NumPy's is held to the exponential."""
    found = np.log(x)
    off = np.abs(x / exponential(found) - 1.0)
    return found, np.where((off < 0.25) & (x > 1e-200), 2.0 * off + 4.0 * ERROR, np.inf)


def _series(x: Floats, orders: range) -> Floats:
    """Σ xᵏ/nₖ! for the numbers nₖ, by Horner's rule."""
    total = np.full_like(x, 1.0 / math.factorial(orders[-1]))
    for order in orders[-2::-1]:
        total = total * x + 1.0 / math.factorial(order)
    return total
