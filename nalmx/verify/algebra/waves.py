"""Sines and cosines of canonical arguments.

cos and sin of a sum come by the addition theorems, of c·w by powers of cos(w/N) + i sin(w/N), and of
multiples of π/12 as numbers; those of inverse tangents by roots.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import TypeAlias

from ...expression import Apply
from .field import Slot
from .functions import argument_of, raised, with_sines
from .quotients import Polynomial, Quotient, factors_of, key
from .region import Region

Pair: TypeAlias = tuple[Quotient, Quotient]
MOST_WAVES = 32  # a quarter loses no proof of benchmarks/algebra_limits.py, 2 lose 15 of 514


def cosine_and_sine(region: Region, x: Quotient) -> Pair:
    """cos x and sin x."""
    ring = region.field.ring
    pair = (ring.number(1), ring.number(0))
    for coefficient, part in region.field.terms(x):
        pair = _turned(region, pair, _wave(region, coefficient, part))
    return pair


def _turned(region: Region, a: Pair, b: Pair) -> Pair:
    """Addition theorems; results rewritten, so that they stay short."""
    field, ring = region.field, region.field.ring
    cosine = ring.minus(ring.times(a[0], b[0]), ring.times(a[1], b[1]))
    sine = ring.plus(ring.times(a[1], b[0]), ring.times(a[0], b[1]))
    return field.rewritten(cosine), field.rewritten(sine)


def _wave(region: Region, coefficient: Fraction, part: Quotient) -> Pair:
    """cos and sin of c · w for a monic w."""
    field, ring = region.field, region.field.ring
    slot = field.slot_of(part.top) if part.bottom.is_one() else None
    if slot is not None and slot.kind == "pi":
        coefficient -= 2 * floor(coefficient / 2)
        if (12 * coefficient).denominator == 1:
            return twelfths(region, int(12 * coefficient))
    turns = _whole_turns(region, part)
    if turns is not None:
        if (coefficient / 2).denominator == 1:
            return ring.number(1), ring.number(0)
        region.floors.append(turns * ring.constant(coefficient / 2))
    few = coefficient.denominator == 1 and abs(coefficient) <= MOST_WAVES
    if few and slot is not None and slot.kind == "atan":
        return _of_angle(region, slot, int(coefficient))
    times, positive = 1, abs(coefficient)
    unit = field.units.unit(("wave", key(part.top), key(part.bottom)), positive)
    if unit is not None and positive / unit <= MOST_WAVES:
        times, positive = int(positive / unit), unit
    argument = field.multiple(positive, part)
    identity = (key(part.top), key(part.bottom), positive)
    inside = ring.scaled(part, positive)
    cosine, sine = (Slot("wave", Apply(f, (argument,)), argument=inside) for f in ("cos", "sin"))
    c = field.slot(("cos", *identity), cosine)
    s = field.slot(("sin", *identity), sine, (2, 1 - c**2))
    pair = one = ring.whole(c), ring.whole(s)
    for _ in range(times - 1):
        pair = _turned(region, pair, one)
    return pair if coefficient > 0 else (pair[0], ring.negative(pair[1]))


def _whole_turns(region: Region, part: Quotient) -> Polynomial | None:
    """The whole number that π is multiplied by, a product of inputs; None where there is none."""
    ring = region.field.ring
    if not part.bottom.is_one() or not region.integers:
        return None
    ((monomial, _),) = part.top.terms()
    held = [place for place, n in enumerate(monomial) if n]
    slots = [place for place in held if place < ring.slots]
    if len(slots) != 1 or len(held) < 2 or monomial[slots[0]] != 1:
        return None
    is_pi = region.field.slot_at(ring.slots - 1 - slots[0]).kind == "pi"
    names = {ring.names[place - ring.slots] for place in held if place >= ring.slots}
    if not is_pi or not names <= region.integers:
        return None
    exponents = [0 if place < ring.slots else int(n) for place, n in enumerate(monomial)]
    return ring.monomial(tuple(exponents))


def _of_angle(region: Region, angle: Slot, times: int) -> Pair:
    """cos and sin of n · atan u, from 1/√(1 + u²) and u/√(1 + u²), or from those of 2 · atan u."""
    ring = region.field.ring
    pair, left = (ring.number(1), ring.number(0)), abs(times)
    if angle.double is not None:
        for _ in range(left // 2):
            pair = _turned(region, pair, angle.double)
        left %= 2
    if left:
        assert angle.argument is not None
        square = ring.plus(ring.number(1), ring.times(angle.argument, angle.argument))
        cosine = ring.inverse(raised(region, square, Fraction(1, 2)))
        for _ in range(left):
            pair = _turned(region, pair, (cosine, ring.times(angle.argument, cosine)))
    return pair if times > 0 else (pair[0], ring.negative(pair[1]))


def by_half_angles(region: Region, x: Quotient) -> Quotient:
    """x with cos u − 1 = −2·sin²(u/2) and cos u + 1 = 2·cos²(u/2) among its factors written so."""
    field, ring = region.field, region.field.ring
    x = field.reduced(x)
    for atom, k in with_sines(field, factors_of(x)[1]):
        for sign in (-1, 1):
            argument = argument_of(field, atom - sign, "cos")
            if argument is not None:
                half = cosine_and_sine(region, ring.scaled(argument, Fraction(1, 2)))[sign < 0]
                square = ring.scaled(ring.power(half, 2), 2 * sign)
                x = ring.times(x, ring.power(ring.times(square, ring.inverse(ring.whole(atom))), k))
    return x


def twelfths(region: Region, n: int) -> Pair:
    """cos and sin of n · π/12 for 0 ≤ n < 24."""
    if n >= 6:
        cosine, sine = twelfths(region, n - 6)
        return region.field.ring.negative(sine), cosine
    return _cosine_of_twelfth(region, n), _cosine_of_twelfth(region, 6 - n)


# cos(n · π/12) = Σ c · √k for 0 ≤ n ≤ 6: the pairs c, k.
_COSINES = (
    ((1, 1),),
    ((Fraction(1, 4), 6), (Fraction(1, 4), 2)),
    ((Fraction(1, 2), 3),),
    ((Fraction(1, 2), 2),),
    ((Fraction(1, 2), 1),),
    ((Fraction(1, 4), 6), (Fraction(-1, 4), 2)),
    ((0, 1),),
)


def _cosine_of_twelfth(region: Region, n: int) -> Quotient:
    ring = region.field.ring
    result = ring.number(0)
    for factor, k in _COSINES[n]:
        root = raised(region, ring.number(k), Fraction(1, 2))
        result = ring.plus(result, ring.scaled(root, factor))
    return result
