"""What is known of signs on a part of the domain, and the questions that split it further."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction

from ...expression import Expression
from ...ranges import Range
from . import signs as sign_sets
from .field import Field, Units, degree_in
from .quotients import Polynomial, Quotient, Ring, as_fraction, factors, key
from .signs import EVERY, NEGATIVE, NONZERO, POSITIVE, ZERO, Condition, Signs, opposite
from .suspects import value_at

HALVES = (NEGATIVE, POSITIVE | ZERO)
_BOXES_TO_LEARN_A_SIGN = 60
_MOST_CORNERS_OF = 8


class Empty(Exception):
    """The conditions contradict each other: there is no such point."""


class Split(Exception):
    """A sign must be known to go on: of `function`, in one of `parts`."""

    def __init__(
        self,
        function: Expression,
        parts: Sequence[Signs],
        line: tuple[str, Fraction, Fraction] | None,
    ) -> None:
        super().__init__("the sign of a function is open")
        self.function = function
        self.parts = tuple(parts)
        self.line = line


class Part(Field):
    """The field on a part of the domain: conditions on signs, and the signs that follow.

    `open` lists functions whose sign was left open (|f|); `zeros`, what the conditions say is zero;
    `seen`, functions whose sign mattered, near whose zeros something may happen.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        slots: int,
        ranges: Mapping[str, Range],
        units: Units,
    ) -> None:
        super().__init__(names, slots, units)
        self.ranges = ranges
        self.open: list[Quotient] = []
        self.zeros: list[Polynomial] = []
        self.seen: list[Quotient] = []
        self._known: dict[object, Signs] = {}
        self._learnt: dict[object, Signs] = {}

    def vanishes(self, polynomial: Polynomial) -> bool:
        """Whether a polynomial is certainly zero on this part of the domain."""
        polynomial = self.rewrite(polynomial)
        for zero in self.zeros:
            if polynomial.is_zero():
                break
            polynomial = self.rewrite(divmod(polynomial, zero)[1])
        return bool(polynomial.is_zero())

    def learn(self, condition: Condition, form: Quotient) -> None:
        """Note a condition of the case for the polynomial that it speaks of."""
        content, parts = factors(self.rewrite(self.reduced(form).top))
        content_bottom, below = factors(self.reduced(form).bottom)
        signs = condition.signs
        for divisor, k in below:
            found = self.atom_signs(divisor)
            if k % 2 and len(found) != 1:
                return
            signs = opposite(signs) if k % 2 and found == NEGATIVE else signs
        if content * content_bottom < 0:
            signs = opposite(signs)
        if not parts:
            if (1 if content else 0) not in signs:
                raise Empty
            return
        if len(parts) > 1:
            return
        ((atom, k),) = parts
        if k % 2 == 0:
            signs = {ZERO: ZERO}.get(signs & (ZERO | POSITIVE), EVERY if 0 in signs else NONZERO)
        identity = key(atom)
        self._known[identity] = self._known.get(identity, EVERY) & signs
        if not self._known[identity]:
            raise Empty
        if signs == ZERO:
            self.zeros.append(atom)

    def atom_signs(self, atom: Polynomial) -> Signs:
        """The signs that an irreducible polynomial can have on this part of the domain."""
        identity = key(atom)
        if identity not in self._learnt:
            self._learnt[identity] = self._look(atom)
        found = self._learnt[identity] & self._known.get(identity, EVERY)
        if not found:
            raise Empty
        return found

    def _look(self, atom: Polynomial) -> Signs:
        slot = self.slot_of(atom)
        if slot is not None and slot.kind in ("abs", "power"):
            assert slot.argument is not None
            inner = self.signs_of(slot.argument)
            return frozenset(abs(s) for s in inner)
        if slot is not None and slot.signs != EVERY:
            return slot.signs
        extremes = self.extremes(atom)
        if extremes is not None:
            return frozenset().union(
                *(
                    _between(sign_sets.sign_of(low), sign_sets.sign_of(high))
                    for low, high in extremes
                )
            )
        by_terms = self._signs_of_terms(atom) if slot is None else EVERY
        if by_terms != EVERY:
            return by_terms
        return sign_sets.signs_on(self.tree(atom), self.ranges, (), _BOXES_TO_LEARN_A_SIGN)

    def _signs_of_terms(self, polynomial: Polynomial) -> Signs:
        """The signs of a sum whose terms all have the same one, as e^x + 1 for all x."""
        found: Signs = frozenset()
        strict = False
        for monomial, coefficient in polynomial.terms():
            term = frozenset({1 if coefficient > 0 else -1})
            for place, n in enumerate(monomial):
                if n:
                    signs = self._variable_signs(place)
                    power = signs if n % 2 else frozenset(s * s for s in signs)
                    term = sign_sets.product(term, power)
            found |= term
            if found >= NONZERO:
                return EVERY
            strict |= 0 not in term
        return found - ZERO if strict else found

    def _variable_signs(self, place: int) -> Signs:
        if place < self.ring.slots:
            return self.atom_signs(self.ring.slot(self.ring.slots - 1 - place))
        extent = self.ranges[self.ring.names[place - self.ring.slots]]
        ends = [(sign_sets.sign_of(i.lower), sign_sets.sign_of(i.upper)) for i in extent.intervals]
        return frozenset().union(*(_between(low, high) for low, high in ends))

    def linear(self, atom: Polynomial) -> tuple[dict[str, Fraction], Fraction] | None:
        """Slopes and offset of a linear polynomial of the inputs; None for any other."""
        offset, slopes = Fraction(0), {}
        for monomial, coefficient in atom.terms():
            if sum(monomial) > 1 or any(monomial[: self.ring.slots]):
                return None
            if not sum(monomial):
                offset = as_fraction(coefficient)
            else:
                slopes[self.ring.names[list(monomial).index(1) - self.ring.slots]] = as_fraction(
                    coefficient
                )
        return slopes, offset

    def extremes(self, atom: Polynomial) -> list[tuple[Fraction, Fraction]] | None:
        """The exact least and largest value of a polynomial that is linear in each input.

        For one input, on each of its intervals; for several, on the hull. None for any other.
        """
        used = [name for name in self.ring.names if _uses(atom, self.ring, name)]
        degrees = [int(n) for n in atom.degrees()] if not atom.is_zero() else []
        if any(degrees[: self.ring.slots]) or any(n > 1 for n in degrees):
            return None
        corners: list[list[tuple[Fraction, ...]]]
        if len(used) == 1:
            corners = [[(i.lower,), (i.upper,)] for i in self.ranges[used[0]].intervals]
        else:
            linear = self.linear(atom)
            if linear is not None:
                return [self._extremes_of_sum(*linear)]
            if len(used) > _MOST_CORNERS_OF:
                return None
            ends = [(self.ranges[name].lower, self.ranges[name].upper) for name in used]
            corners = [list(itertools.product(*ends))]
        found = []
        for own in corners:
            values = [value_at(atom, self.ring, dict(zip(used, c, strict=True))) for c in own]
            found.append((min(values), max(values)))
        return found

    def _extremes_of_sum(
        self, slopes: Mapping[str, Fraction], offset: Fraction
    ) -> tuple[Fraction, Fraction]:
        low = high = offset
        for name, slope in slopes.items():
            ends = (slope * self.ranges[name].lower, slope * self.ranges[name].upper)
            low, high = low + min(ends), high + max(ends)
        return low, high

    def signs_of(self, value: Polynomial | Quotient) -> Signs:
        """The signs that a polynomial or a quotient can have where it is defined."""
        if isinstance(value, Quotient):
            return sign_sets.product(self.signs_of(value.top), self.signs_of(value.bottom))
        content, parts = factors(self.rewrite(value))
        found = frozenset({sign_sets.sign_of(content)})
        for atom, k in parts:
            signs = self.atom_signs(atom)
            found = sign_sets.product(found, signs if k % 2 else frozenset(s * s for s in signs))
        return found

    def need(self, value: Quotient, parts: Sequence[Signs]) -> int:
        """In which of `parts` the sign of a value lies; raises `Split` where that is open."""
        value = self.reduced(value)
        self.seen.append(value)
        signs = self.signs_of(value)
        for place, part in enumerate(parts):
            if signs <= part:
                return place
        content_top, above = factors(value.top)
        content_bottom, below = factors(value.bottom)
        found = [(atom, k, self.atom_signs(atom)) for atom, k in (*above, *below)]
        undecided = [(atom, k) for atom, k, s in found if len(s) > 1 and (k % 2 or 0 in s)]
        atom, k = undecided[0]
        if len(undecided) > 1:
            raise self.split(atom, (NEGATIVE, ZERO, POSITIVE))
        if k % 2 == 0:
            raise self.split(atom, (ZERO, NONZERO))
        rest = sign_sets.sign_of(content_top * content_bottom)
        for other, times, s in found:
            if other != atom and times % 2 and s == NEGATIVE:
                rest = -rest
        raise self.split(atom, parts if rest > 0 else [opposite(part) for part in parts])

    def split(self, atom: Polynomial, parts: Sequence[Signs]) -> Split:
        signs = self.atom_signs(atom)
        useful = [part & signs for part in parts if part & signs]
        return Split(self.tree(atom), useful, self._line(atom))

    def _line(self, atom: Polynomial) -> tuple[str, Fraction, Fraction] | None:
        """Input, slope and zero of a linear polynomial of one input."""
        used = [name for name in self.ring.names if _uses(atom, self.ring, name)]
        linear = self.linear(atom)
        if len(used) != 1 or linear is None:
            return None
        slope = linear[0][used[0]]
        return used[0], slope, -linear[1] / slope

    def split_open(self) -> None:
        """Raise `Split` for a function such as |f| whose sign was left open, if there is one.

        Those that cut the range of one input come first.
        """
        found: list[Split] = []
        for value in self.open:
            try:
                self.need(value, HALVES)
            except Split as asked:
                if asked.line is not None:
                    raise
                found.append(asked)
        if found:
            raise found[0]


def _between(low: int, high: int) -> Signs:
    return frozenset(range(low, high + 1))


def _uses(polynomial: Polynomial, ring: Ring, name: str) -> bool:
    return degree_in(polynomial, ring.slots + ring.names.index(name)) > 0
