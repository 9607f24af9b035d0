"""Where functions have rational values: roots and logarithms of rationals, exactly or not at all."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

MAX_BITS = 200_000


def only_at(point: int, value: int) -> Callable[[Fraction], Fraction | None]:
    """A transcendental function whose value is rational at one rational point and no other."""
    return lambda x: Fraction(value) if x == point else None


def rational_root(x: Fraction, degree: int) -> Fraction | None:
    """The positive root of `degree` where it is rational; None otherwise, or for too long numbers."""
    if max(x.numerator.bit_length(), x.denominator.bit_length()) > MAX_BITS:
        return None
    top, bottom = _whole_root(x.numerator, degree), _whole_root(x.denominator, degree)
    return None if top is None or bottom is None else Fraction(top, bottom)


def real_root(x: Fraction, degree: int) -> Fraction | None:
    """The same for an odd degree, under which negative numbers have a root, too."""
    root = rational_root(abs(x), degree)
    return -root if root is not None and x < 0 else root


def rational_logarithm(x: Fraction, base: int) -> Fraction | None:
    """The logarithm of a positive number where it is rational, which is where it is whole."""
    direction, power = (1, x.numerator) if x >= 1 else (-1, x.denominator)
    if min(x.numerator, x.denominator) != 1 or power.bit_length() > MAX_BITS:
        return None
    near = int(power.bit_length() / math.log2(base))
    found = (n for n in (near - 1, near, near + 1) if n >= 0 and base**n == power)
    return next((Fraction(direction * n) for n in found), None)


def _whole_root(n: int, degree: int) -> int | None:
    if degree == 2:
        root = math.isqrt(n)
    elif degree > n.bit_length():
        root = min(n, 1)
    else:
        root = 1 << -(-n.bit_length() // degree)
        while True:
            step = ((degree - 1) * root + n // root ** (degree - 1)) // degree
            if step >= root:
                break
            root = step
    return root if root**degree == n else None
