"""Quotients of polynomials over ℚ, with limits on time and size (FLINT's `fmpq_mpoly`).

The variables are the inputs and, before them in the order, slots for other functions (roots,
exponentials, …). The order is lexicographic with the newest slot largest, so that a relation such
as s² = 1 − c² rewrites s by what is older.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import flint

from ...clock import look

# Products of two terms that count as one operation: FLINT makes one in 4 to 16 ns, an operation in balls
# takes 4 to 8 µs with all that is around it.
TERMS_AN_OPERATION = 512
# Of the 514 proofs of benchmarks/algebra_limits.py a sixteenth of each limit loses none, but of the last:
# a degree of 4 loses 2, and of 1 loses 42 and takes twice as long. The others keep one polynomial from more
# than 0.3 s and 50 MB: 2·10⁷ products at 4 to 16 ns, 4·10⁸ bits.
MAX_TERMS = 100_000
MAX_EXPONENT = 10_000
MAX_WORK = 20_000_000
MAX_TOTAL_BITS = 400_000_000
_MOST_TERMS_TO_FACTOR, _MOST_DEGREE_TO_FACTOR = 120, 16
Polynomial: TypeAlias = flint.fmpq_mpoly


class OutsideMethod(Exception):
    """The method does not reach: its normal form does not exist, or would be too large."""


@dataclass(frozen=True, slots=True)
class Quotient:
    """top / bottom, with a bound on the bits of their coefficients."""

    top: Polynomial
    bottom: Polynomial
    bits: int


class Ring:
    """ℚ(slots, inputs): arithmetic on quotients that refuses to exhaust the machine."""

    def __init__(self, names: tuple[str, ...], slots: int) -> None:
        self.names = names
        self.slots = slots
        symbols = (*(f"_{place}" for place in reversed(range(slots))), *names)
        self._context = flint.fmpq_mpoly_ctx.get(symbols, flint.Ordering.lex)
        self._symbols = self._context.gens()

    def slot(self, place: int) -> Polynomial:
        return self._symbols[self.slots - 1 - place]

    def input(self, name: str) -> Polynomial:
        return self._symbols[self.slots + self.names.index(name)]

    def constant(self, value: Fraction | int) -> Polynomial:
        return self._context.constant(as_rational(Fraction(value)))

    def monomial(self, exponents: tuple[int, ...]) -> Polynomial:
        return self._context.from_dict({exponents: flint.fmpq(1)})

    def number(self, value: Fraction | int) -> Quotient:
        value = Fraction(value)
        bits = value.numerator.bit_length() + value.denominator.bit_length()
        return self.whole(self.constant(value), bits)

    def whole(self, top: Polynomial, bits: int = 1) -> Quotient:
        return Quotient(top, self.constant(1), bits)

    def plus(self, x: Quotient, y: Quotient) -> Quotient:
        bits = x.bits + y.bits + 1
        if x.bottom == y.bottom:
            if x.bottom.is_constant():
                bits = max(x.bits, y.bits) + 1
            return Quotient(x.top + y.top, x.bottom, bits)
        top = self._product(x.top, y.bottom, bits) + self._product(y.top, x.bottom, bits)
        return Quotient(top, self._product(x.bottom, y.bottom, bits), bits)

    def minus(self, x: Quotient, y: Quotient) -> Quotient:
        return self.plus(x, self.negative(y))

    @staticmethod
    def negative(x: Quotient) -> Quotient:
        return Quotient(-x.top, x.bottom, x.bits)

    def times(self, x: Quotient, y: Quotient) -> Quotient:
        bits = x.bits + y.bits + min(len(x.top), len(y.top)).bit_length()
        top, bottom = self._product(x.top, y.top, bits), self._product(x.bottom, y.bottom, bits)
        return Quotient(top, bottom, bits)

    def scaled(self, x: Quotient, factor: Fraction | int) -> Quotient:
        return self.times(self.number(factor), x)

    @staticmethod
    def inverse(x: Quotient) -> Quotient:
        if x.top.is_zero():
            raise OutsideMethod("a divisor is zero everywhere")
        return Quotient(x.bottom, x.top, x.bits)

    def power(self, base: Quotient, n: int) -> Quotient:
        """base ** n for a whole n."""
        if abs(n) > MAX_EXPONENT:
            raise OutsideMethod("a power is too large for the normal form")
        if n < 0:
            base, n = self.inverse(base), -n
        bits = n * (base.bits + max(len(base.top), len(base.bottom)).bit_length())
        for part in (base.top, base.bottom):
            terms = math.comb(len(part) + n - 1, n) if len(part) else 0
            terms = min(terms, self._dense(degree(part) * n))
            self._check_terms(terms, bits)
            look(1 + len(part) * terms // TERMS_AN_OPERATION)
        return Quotient(base.top**n, base.bottom**n, bits)

    def equal(self, x: Quotient, y: Quotient) -> Polynomial:
        """A polynomial that is zero exactly where two quotients are equal."""
        if x.bottom == y.bottom:
            return x.top - y.top
        bits = x.bits + y.bits + 1
        return self._product(x.top, y.bottom, bits) - self._product(y.top, x.bottom, bits)

    def inputs_of(self, polynomial: Polynomial) -> list[str]:
        """The inputs that a polynomial has."""
        if polynomial.is_zero():
            return []
        degrees = polynomial.degrees()[self.slots :]
        return [name for name, n in zip(self.names, degrees, strict=True) if n]

    def linear(self, polynomial: Polynomial) -> tuple[dict[str, Fraction], Fraction] | None:
        """Slopes and offset of a linear polynomial of the inputs; None for any other."""
        offset, slopes = Fraction(0), {}
        for monomial, coefficient in polynomial.terms():
            if sum(monomial) > 1 or any(monomial[: self.slots]):
                return None
            if not sum(monomial):
                offset = as_fraction(coefficient)
            else:
                slopes[self.names[list(monomial).index(1) - self.slots]] = as_fraction(coefficient)
        return slopes, offset

    def value(self, polynomial: Polynomial, point: Mapping[str, Fraction]) -> Fraction:
        """The value of a polynomial of the inputs; inputs it does not have may be left out."""
        values = [flint.fmpq(0)] * self.slots
        for name in self.names:
            values.append(as_rational(point.get(name, Fraction(0))))
        return as_fraction(polynomial(*values)) if values else rational(polynomial)

    def _product(self, x: Polynomial, y: Polynomial, bits: int) -> Polynomial:
        look(1 + len(x) * len(y) // TERMS_AN_OPERATION)
        if len(x) * len(y) > MAX_WORK:
            raise OutsideMethod("the polynomial normal form is too large")
        self._check_terms(min(len(x) * len(y), self._dense(degree(x) + degree(y))), bits)
        return x * y

    def _dense(self, degree: int) -> int:
        """The number of monomials up to a total degree."""
        variables = self.slots + len(self.names)
        return math.comb(degree + variables, variables)

    @staticmethod
    def _check_terms(terms: int, bits: int) -> None:
        if terms > MAX_TERMS or terms * bits > MAX_TOTAL_BITS:
            raise OutsideMethod("the polynomial normal form is too large")


def degree(polynomial: Polynomial) -> int:
    return 0 if polynomial.is_constant() else int(polynomial.total_degree())


def rational(constant: Polynomial) -> Fraction:
    """The value of a constant polynomial."""
    return Fraction(0) if constant.is_zero() else as_fraction(constant.leading_coefficient())


def as_rational(value: Fraction) -> flint.fmpq:
    return flint.fmpq(value.numerator, value.denominator)


def as_fraction(value: flint.fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def is_small(polynomial: Polynomial) -> bool:
    """Whether factors and common divisors of a polynomial are found in no time."""
    return len(polynomial) <= _MOST_TERMS_TO_FACTOR and degree(polynomial) <= _MOST_DEGREE_TO_FACTOR


def factors(polynomial: Polynomial) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
    """content · ∏ fᵏ, each f primitive with a positive first coefficient.

    A polynomial too large to factor is its own single factor.
    """
    if polynomial.is_constant():
        return rational(polynomial), []
    if is_small(polynomial):
        look(1 + len(polynomial) ** 2 // TERMS_AN_OPERATION)
        content, parts = polynomial.factor()
        pairs = [(factor, int(k)) for factor, k in parts]
    else:
        content, pairs = flint.fmpq(1), [(polynomial, 1)]
    value, found = as_fraction(flint.fmpq(content)), []
    for factor, k in pairs:
        first = factor.leading_coefficient()
        if first < 0:
            factor, value = -factor, value * (-1) ** k
        found.append((factor, k))
    return value, found


def factors_of(x: Quotient) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
    """content · ∏ fᵏ of a quotient: k < 0 for what is below its line."""
    (content, above), (content_below, below) = factors(x.top), factors(x.bottom)
    return content / content_below, [*above, *((factor, -k) for factor, k in below)]


def key(polynomial: Polynomial) -> tuple[object, ...]:
    """Something hashable that equals that of equal polynomials of the same ring."""
    return tuple((tuple(map(int, m)), (int(c.p), int(c.q))) for m, c in polynomial.terms())
