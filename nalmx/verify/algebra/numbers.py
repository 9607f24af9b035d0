"""The sign of an algebraic number that is written with roots and with sines of rational multiples of π.

The number is U/L for algebraic integers U and L, of which u and l bound all conjugates, in a field of degree
at most D. The product of the conjugates of U is a whole number, so a number that is not 0 has

    |U/L| ≥ 1 / (u^(D−1) · l),

and one that balls show to be smaller is 0. From below to above, for E = U/L (the k-th root of U/L is that of
U·L^(k−1) over L, which adds nothing but itself to the field),

    p/q             u = |p|,               l = q
    E₁ ± E₂         u = u₁l₂ + l₁u₂,       l = l₁l₂
    E₁·E₂           u = u₁u₂,              l = l₁l₂
    E₁/E₂           u = u₁l₂,              l = l₁u₂
    k-th root       u = (u·l^(k−1))^(1/k), l = l,                D times k
    sin, cos pπ/q   u = 2,                 l = 2,                D times φ(N)/2

where each sine is written as a cosine, and each cosine as that of a multiple of 2π/N: all of them lie in the
real part of the N-th cyclotomic field.

Reference: Burnikel, Funke, Mehlhorn, Schirra, Schmitt (2009), A separation bound for real algebraic
expressions, Algorithmica 55.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as made_by
from fractions import Fraction
from math import lcm

import flint

from ...clock import look
from ...expression import Apply, Constant, Expression, Number
from ...expression.ball import enclose, precision
from ...expression.nodes import fold, post_order
from .field import Field
from .quotients import Polynomial, as_fraction

_MOST_BITS = 60_000
_MOST_COEFFICIENTS = 200
_BITS = 64
_MOST_ORDER = 10_000


def sign_of_number(number: Expression) -> int | None:
    """The sign of an expression without inputs; None where it is no such number, or this is too much work."""
    sign = _sign(number, _BITS, None)
    if sign is not None:
        return sign
    bits = _separation(number)
    if bits is None or bits > _MOST_BITS:
        return None
    at = 2 * _BITS
    while sign is None:
        look(1 + at // 100)
        sign = _sign(number, at, bits)
        if at > 4 * bits + 4 * _BITS:
            return sign
        at *= 2
    return sign


def vanishes_by_numbers(field: Field, polynomial: Polynomial) -> bool:
    """Whether all coefficients of a polynomial are 0: numbers that are written with roots and sines."""
    kinds = [
        field.is_number(field.ring.slots - 1 - place) if place < field.ring.slots else False
        for place in range(field.ring.slots + len(field.ring.names))
    ]
    if not any(kinds):
        return False
    groups: dict[tuple[int, ...], Polynomial] = {}
    for monomial, coefficient in field.rewrite(polynomial).terms():
        exponents = tuple(map(int, monomial))
        rest = tuple(0 if own else n for own, n in zip(kinds, exponents, strict=True))
        own = tuple(n if own else 0 for own, n in zip(kinds, exponents, strict=True))
        term = field.ring.monomial(own) * field.ring.constant(as_fraction(coefficient))
        groups[rest] = groups[rest] + term if rest in groups else term
    return len(groups) <= _MOST_COEFFICIENTS and all(
        sign_of_number(field.tree(coefficient)) == 0 for coefficient in groups.values()
    )


def _sign(number: Expression, at: int, bits: int | None) -> int | None:
    """The sign that balls of `at` bits tell, where a number below 2^−bits is 0."""
    with precision(at):
        value = enclose(number, {})
        if not isinstance(value, flint.arb):
            return None
        if value > 0 or value < 0:
            return 1 if value > 0 else -1
        if bits is not None and value.abs_upper() < flint.arb(2) ** -bits:
            return 0
    return None


@dataclass(slots=True)
class _Field:
    """The degree of a field, from the roots and the angles that are met."""

    roots: dict[Expression, int] = made_by(default_factory=dict)
    order: int = 1

    @property
    def degree(self) -> int:
        product = 1
        for degree in self.roots.values():
            product *= degree
        return product * max(1, int(flint.fmpz(self.order).euler_phi()) // 2)


class _NoBound(Exception):
    """An operation whose value need not be algebraic."""


_Bounds = tuple[flint.arb, flint.arb]


def _separation(number: Expression) -> int | None:
    """The bits of a bound below which the number is 0."""
    whole = _Field()
    found: dict[int, _Bounds] = {}
    try:
        with precision(_BITS):
            for node in post_order(number):
                if isinstance(node, Apply) and node.operation in ("sin", "cos", "tan"):
                    found[id(node)] = _of_wave(whole, node)
                elif isinstance(node, Apply):
                    # Only of what is needed: the argument of a sine has no bounds of its own.
                    given = [found.get(id(argument)) for argument in node.arguments]
                    if None not in given:
                        found[id(node)] = _of_operation(whole, node, [g for g in given if g])
                elif isinstance(node, Number):
                    found[id(node)] = _ratio(node.value)
            if id(number) not in found or whole.degree > _MOST_BITS:
                return None
            upper, lower = found[id(number)]
            bits = (whole.degree - 1) * _log2(upper) + _log2(lower)
            return int(bits.upper().ceil().unique_fmpz()) + 1
    except _NoBound:
        return None


def _log2(value: flint.arb) -> flint.arb:
    return value.max(flint.arb(1)).log() / flint.arb(2).log()


def _ratio(value: Fraction) -> _Bounds:
    return flint.arb(abs(value.numerator)), flint.arb(value.denominator)


def _of_operation(whole: _Field, node: Apply, given: list[_Bounds]) -> _Bounds:
    match node.operation:
        case "neg" | "abs":
            return given[0]
        case "add":
            total = given[0]
            for upper, lower in given[1:]:
                total = _up(total[0] * lower + total[1] * upper), _up(total[1] * lower)
            return total
        case "mul":
            product = given[0]
            for other in given[1:]:
                product = _times(product, other)
            return product
        case "div":
            return _times(given[0], (given[1][1], given[1][0]))
        case "sqrt":
            return _root(whole, node.arguments[0], given[0], 2)
        case "cbrt":
            return _root(whole, node.arguments[0], given[0], 3)
        case "pow":
            return _power(whole, node, given[0])
    raise _NoBound


def _power(whole: _Field, node: Apply, base: _Bounds) -> _Bounds:
    exponent = node.arguments[1]
    if not isinstance(exponent, Number) or abs(exponent.value) > _MOST_ORDER:
        raise _NoBound
    power = exponent.value
    if power.denominator > 1:
        base = _root(whole, node.arguments[0], base, power.denominator)
    upper, lower = (_up(part ** abs(power.numerator)) for part in base)
    return (upper, lower) if power > 0 else (lower, upper)


def _root(whole: _Field, inside: Expression, given: _Bounds, degree: int) -> _Bounds:
    """A root; those of one number to several degrees lie in the field of their common one."""
    if degree > _MOST_ORDER:
        raise _NoBound
    whole.roots[inside] = lcm(whole.roots.get(inside, 1), degree)
    upper, lower = given
    return _up((upper * lower ** (degree - 1)) ** (flint.arb(1) / degree)), lower


def _of_wave(whole: _Field, node: Apply) -> _Bounds:
    angle = _turns(node.arguments[0])
    if angle is None or angle.denominator > _MOST_ORDER:
        raise _NoBound
    turns = {"cos": [angle / 2], "sin": [angle / 2 - Fraction(1, 4)]}
    used = turns.get(node.operation, [*turns["cos"], *turns["sin"]])
    whole.order = lcm(whole.order, *(part.denominator for part in used))
    if whole.order > _MOST_ORDER:
        raise _NoBound
    return flint.arb(2), flint.arb(2)


def _turns(angle: Expression) -> Fraction | None:
    """The rational number that π is multiplied by."""
    parts = fold(angle, _part_of_leaf, _part_of_operation)
    return parts[1] if parts is not None and not parts[0] else None


_Parts = tuple[Fraction, Fraction] | None  # a + b·π


def _part_of_leaf(leaf: Expression) -> _Parts:
    if isinstance(leaf, Number):
        return leaf.value, Fraction(0)
    return (Fraction(0), Fraction(1)) if isinstance(leaf, Constant) and leaf.name == "pi" else None


def _part_of_operation(operation: str, given: tuple[_Parts, ...]) -> _Parts:
    known = [parts for parts in given if parts is not None]
    if len(known) < len(given):
        return None
    if operation == "add":
        return sum((a for a, _ in known), Fraction(0)), sum((b for _, b in known), Fraction(0))
    if operation == "neg":
        return -known[0][0], -known[0][1]
    if operation == "mul":
        made = known[0]
        for a, b in known[1:]:
            if b and made[1]:
                return None
            made = made[0] * a, made[0] * b + made[1] * a
        return made
    if operation == "div" and not known[1][1] and known[1][0]:
        return known[0][0] / known[1][0], known[0][1] / known[1][0]
    return None


def _times(x: _Bounds, y: _Bounds) -> _Bounds:
    return _up(x[0] * y[0]), _up(x[1] * y[1])


def _up(value: flint.arb) -> flint.arb:
    return value.upper()
