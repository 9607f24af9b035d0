"""Functions of fractions to as many digits as are wanted, for exported tests of what floats cannot show.

The source of `EXPORTED` is written into a test file as it stands here, so that what a file will find is
known when it is written. They need the standard library alone.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from ..expression import Expression
from ..expression.definitions import without
from ..expression.operations import OPERATIONS

MANY = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN)


def digits_of(x: Any) -> Decimal:
    x = Fraction(x)
    return MANY.divide(Decimal(x.numerator), Decimal(x.denominator))


def exp(x: Any) -> Any:
    if abs(x) > 100_000:
        raise OverflowError("too long to be written out")
    return Fraction(MANY.exp(digits_of(x)))


def log(x: Any) -> Any:
    if x <= 0:
        raise ValueError("the logarithm of a number that is not positive")
    return Fraction(MANY.ln(digits_of(x)))


def sqrt(x: Any) -> Any:
    if x < 0:
        raise ValueError("the root of a negative number")
    return Fraction(MANY.sqrt(digits_of(x)))


@cache
def pi_to(digits: int) -> Fraction:
    """By Machin: pi/4 = 4 arctan(1/5) - arctan(1/239)."""
    one, total = 10 ** (digits + 10), 0
    for factor, n in ((16, 5), (-4, 239)):
        power, k = factor * one // n, 1
        while power:
            total += power // k if k % 4 == 1 else -(power // k)
            power = power // (n * n) if power > 0 else -(-power // (n * n))
            k += 2
    return Fraction(total, one)


def pi() -> Any:
    return pi_to(MANY.prec)


def sin(x: Any) -> Any:
    turn = 2 * pi()
    x = Fraction(x)
    x = Fraction(digits_of(x - turn * round(x / turn)))
    one = 10 ** (MANY.prec + 10)
    term, total, k = x.numerator * one // x.denominator, 0, 1
    square = term * term // one
    while term:
        total += term
        term, k = -term * square // one // ((k + 1) * (k + 2)), k + 2
        term += term == -1
    return Fraction(total, one)


def cos(x: Any) -> Any:
    return sin(Fraction(x) + pi() / 2)


def tan(x: Any) -> Any:
    return sin(x) / cos(x)


def tanh(x: Any) -> Any:
    small = exp(-2 * min(abs(x), 4 * MANY.prec))
    return (1 - small) / (1 + small) * (1 if x >= 0 else -1)


def atan(x: Any) -> Any:
    """Of a number that is halved as an angle until its series is short."""
    if abs(x) > 1:
        return (1 if x > 0 else -1) * (pi() / 2 - atan(1 / Fraction(abs(x))))
    x = Fraction(x)
    for _ in range(8):
        x = Fraction(digits_of(x / (1 + sqrt(1 + x * x))))
    term, total, k = x, Fraction(0), 1
    while abs(term) > abs(x) / 10**MANY.prec:
        total += term / k
        term, k = -Fraction(digits_of(term * x * x)), k + 2
    return 256 * total


def erf(x: Any) -> Any:
    """2/sqrt(pi) e^(-x^2) times the sum of 2^n x^(2n+1)/(1·3·…·(2n+1)), whose terms have one sign."""
    if x * x > 3 * MANY.prec:
        return 1 if x > 0 else -1
    x = Fraction(digits_of(x))
    term, total, k = x, Fraction(0), 1
    while abs(term) > abs(x) / 10**MANY.prec:
        total += term
        term, k = Fraction(digits_of(2 * term * x * x / (k + 2))), k + 2
    return 2 * total * exp(-x * x) / sqrt(pi())


def power(x: Any, y: Any) -> Any:
    """x**y over the reals: where y is not whole, for x > 0, or x = 0 and y > 0."""
    if y == math.floor(y):
        if abs(y) * Fraction(x).numerator.bit_length() > 10_000_000:
            raise OverflowError("too long to be written out")
        return Fraction(x) ** math.floor(y)
    if x > 0:
        return exp(y * log(x))
    if x == 0 and y > 0:
        return 0
    raise ValueError("a power that is not a real number")


EXPORTED = (digits_of, exp, log, sqrt, pi_to, pi, sin, cos, tan, tanh, atan, erf, power)
NAMES = frozenset(function.__name__ for function in EXPORTED) | {"MANY"}
IMPORTS = "from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal"


def expressed(expression: Expression) -> Expression:
    """The same function by those of `EXPORTED`, where libraries have one that is not among them."""
    return without(expression, lambda name: name in NAMES or not OPERATIONS[name].is_function)


@contextmanager
def to_digits(digits: int) -> Iterator[None]:
    """Compute with so many digits in a block."""
    before, MANY.prec = MANY.prec, digits
    try:
        yield
    finally:
        MANY.prec = before


def source(digits: int) -> str:
    """The functions as Python, to so many digits."""
    last = f"MANY = Context(prec={digits}, Emax=MAX_EMAX, Emin=MIN_EMIN)\n"
    return "\n\n".join([*(inspect.getsource(function) for function in EXPORTED), last])
