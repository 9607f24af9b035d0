"""The floor of canonical arguments.

    floor(u + n) = u + n − Mod(u, 1)            for a whole number n
    floor(u^(1/k)) = floor(floor(u)^(1/k))      for u ≥ 0: roots rise, and are whole at whole numbers alone

Reference: Graham, Knuth, Patashnik (1994), Concrete mathematics, section 3.2.
"""

from __future__ import annotations

from math import floor

import flint

from ...expression import Apply
from ...expression.ball import enclose, precision
from ...expression.build import rational
from .field import Slot
from .functions import raised
from .quotients import Polynomial, Quotient, as_fraction, key
from .region import Region
from .signs import BITS, NEGATIVE, NONNEGATIVE, balls

# Of the 514 proofs of benchmarks/algebra_limits.py a sixteenth loses 3; four times as many prove one more.
_MOST_STEPS, _FEW_STEPS = 64, 8


def whole_part(region: Region, x: Quotient) -> Quotient:
    """floor x: a number where the range of x lies between two whole numbers."""
    field, ring = region.field, region.field.ring
    x = field.reduced(x)
    x = _of_whole_root(region, x) or x
    shift = ring.whole(_whole_terms(region, x.top)) if x.bottom.is_one() else ring.number(0)
    x = field.reduced(ring.minus(x, shift))
    if x.top.is_constant() and x.bottom.is_one():
        return shift
    region.seen.append(x)
    steps = _possible_steps(region, x)
    if steps is not None and len(steps) == 1:
        return ring.plus(shift, ring.number(steps[0]))
    if x.bottom.is_one():
        region.floors.append(x.top)
        region.has_wide_floors |= steps is None or len(steps) > _FEW_STEPS
    if steps:
        region.open.append(ring.minus(x, ring.number(steps[len(steps) // 2])))
    fraction = Slot("fraction", Apply("mod", (field.tree_of(x), rational(1))), signs=NONNEGATIVE)
    slot = ring.whole(field.slot(("fraction", key(x.top), key(x.bottom)), fraction))
    return ring.plus(ring.minus(x, slot), shift)


def _of_whole_root(region: Region, x: Quotient) -> Quotient | None:
    """floor(u)^(1/k) for an x that is u^(1/k), and u ≥ 0 is no whole number."""
    field, ring = region.field, region.field.ring
    if len(x.top) != 1 or x.top.leading_coefficient() != 1 or not x.bottom.is_one():
        return None
    ((monomial, _),) = x.top.terms()
    used = [(place, int(n)) for place, n in enumerate(monomial) if n]
    if len(used) != 1 or used[0][0] >= ring.slots:
        return None
    root = field.slot_at(ring.slots - 1 - used[0][0])
    exponent = root.scale * used[0][1]
    if root.kind != "power" or root.base is None or exponent.numerator != 1 or exponent == 1:
        return None
    if not region.atom_signs(root.base) <= NONNEGATIVE:
        return None
    inside = whole_part(region, ring.whole(root.base))
    if ring.minus(inside, ring.whole(root.base)).top.is_zero():
        return None
    return field.reduced(raised(region, inside, exponent))


def _whole_terms(region: Region, polynomial: Polynomial) -> Polynomial:
    """A part that is a whole number: of the constant, and of terms in inputs that are whole numbers."""
    ring = region.field.ring
    whole = ring.constant(0)
    for monomial, coefficient in polynomial.terms():
        held = [place - ring.slots for place, n in enumerate(monomial) if n]
        if all(k >= 0 and ring.names[k] in region.integers for k in held):
            part = ring.constant(floor(as_fraction(coefficient)))
            whole += part * ring.monomial(tuple(map(int, monomial)))
    return whole


def _possible_steps(region: Region, x: Quotient) -> list[int] | None:
    """The values that floor x may take; None where they are too many or unknown."""
    ends = region.extremes(x.top) if x.bottom.is_one() else None
    if ends is not None:
        first, last = floor(min(a for a, _ in ends)), floor(max(b for _, b in ends))
    else:
        hull = {name: extent.hull for name, extent in region.ranges.items()}
        with precision(BITS):
            value = enclose(region.field.tree_of(x), balls(hull))
            if not isinstance(value, flint.arb):
                return None
            low, high = value.lower().floor(), value.upper().floor()
            if not (abs(low) < 2**60 and abs(high) < 2**60):
                return None
            first, last = int(low.unique_fmpz()), int(high.unique_fmpz())
    if last - first > _MOST_STEPS:
        return None
    ring = region.field.ring
    reach = [region.signs_of(ring.minus(x, ring.number(n))) for n in range(first, last + 2)]
    return [
        first + place
        for place in range(last - first + 1)
        if reach[place] & NONNEGATIVE and reach[place + 1] & NEGATIVE
    ]
