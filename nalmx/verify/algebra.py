"""Exact algebra: the only method that may say `proved`.

A side built from rationals and inputs with + - * / and integer powers is a quotient P/Q of
polynomials with rational coefficients. Two such sides are equal at every point where both are
defined if and only if P₁·Q₂ − P₂·Q₁ is the zero polynomial. They are defined throughout the
domain if no divisor vanishes there, which ball enclosures with subdivision certify. Both together
are a proof; neither alone is. Everything else (roots, logarithms, abs, Piecewise, …) is outside
this method, which then stays silent.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any, Literal, TypeAlias

import flint

from ..expression import Apply, Expression, Number, Variable, variables
from ..expression.nodes import post_order
from .domain import Domain, Point
from .nonvanishing import Certified, Vanishing, certify_nonvanishing
from .verdict import Claim

MAX_TERMS = 100_000
MAX_WORK = 20_000_000
MAX_TOTAL_BITS = 400_000_000
_HUNTING_SECONDS = 0.5
_MOST_TERMS_TO_FACTOR, _MOST_DEGREE_TO_FACTOR = 1_000, 30
Polynomial: TypeAlias = flint.fmpq_mpoly


@dataclass(frozen=True, slots=True)
class Finding:
    """What algebra can say of a claim.

    `proved`; `differs` (the two are different functions); `pole` (undefined somewhere in the
    domain); or `silent`. `suspects` are points worth judging.
    """

    outcome: Literal["proved", "differs", "pole", "silent"]
    reason: str | None = None
    suspects: tuple[Point, ...] = ()


class _OutsideMethod(Exception):
    """The expression is not rational, or its normal form would be too large."""


@dataclass(frozen=True, slots=True)
class _Quotient:
    top: Polynomial
    bottom: Polynomial
    bits: int


def decide(claim: Claim, seconds: float = 5.0) -> Finding:
    """Prove or refute a claim between rational functions over its whole domain."""
    deadline = time.monotonic() + seconds
    ring = _Ring(variables(claim.left, claim.right), deadline)
    try:
        left, right = ring.normal_form(claim.left), ring.normal_form(claim.right)
        equal = ring.equal(left, right)
    except _OutsideMethod as outside:
        return Finding("silent", str(outside))
    if not equal and claim.tolerance.kind == "exact":
        return _differs(ring, claim.domain)
    for divisor, top in ring.divisors:
        sign = partial(_sign, ring, _radical(ring, top))
        found = certify_nonvanishing(divisor, sign, claim.domain, deadline)
        if isinstance(found, Certified):
            continue
        suspects = tuple(_suspects(ring, claim.domain))
        if isinstance(found, Vanishing):
            return Finding("pole", found.reason, suspects)
        if found.suspect is not None:
            middle = next(_sample_points(claim.domain))
            suspects = ({**middle, **found.suspect}, *suspects)
        if equal:
            return Finding("silent", found.reason, suspects)
    return Finding("proved") if equal else _differs(ring, claim.domain)


def _differs(ring: _Ring, domain: Domain) -> Finding:
    reason = "the two sides are different rational functions"
    return Finding("differs", reason, (*_suspects(ring, domain), *_generic_points(domain)))


class _Ring:
    """Q[inputs], with every divisor met while taking normal forms."""

    def __init__(self, names: tuple[str, ...], deadline: float) -> None:
        self.names = names
        self._deadline = deadline
        self._context = flint.fmpq_mpoly_ctx.get(names, flint.Ordering.degrevlex)
        self._inputs = dict(zip(names, self._context.gens(), strict=True))
        self.divisors: list[tuple[Expression, Polynomial]] = []

    def normal_form(self, expression: Expression) -> _Quotient:
        forms: dict[int, _Quotient] = {}
        for node in post_order(expression):
            forms[id(node)] = self._form(node, forms)
        return forms[id(expression)]

    def equal(self, left: _Quotient, right: _Quotient) -> bool:
        if left.bottom == right.bottom:
            return bool(left.top == right.top)
        crossed = self._times(self._pair(left.top, left.bits), self._pair(right.bottom, right.bits))
        other = self._times(self._pair(right.top, right.bits), self._pair(left.bottom, left.bits))
        return bool(crossed.top == other.top)

    def constant(self, value: Fraction | int) -> Polynomial:
        value = Fraction(value)
        return self._context.constant(flint.fmpq(value.numerator, value.denominator))

    def _pair(self, top: Polynomial, bits: int) -> _Quotient:
        return _Quotient(top, self.constant(1), bits)

    def _form(self, node: Expression, forms: dict[int, _Quotient]) -> _Quotient:
        self._check_time()
        if isinstance(node, Number):
            bits = node.value.numerator.bit_length() + node.value.denominator.bit_length()
            return self._pair(self.constant(node.value), bits)
        if isinstance(node, Variable):
            return self._pair(self._inputs[node.name], 1)
        if not isinstance(node, Apply):
            raise _OutsideMethod("the claim is not about rational functions")
        arguments = [forms[id(argument)] for argument in node.arguments]
        match node.operation:
            case "add":
                return self._reduce(self._plus, arguments)
            case "mul":
                return self._reduce(self._times, arguments)
            case "neg":
                return _Quotient(-arguments[0].top, arguments[0].bottom, arguments[0].bits)
            case "div":
                self._divide_by(node.arguments[1], forms)
                return self._times(arguments[0], self._inverse(arguments[1]))
            case "pow":
                return self._power(node, forms)
        raise _OutsideMethod(
            f"the claim contains {node.operation}, which is not a rational function"
        )

    @staticmethod
    def _reduce(step: Any, arguments: list[_Quotient]) -> _Quotient:
        result, *rest = arguments
        for argument in rest:
            result = step(result, argument)
        return result

    def _plus(self, x: _Quotient, y: _Quotient) -> _Quotient:
        bits = x.bits + y.bits + 1
        if x.bottom == y.bottom:
            if x.bottom.is_constant():
                bits = max(x.bits, y.bits) + 1
            return _Quotient(x.top + y.top, x.bottom, bits)
        self._check_product(x.top, y.bottom, bits)
        self._check_product(y.top, x.bottom, bits)
        self._check_product(x.bottom, y.bottom, bits)
        return _Quotient(x.top * y.bottom + y.top * x.bottom, x.bottom * y.bottom, bits)

    def _times(self, x: _Quotient, y: _Quotient) -> _Quotient:
        bits = x.bits + y.bits + min(len(x.top), len(y.top)).bit_length()
        self._check_product(x.top, y.top, bits)
        self._check_product(x.bottom, y.bottom, bits)
        return _Quotient(x.top * y.top, x.bottom * y.bottom, bits)

    def _divide_by(self, divisor: Expression, forms: dict[int, _Quotient]) -> None:
        """Note a divisor, a product by its factors: it is zero where one of them is."""
        if isinstance(divisor, Apply) and divisor.operation in ("mul", "neg"):
            for factor in divisor.arguments:
                self._divide_by(factor, forms)
        elif isinstance(divisor, Apply) and divisor.operation == "div":
            self._divide_by(divisor.arguments[0], forms)
        elif not isinstance(divisor, Number) or not divisor.value:
            self.divisors.append((divisor, forms[id(divisor)].top))

    @staticmethod
    def _inverse(form: _Quotient) -> _Quotient:
        if form.top.is_zero():
            raise _OutsideMethod("a divisor is zero everywhere")
        return _Quotient(form.bottom, form.top, form.bits)

    def _power(self, node: Apply, forms: dict[int, _Quotient]) -> _Quotient:
        base, exponent = (forms[id(argument)] for argument in node.arguments)
        n = self._whole(exponent)
        if n is None:
            raise _OutsideMethod("the claim contains a power whose exponent is not an integer")
        if n < 0:
            self._divide_by(node.arguments[0], forms)
            base, n = self._inverse(base), -n
        bits = n * (base.bits + max(len(base.top), len(base.bottom)).bit_length())
        for part in (base.top, base.bottom):
            self._check_size(math.comb(len(part) + n - 1, n) if len(part) else 0, part, n, bits)
        return _Quotient(base.top**n, base.bottom**n, bits)

    @staticmethod
    def _whole(form: _Quotient) -> int | None:
        if not form.top.is_constant() or not form.bottom.is_constant():
            return None
        value = _rational(form.top) / _rational(form.bottom)
        return value.numerator if value.denominator == 1 else None

    def _check_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise _OutsideMethod("the time for the polynomial normal form ran out")

    def _check_product(self, x: Polynomial, y: Polynomial, bits: int) -> None:
        self._check_time()
        if len(x) * len(y) > MAX_WORK:
            raise _OutsideMethod("the polynomial normal form is too large")
        degree = _degree(x) + _degree(y)
        self._check_terms(min(len(x) * len(y), self._dense(degree)), bits)

    def _check_size(self, terms: int, part: Polynomial, n: int, bits: int) -> None:
        self._check_terms(min(terms, self._dense(_degree(part) * n)), bits)

    def _dense(self, degree: int) -> int:
        """The number of monomials up to a total degree."""
        return math.comb(degree + len(self.names), len(self.names))

    @staticmethod
    def _check_terms(terms: int, bits: int) -> None:
        if terms > MAX_TERMS or terms * bits > MAX_TOTAL_BITS:
            raise _OutsideMethod("the polynomial normal form is too large")


def _degree(polynomial: Polynomial) -> int:
    return 0 if polynomial.is_constant() else int(polynomial.total_degree())


def _rational(constant: Polynomial) -> Fraction:
    if constant.is_zero():
        return Fraction(0)
    value = constant.leading_coefficient()
    return Fraction(int(value.p), int(value.q))


def _value_at(polynomial: Polynomial, names: tuple[str, ...], point: Point) -> Fraction:
    values = [flint.fmpq(point[name].numerator, point[name].denominator) for name in names]
    if not values:
        return _rational(polynomial)
    value = polynomial(*values)
    return Fraction(int(value.p), int(value.q))


def _sample_points(domain: Domain, most: int = 64) -> Iterator[Point]:
    """Middles, low corners and high corners of the first boxes of a domain."""
    for count, box in enumerate(domain.boxes()):
        if count >= most:
            return
        yield {name: extent.middle for name, extent in box.items()}
        yield {name: extent.lower for name, extent in box.items()}
        yield {name: extent.upper for name, extent in box.items()}


def _generic_points(domain: Domain, count: int = 8) -> Iterator[Point]:
    """Points at which a polynomial that is not zero is almost surely not zero."""
    random = Random(0)
    for _ in range(count):
        point: Point = {}
        for name, extent in domain.ranges.items():
            chosen = random.choice(extent.intervals)
            point[name] = chosen.lower + chosen.width * Fraction(random.randrange(2**20), 2**20)
        yield point


def _suspects(ring: _Ring, domain: Domain) -> Iterator[Point]:
    """Points where a divisor is exactly zero: rational roots along the axes through sample points."""
    deadline = time.monotonic() + _HUNTING_SECONDS
    for _, top in ring.divisors:
        for point in _sample_points(domain, most=4):
            for name in ring.names:
                if time.monotonic() > deadline:
                    return
                for root in _rational_roots(ring, top, name, point):
                    if root in domain.ranges[name]:
                        yield {**point, name: root}


def _rational_roots(ring: _Ring, top: Polynomial, name: str, point: Point) -> Iterator[Fraction]:
    """The rational zeros of a polynomial in one input, the others held at a point."""
    if len(top) > _MOST_TERMS_TO_FACTOR or _degree(top) > _MOST_DEGREE_TO_FACTOR:
        return
    coefficients: dict[int, Fraction] = {}
    place = ring.names.index(name)
    for exponents, coefficient in top.terms():
        value = Fraction(int(coefficient.p), int(coefficient.q))
        for other, exponent in zip(ring.names, exponents, strict=True):
            if other != name:
                value *= point[other] ** int(exponent)
        degree = int(exponents[place])
        coefficients[degree] = coefficients.get(degree, Fraction(0)) + value
    highest = max(coefficients, default=0)
    polynomial = flint.fmpq_poly(
        [
            flint.fmpq(c.numerator, c.denominator)
            for c in (coefficients.get(degree, Fraction(0)) for degree in range(highest + 1))
        ]
    )
    if polynomial.degree() < 1:
        return
    for factor, _ in polynomial.factor()[1]:
        if factor.degree() == 1:
            root = -factor[0] / factor[1]
            yield (
                Fraction(int(root.p), int(root.q))
                if isinstance(root, flint.fmpq)
                else Fraction(int(root))
            )


def _radical(ring: _Ring, polynomial: Polynomial) -> Polynomial:
    """The polynomial without repeated factors: the same zeros, but it changes sign at more of them."""
    if len(polynomial) > _MOST_TERMS_TO_FACTOR or _degree(polynomial) > _MOST_DEGREE_TO_FACTOR:
        return polynomial
    radical = ring.constant(1)
    for factor, _ in polynomial.factor_squarefree()[1]:
        radical = radical * factor
    return radical


def _sign(ring: _Ring, polynomial: Polynomial, point: Point) -> int:
    """The sign of a polynomial at a point; inputs that it does not have may be left out."""
    value = _value_at(polynomial, ring.names, {**dict.fromkeys(ring.names, Fraction(0)), **point})
    return (value > 0) - (value < 0)
