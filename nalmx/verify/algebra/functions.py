"""Roots, powers, exponentials, logarithms and waves of canonical arguments.

Each rule below is an identity that holds wherever the original expression is defined:

    log u     = Σ k log|f|                     for u = ∏ fᵏ > 0
    u ** e    = ∏ |f|^(k e)                    for u = ∏ fᵏ > 0, and for u = 0 where e > 0
    exp(Σ cw) = ∏ exp(w/N) ** (c N),           exp(c log|f|) = |f| ** c
    |u|       = ∏ |f| ** k,                    |f| ** 2 = f ** 2
    cos, sin of a sum by the addition theorems, of c·w by powers of cos(w/N) + i sin(w/N)
    floor(u + n) = u + n − Mod(u, 1)           for a whole number n

Numbers are split into primes, so that √6 = √2·√3 and log 6 = log 2 + log 3.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor

import flint

from ...expression import Apply, Constant, Expression
from ...expression.ball import enclose, precision
from ...expression.build import product, quotient, rational
from ...expression.operations import Operation
from .field import MOST_UNITS, Slot
from .part import Part
from .quotients import OutsideMethod, Polynomial, Quotient, as_fraction, factors, key
from .signs import BITS, NEGATIVE, NONNEGATIVE, POSITIVE, ZERO, balls

_LARGEST_TO_FACTOR = 2**48
_LARGEST_POWER = 400
_MOST_WAVES = 32
_MOST_STEPS = 64
_NEAR = Fraction(1, 50)


def absolute(field: Part, x: Quotient) -> Quotient:
    """|x|, with the sign of each factor resolved where it is known."""
    x = field.reduced(x)
    return field.ring.times(_absolute(field, x.top), field.ring.inverse(_absolute(field, x.bottom)))


def _absolute(field: Part, polynomial: Polynomial) -> Quotient:
    ring = field.ring
    content, parts = factors(polynomial)
    result = ring.number(abs(content))
    for atom, k in parts:
        result = ring.times(result, ring.power(ring.whole(atom), k - k % 2))
        if k % 2:
            result = ring.times(result, _magnitude(field, atom))
    return result


def _magnitude(field: Part, atom: Polynomial) -> Quotient:
    """|f| of an irreducible f."""
    ring = field.ring
    if atom.is_constant() or (signs := field.atom_signs(atom)) <= NONNEGATIVE:
        return ring.whole(atom)
    if signs <= NEGATIVE | ZERO:
        return ring.whole(-atom)
    field.open.append(ring.whole(atom))
    made = Slot("abs", atom, Apply("abs", (field.tree(atom),)))
    return ring.whole(field.slot(("abs", key(atom)), made, (2, atom**2)))


def raised(field: Part, x: Quotient, exponent: Fraction) -> Quotient:
    """x to a rational exponent that is not whole, for x > 0, or x ≥ 0 and a positive exponent."""
    ring = field.ring
    x = field.reduced(x)
    content_top, above = factors(x.top)
    content_bottom, below = factors(x.bottom)
    if not content_top:
        return ring.number(0)
    result = _number_raised(field, abs(content_top / content_bottom), exponent)
    for atom, k in above:
        result = ring.times(result, _atom_raised(field, atom, k * exponent))
    for atom, k in below:
        result = ring.times(result, _atom_raised(field, atom, -k * exponent))
    return result


def _number_raised(field: Part, value: Fraction, exponent: Fraction) -> Quotient:
    ring = field.ring
    result = ring.number(1)
    for whole, direction in ((value.numerator, 1), (value.denominator, -1)):
        for prime, k in _primes(whole):
            base = ring.constant(prime)
            result = ring.times(result, _atom_raised(field, base, direction * k * exponent))
    return result


def _primes(whole: int) -> list[tuple[int, int]]:
    if whole == 1:
        return []
    twos = (whole & -whole).bit_length() - 1
    odd = whole >> twos
    rest = [(odd, 1)] if odd > _LARGEST_TO_FACTOR else flint.fmpz(odd).factor()
    return [(2, twos)] * bool(twos) + [(int(p), int(k)) for p, k in rest if p != 1]


def _whole_power(field: Part, x: Quotient, n: int) -> Quotient:
    if abs(n) > _LARGEST_POWER:
        raise OutsideMethod("a power is too large for the normal form")
    return field.ring.power(x if n >= 0 else field.ring.inverse(x), abs(n))


def _atom_raised(field: Part, atom: Polynomial, exponent: Fraction) -> Quotient:
    """|f| ** e of a factor or a prime number."""
    ring = field.ring
    slot = field.slot_of(atom)
    if slot is not None and slot.kind == "exp":
        assert isinstance(slot.argument, Quotient)
        return exponential(field, _scaled(field, slot.argument, slot.scale * exponent))
    if slot is not None and slot.kind in ("power", "abs"):
        assert slot.argument is not None
        assert not isinstance(slot.argument, Quotient)
        scale = slot.scale if slot.kind == "power" else Fraction(1)
        return _atom_raised(field, slot.argument, scale * exponent)
    if exponent.denominator == 1:
        n = exponent.numerator
        even = _whole_power(field, ring.whole(atom), n - n % 2)
        return ring.times(even, _magnitude(field, atom)) if n % 2 else even
    unit = field.units.unit(("power", key(atom)), exponent, Fraction(1))
    whole = floor(exponent)
    if unit is None:
        whole = round(exponent)
        if abs(exponent - whole) > _NEAR or (whole and 0 in _signs(field, atom)):
            whole = 0
        root = _power_slot(field, atom, exponent - whole, None)
        return ring.times(_atom_raised(field, atom, Fraction(whole)), ring.whole(root))
    relation = (unit.denominator, _magnitude(field, atom).top)
    root = _power_slot(field, atom, unit, relation)
    power = ring.power(ring.whole(root), int((exponent - whole) / unit))
    return ring.times(_atom_raised(field, atom, Fraction(whole)), power)


def _signs(field: Part, atom: Polynomial) -> frozenset[int]:
    return POSITIVE if atom.is_constant() else field.atom_signs(atom)


def _power_slot(
    field: Part, atom: Polynomial, exponent: Fraction, relation: tuple[int, Polynomial] | None
) -> Polynomial:
    base = field.tree(atom)
    base = base if atom.is_constant() else Apply("abs", (base,))
    expression: Expression = Apply("pow", (base, rational(abs(exponent))))
    if exponent < 0:
        expression = quotient(rational(1), expression)
    made = Slot(
        "power", atom, expression, exponent, POSITIVE if atom.is_constant() else NONNEGATIVE
    )
    return field.slot(("power", key(atom), exponent), made, relation)


def exponential(field: Part, x: Quotient) -> Quotient:
    """e ** x."""
    result = field.ring.number(1)
    for coefficient, part in _terms(field, x):
        result = field.ring.times(result, _exponential_of(field, coefficient, part))
    return result


def _exponential_of(field: Part, coefficient: Fraction, part: Quotient) -> Quotient:
    """exp(c · w) of a monic w."""
    ring = field.ring
    slot = field.slot_of(part.top) if part.bottom.is_one() else None
    if slot is not None and slot.kind == "log":
        assert slot.argument is not None
        assert not isinstance(slot.argument, Quotient)
        return _atom_raised(field, slot.argument, coefficient)
    function = ("exp", key(part.top), key(part.bottom))
    unit = field.units.unit(function, coefficient)
    if unit is not None:
        base = ring.whole(_exponential_slot(field, part, unit))
        return _whole_power(field, base, int(coefficient / unit))
    unit = field.units.by_function[function]
    near = round(coefficient / unit) * unit
    if not near or abs(coefficient - near) > _NEAR * unit or abs(near) > MOST_UNITS * unit:
        return ring.whole(_exponential_slot(field, part, coefficient))
    rest = ring.whole(_exponential_slot(field, part, coefficient - near))
    return ring.times(_exponential_of(field, near, part), rest)


def _exponential_slot(field: Part, part: Quotient, scale: Fraction) -> Polynomial:
    argument = field.tree_of(part)
    scaled = argument if scale == 1 else product([rational(scale), argument])
    made = Slot("exp", part, Apply("exp", (scaled,)), scale, POSITIVE)
    return field.slot(("exp", key(part.top), key(part.bottom), scale), made)


def logarithm(field: Part, x: Quotient) -> Quotient:
    """log x, for x > 0."""
    ring = field.ring
    x = field.reduced(x)
    content_top, above = factors(x.top)
    content_bottom, below = factors(x.bottom)
    content = abs(content_top / content_bottom)
    result = ring.number(0)
    if not content:
        return result  # undefined everywhere, which is for the sign of the argument to say
    for whole, direction in ((content.numerator, 1), (content.denominator, -1)):
        for prime, k in _primes(whole):
            one = _scaled(
                field, _atom_logarithm(field, ring.constant(prime)), Fraction(direction * k)
            )
            result = ring.plus(result, one)
    for parts, direction in ((above, 1), (below, -1)):
        for atom, k in parts:
            one = _scaled(field, _atom_logarithm(field, atom), Fraction(direction * k))
            result = ring.plus(result, one)
    return result


def _atom_logarithm(field: Part, atom: Polynomial) -> Quotient:
    """log|f|."""
    slot = field.slot_of(atom)
    if slot is not None and slot.kind == "exp":
        assert isinstance(slot.argument, Quotient)
        return _scaled(field, slot.argument, slot.scale)
    if slot is not None and slot.kind in ("power", "abs"):
        assert slot.argument is not None
        assert not isinstance(slot.argument, Quotient)
        scale = slot.scale if slot.kind == "power" else Fraction(1)
        return _scaled(field, _atom_logarithm(field, slot.argument), scale)
    base = field.tree(atom)
    base = base if atom.is_constant() else Apply("abs", (base,))
    signs = POSITIVE if atom.is_constant() else frozenset({-1, 0, 1})
    made = Slot("log", atom, Apply("log", (base,)), signs=signs)
    return field.ring.whole(field.slot(("log", key(atom)), made))


def _scaled(field: Part, x: Quotient, factor: Fraction) -> Quotient:
    return field.ring.times(field.ring.number(factor), x)


def _terms(field: Part, x: Quotient) -> list[tuple[Fraction, Quotient]]:
    """x = Σ c · w, each w a reduced quotient with a monic monomial above its line."""
    x = field.reduced(x)
    ring = field.ring
    found = []
    for monomial, coefficient in x.top.terms():
        top = ring.monomial(monomial)
        part = (
            field.reduced(Quotient(top, x.bottom, x.bits))
            if not x.bottom.is_one()
            else ring.whole(top)
        )
        scale = as_fraction(part.top.leading_coefficient())
        found.append(
            (
                as_fraction(coefficient) * scale,
                Quotient(part.top / part.top.leading_coefficient(), part.bottom, part.bits),
            )
        )
    return found


def pi(field: Part) -> Quotient:
    return field.ring.whole(field.slot("pi", Slot("pi", None, Constant("pi"), signs=POSITIVE)))


def cosine_and_sine(field: Part, x: Quotient) -> tuple[Quotient, Quotient]:
    """cos x and sin x."""
    ring = field.ring
    pair = (ring.number(1), ring.number(0))
    for coefficient, part in _terms(field, x):
        pair = _turned(field, pair, _wave(field, coefficient, part))
    return pair


def _turned(
    field: Part, a: tuple[Quotient, Quotient], b: tuple[Quotient, Quotient]
) -> tuple[Quotient, Quotient]:
    """Addition theorems; results rewritten, so that they stay short."""
    ring = field.ring
    cosine = ring.minus(ring.times(a[0], b[0]), ring.times(a[1], b[1]))
    sine = ring.plus(ring.times(a[1], b[0]), ring.times(a[0], b[1]))
    return _short(field, cosine), _short(field, sine)


def _short(field: Part, x: Quotient) -> Quotient:
    return Quotient(field.rewrite(x.top), field.rewrite(x.bottom), x.bits)


def _wave(field: Part, coefficient: Fraction, part: Quotient) -> tuple[Quotient, Quotient]:
    """cos and sin of c · w for a monic w."""
    ring = field.ring
    slot = field.slot_of(part.top) if part.bottom.is_one() else None
    if slot is not None and slot.kind == "pi":
        coefficient -= 2 * floor(coefficient / 2)
        if (12 * coefficient).denominator == 1:
            return _twelfths(field, int(12 * coefficient))
    times, positive = 1, abs(coefficient)
    unit = field.units.unit(("wave", key(part.top), key(part.bottom)), positive)
    if unit is not None and positive / unit <= _MOST_WAVES:
        times, positive = int(positive / unit), unit
    argument = field.tree_of(part)
    argument = argument if positive == 1 else product([rational(positive), argument])
    identity = (key(part.top), key(part.bottom), positive)
    cosine = field.slot(("cos", *identity), Slot("wave", part, Apply("cos", (argument,))))
    sine = field.slot(
        ("sin", *identity), Slot("wave", part, Apply("sin", (argument,))), (2, 1 - cosine**2)
    )
    one = (ring.whole(cosine), ring.whole(sine))
    pair = one
    for _ in range(times - 1):
        pair = _turned(field, pair, one)
    return pair if coefficient > 0 else (pair[0], ring.negative(pair[1]))


def _twelfths(field: Part, n: int) -> tuple[Quotient, Quotient]:
    """cos and sin of n · π/12 for 0 ≤ n < 24."""
    ring = field.ring
    if n >= 6:
        cosine, sine = _twelfths(field, n - 6)
        return ring.negative(sine), cosine
    return _cosine_of_twelfth(field, n), _cosine_of_twelfth(field, 6 - n)


def _cosine_of_twelfth(field: Part, n: int) -> Quotient:
    """cos(n · π/12) for 0 ≤ n ≤ 6."""
    ring = field.ring

    def root(k: int, over: int) -> Quotient:
        value = _number_raised(field, Fraction(k), Fraction(1, 2))
        return ring.times(value, ring.number(Fraction(1, over)))

    match n:
        case 1:
            return ring.plus(root(6, 4), root(2, 4))
        case 2:
            return root(3, 2)
        case 3:
            return root(2, 2)
        case 5:
            return ring.minus(root(6, 4), root(2, 4))
    return ring.number({0: Fraction(1), 4: Fraction(1, 2), 6: Fraction(0)}[n])


def named(field: Part, operation: Operation, x: Quotient) -> Quotient:
    """A function of which nothing else is known, of a canonical argument; one that is odd, up to its sign."""
    ring = field.ring
    x = field.reduced(x)
    turned = operation.odd and not x.top.is_zero() and x.top.leading_coefficient() < 0
    x = ring.negative(x) if turned else x
    made = Slot("opaque", None, Apply(operation.name, (field.tree_of(x),)))
    value = ring.whole(field.slot((operation.name, key(x.top), key(x.bottom)), made))
    return ring.negative(value) if turned else value


def whole_part(field: Part, x: Quotient) -> Quotient:
    """floor x: a number where the range of x lies between two whole numbers."""
    ring = field.ring
    x = field.reduced(x)
    shift = 0
    if x.bottom.is_one():
        shift = floor(_constant_term(x.top))
        x = field.reduced(ring.minus(x, ring.number(shift)))
    if x.top.is_constant() and x.bottom.is_one():
        return ring.number(shift + floor(_constant_term(x.top)))
    field.seen.append(x)
    steps = _possible_steps(field, x)
    if steps is not None and len(steps) == 1:
        return ring.number(shift + steps[0])
    if steps:
        middle = ring.number(steps[len(steps) // 2])
        field.open.append(ring.minus(x, middle))
    fraction = Slot("fraction", x, Apply("mod", (field.tree_of(x), rational(1))), signs=NONNEGATIVE)
    slot = ring.whole(field.slot(("fraction", key(x.top), key(x.bottom)), fraction))
    return ring.plus(ring.minus(x, slot), ring.number(shift))


def _constant_term(polynomial: Polynomial) -> Fraction:
    for monomial, coefficient in polynomial.terms():
        if not any(monomial):
            return as_fraction(coefficient)
    return Fraction(0)


def _possible_steps(field: Part, x: Quotient) -> list[int] | None:
    """The values that floor x may take; None where they are too many or unknown."""
    ends = field.extremes(x.top) if x.bottom.is_one() else None
    if ends is None:
        hull = {name: extent.hull for name, extent in field.ranges.items()}
        with precision(BITS):
            value = enclose(field.tree_of(x), balls(hull))
            if not isinstance(value, flint.arb):
                return None
            low, high = value.lower().floor(), value.upper().floor()
            if not (abs(low) < 2**60 and abs(high) < 2**60):
                return None
            first, last = int(low.unique_fmpz()), int(high.unique_fmpz())
    else:
        first, last = floor(min(a for a, _ in ends)), floor(max(b for _, b in ends))
    if last - first > _MOST_STEPS:
        return None
    ring = field.ring
    reach = [field.signs_of(ring.minus(x, ring.number(n))) for n in range(first, last + 2)]
    return [
        first + place
        for place in range(last - first + 1)
        if reach[place] & NONNEGATIVE and reach[place + 1] & NEGATIVE
    ]
