"""Roots, powers, exponentials and logarithms of canonical arguments.

Each rule below is an identity that holds wherever the original expression is defined:

    log u     = Σ k log|f|                     for u = ∏ fᵏ > 0
    u ** e    = ∏ |f|^(k e)                    for u = ∏ fᵏ > 0, and for u = 0 where e > 0
    exp(Σ cw) = ∏ exp(w/N) ** (c N),           exp(c log|f|) = |f| ** c
    |u|       = ∏ |f| ** k,                    |f| ** 2 = f ** 2

Numbers are split into primes, so that √6 = √2·√3 and log 6 = log 2 + log 3. The f are irreducible
polynomials, or primes.

Reference: Risch (1979), Algebraic properties of the elementary functions of analysis; Bronstein (2005),
Symbolic integration I, chapter 9, on which exponentials and logarithms depend on each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import floor, lcm

import flint

from ...expression import Apply, Expression
from ...expression.build import quotient, rational
from .field import MOST_UNITS, Field, Slot
from .quotients import Polynomial, Quotient, as_fraction, factors_of, key
from .region import Region
from .signs import EVERY, NEGATIVE, NONNEGATIVE, POSITIVE, ZERO

# Neither a sixteenth of these nor four times as much changes a proof of benchmarks/algebra_limits.py.
_LARGEST_TO_FACTOR = 2**48
_NEAR = Fraction(1, 50)
_HALF = Fraction(1, 2)


def absolute(region: Region, x: Quotient) -> Quotient:
    """|x|, with the sign of each factor resolved where it is known."""
    content, atoms = factors_of(region.field.reduced(x))
    result = region.field.ring.number(abs(content))
    for atom, k in atoms:
        result = region.field.ring.times(result, _whole_power(region, atom, k))
    return result


def _whole_power(region: Region, atom: Polynomial, n: int) -> Quotient:
    """|f| ** n for a whole n."""
    ring = region.field.ring
    result = ring.power(ring.whole(atom), abs(n) - n % 2)
    if n % 2:
        result = ring.times(result, ring.whole(_magnitude(region, atom)))
    return result if n > 0 else ring.inverse(result)


def _magnitude(region: Region, atom: Polynomial) -> Polynomial:
    """|f| of an irreducible f."""
    signs = _signs(region, atom)
    if signs <= NONNEGATIVE:
        return atom
    if signs <= NEGATIVE | ZERO:
        return -atom
    region.open.append(region.field.ring.whole(atom))
    region.magnitudes.append(region.field.ring.whole(atom))
    made = Slot("power", Apply("abs", (region.field.tree(atom),)), base=atom)
    return region.field.slot(("abs", key(atom)), made, (2, atom**2))


def _signs(region: Region, atom: Polynomial) -> frozenset[int]:
    return POSITIVE if atom.is_constant() else region.atom_signs(atom)


def _factored(field: Field, x: Quotient) -> Iterator[tuple[Polynomial, int]]:
    """|x| = ∏ |f|ᵏ, primes first, for x that is not 0."""
    content, atoms = factors_of(x)
    for whole, direction in ((abs(content.numerator), 1), (content.denominator, -1)):
        for prime, k in _primes(whole):
            yield field.ring.constant(prime), direction * k
    yield from with_sines(field, atoms)


def with_sines(
    field: Field, atoms: Sequence[tuple[Polynomial, int]]
) -> Iterator[tuple[Polynomial, int]]:
    """Factors of an absolute value, with |cos u − 1|·|cos u + 1| = |sin u|²."""
    powers = {key(atom): k for atom, k in atoms}
    for atom, k in atoms:
        inside, other = argument_of(field, atom + 1, "cos"), key(atom + 2)
        n = powers.get(other, 0)
        if inside is not None and k * n > 0:
            both = min(k, n, key=abs)
            powers[key(atom)] -= both
            powers[other] -= both
            yield field.wave_of("sin", inside), 2 * both
    yield from ((atom, k) for atom, _ in atoms if (k := powers[key(atom)]))


def argument_of(field: Field, wave: Polynomial, name: str) -> Quotient | None:
    """The u that a polynomial is the sine or cosine of, as `name` says."""
    slot = field.slot_of(wave)
    if slot is None or slot.argument is None or not slot.is_wave(name):
        return None
    return slot.argument if field.has_inputs(slot.argument.top) else None


def _primes(whole: int) -> list[tuple[int, int]]:
    twos = (whole & -whole).bit_length() - 1
    odd = whole >> twos
    rest = [(odd, 1)] if odd > _LARGEST_TO_FACTOR else flint.fmpz(odd).factor()
    return [(2, twos)] * bool(twos) + [(int(p), int(k)) for p, k in rest if p != 1]


def _as_power(field: Field, atom: Polynomial) -> tuple[Polynomial, Fraction]:
    """An atom as |f| ** e of what is no power itself."""
    slot = field.slot_of(atom)
    if slot is None or slot.kind != "power":
        return atom, Fraction(1)
    assert slot.base is not None
    base, exponent = _as_power(field, slot.base)
    return base, slot.scale * exponent


def _exponent_of(field: Field, atom: Polynomial) -> Quotient | None:
    """The x of an atom that is exp x."""
    slot = field.slot_of(atom)
    if slot is None or slot.kind != "exp":
        return None
    assert slot.argument is not None
    return field.ring.scaled(slot.argument, slot.scale)


def raised(region: Region, x: Quotient, exponent: Fraction) -> Quotient:
    """x to a rational exponent that is not whole, for x > 0, or x ≥ 0 and a positive exponent."""
    ring = region.field.ring
    x = region.field.reduced(x)
    if x.top.is_zero():
        return x
    result = ring.number(1)
    for atom, k in _factored(region.field, x):
        result = ring.times(result, _atom_raised(region, atom, k * exponent))
    return result


def _atom_raised(region: Region, atom: Polynomial, exponent: Fraction) -> Quotient:
    """|f| ** e of a factor or a prime number."""
    field, ring = region.field, region.field.ring
    inside = _exponent_of(field, atom)
    if inside is not None:
        return exponential(region, ring.scaled(inside, exponent))
    atom, scale = _as_power(field, atom)
    exponent *= scale
    if exponent.denominator == 1:
        return _whole_power(region, atom, exponent.numerator)
    simpler = _by_conjugate(region, atom, exponent)
    if simpler is not None:
        return simpler
    unit = field.units.unit(("power", key(atom)), exponent, Fraction(1))
    whole = floor(exponent)
    if unit is None:
        whole = round(exponent)
        if abs(exponent - whole) > _NEAR or (whole and 0 in _signs(region, atom)):
            whole = 0
        root = _power_slot(field, atom, exponent - whole, None)
        return ring.times(_atom_raised(region, atom, Fraction(whole)), ring.whole(root))
    relation = (unit.denominator, _magnitude(region, atom))
    root = _power_slot(field, atom, unit, relation)
    power = ring.power(ring.whole(root), int((exponent - whole) / unit))
    return ring.times(_atom_raised(region, atom, Fraction(whole)), power)


def _by_conjugate(region: Region, atom: Polynomial, exponent: Fraction) -> Quotient | None:
    """|f| ** e of f = A + C·s with a root s, where f·g, g = A − C·s, is a square, or not 0."""
    field, ring = region.field, region.field.ring
    if not field.has_inputs(
        atom
    ):  # numbers are told apart by their digits, the fewer roots the better
        return None
    for index, n in enumerate(map(int, atom.degrees()[: ring.slots])):
        square = field.square_at(index) if n == 1 else None
        if square is None:
            continue
        variable = ring.slot(ring.slots - 1 - index)
        slope = atom.derivative(index)
        rest = atom - slope * variable
        norm = field.rewrite(rest**2 - slope**2 * square)
        content, parts = factors_of(ring.whole(norm))
        if exponent.denominator == 2 and content > 0 and all(k % 2 == 0 for _, k in parts):
            root = _denested(region, atom, rest, raised(region, ring.whole(norm), _HALF))
            if root is not None:
                return ring.times(_whole_power(region, atom, floor(exponent)), root)
        scale, ((other, _), *_) = factors_of(ring.whole(rest - slope * variable))
        if content and field.has_root(key(other)):
            zeros = [part for part, _ in parts if 0 in region.atom_signs(part)]
            region.divisors.extend(map(ring.whole, zeros))
            if not zeros:
                known = raised(region, ring.scaled(ring.whole(norm), 1 / scale), exponent)
                return ring.times(known, _atom_raised(region, other, -exponent))
    return None


def _denested(region: Region, atom: Polynomial, rest: Polynomial, d: Quotient) -> Quotient | None:
    """√|f| = (|f| + d)/√(2·(|A| + d)) of f = A + C·s, f·(A − C·s) = d²: f and A have the same sign.

    None where the sign of A is open, or A + d may be 0.
    """
    ring = region.field.ring
    signs = region.signs_of(ring.whole(rest))
    if not (signs <= NONNEGATIVE or signs <= NEGATIVE | ZERO):
        return None
    if not signs <= NONNEGATIVE:
        atom, rest = -atom, -rest
    twice = ring.scaled(ring.plus(ring.whole(rest), d), 2)
    if region.signs_of(region.field.reduced(twice)) != POSITIVE:
        return None
    return ring.times(ring.plus(ring.whole(atom), d), raised(region, twice, -_HALF))


def _power_slot(
    field: Field, atom: Polynomial, exponent: Fraction, relation: tuple[int, Polynomial] | None
) -> Polynomial:
    expression: Expression = Apply(
        "pow", (_tree_of_magnitude(field, atom), rational(abs(exponent)))
    )
    if exponent < 0:
        expression = quotient(rational(1), expression)
    signs = POSITIVE if atom.is_constant() else NONNEGATIVE
    made = Slot("power", expression, base=atom, scale=exponent, signs=signs)
    return field.slot(("power", key(atom), exponent), made, relation)


def _tree_of_magnitude(field: Field, atom: Polynomial) -> Expression:
    base = field.tree(atom)
    return base if atom.is_constant() else Apply("abs", (base,))


def exponential(region: Region, x: Quotient) -> Quotient:
    """e ** x."""
    ring = region.field.ring
    result = ring.number(1)
    for coefficient, part in region.field.terms(x):
        result = ring.times(result, _exponential_of(region, coefficient, part))
    return result


def _exponential_of(region: Region, coefficient: Fraction, part: Quotient) -> Quotient:
    """exp(c · w) of a monic w."""
    field, ring = region.field, region.field.ring
    slot = field.slot_of(part.top) if part.bottom.is_one() else None
    if slot is not None and slot.kind == "log":
        assert slot.base is not None
        return _atom_raised(region, slot.base, coefficient)
    function = ("exp", key(part.top), key(part.bottom))
    unit = field.units.unit(function, coefficient)
    if unit is not None:
        base = ring.whole(_exponential_slot(field, part, unit))
        return ring.power(base, int(coefficient / unit))
    unit = field.units.by_function[function]
    near = round(coefficient / unit) * unit
    if not near or abs(coefficient - near) > _NEAR * unit or abs(near) > MOST_UNITS * unit:
        return ring.whole(_exponential_slot(field, part, coefficient))
    rest = ring.whole(_exponential_slot(field, part, coefficient - near))
    return ring.times(_exponential_of(region, near, part), rest)


def _exponential_slot(field: Field, part: Quotient, scale: Fraction) -> Polynomial:
    expression = Apply("exp", (field.multiple(scale, part),))
    made = Slot("exp", expression, argument=part, scale=scale, signs=POSITIVE)
    return field.slot(("exp", key(part.top), key(part.bottom), scale), made)


def logarithm(field: Field, x: Quotient) -> Quotient:
    """log x, for x > 0; 0 where x is 0, which is for the sign of the argument to refuse."""
    ring = field.ring
    x = field.reduced(x)
    result = ring.number(0)
    for atom, k in () if x.top.is_zero() else _factored(field, x):
        result = ring.plus(result, ring.scaled(_atom_logarithm(field, atom), Fraction(k)))
    return result


def _atom_logarithm(field: Field, atom: Polynomial) -> Quotient:
    """log|f|."""
    atom, scale = _as_power(field, atom)
    inside = _exponent_of(field, atom)
    if inside is None:
        signs = POSITIVE if atom.is_constant() else EVERY
        made = Slot("log", Apply("log", (_tree_of_magnitude(field, atom),)), base=atom, signs=signs)
        inside = field.ring.whole(field.slot(("log", key(atom)), made))
    return field.ring.scaled(inside, scale)


def logarithms_cancel(region: Region, difference: Quotient) -> bool:
    """Whether a sum Σ c log|f| is certainly 0: where (∏ |f|^(c N))² is 1, with N c whole."""
    field, ring = region.field, region.field.ring
    difference = field.reduced(difference)
    if not difference.bottom.is_constant():
        return False
    parts: list[tuple[Polynomial, Fraction]] = []
    for monomial, coefficient in difference.top.terms():
        slot = field.slot_of(ring.monomial(tuple(map(int, monomial))))
        if slot is None or slot.kind != "log":
            return False
        assert slot.base is not None
        parts.append((slot.base, as_fraction(coefficient)))
    common = lcm(*(c.denominator for _, c in parts))
    if sum(abs(c * common) for _, c in parts) > MOST_UNITS:
        return False
    product = ring.number(1)
    for base, c in parts:
        product = ring.times(product, ring.power(ring.whole(base), 2 * int(c * common)))
    return region.vanishes(ring.equal(product, ring.number(1)))
