"""What is known of signs on a region of the domain, and the questions that split it further.

A region has the field in which both sides are compared there. It is the only one that asks for signs: what
it cannot tell it asks for by `OpenSign`, and what cannot be by `Empty`. Both end the work on a case, and both
are answered in one place (`cases.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import product

from ...expression import Expression
from ...expression.ball import enclose, precision
from ...ranges import Range
from . import signs as sign_sets
from .cover import signs_on
from .field import Field, Slot
from .numbers import sign_of_number
from .quadrants import boundaries, open_boundary, signs_in_quadrants
from .quotients import Polynomial, Quotient, as_fraction, factors_of, key
from .signs import (
    BITS,
    EVERY,
    NEGATIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    SignCondition,
    Signs,
    balls,
    opposite,
)
from .squares import Squares

HALVES = (NEGATIVE, POSITIVE | ZERO)
# A quarter of each limit loses no proof of benchmarks/algebra_limits.py, a sixteenth of the last 1 of 514.
_BOXES_TO_LEARN_A_SIGN = 60
_MOST_CORNERS_OF = 8


class Empty(Exception):
    """The conditions contradict each other: there is no such point."""


class OpenSign(Exception):
    """A sign must be known to go on: of `function`, in one of `parts`.

    `line` is the input, the slope and the zero of a linear function of one input.
    """

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


class Region:
    """A part of the domain: ranges, conditions on signs, and the signs that follow.

    `open` lists functions whose sign was left open (|f|), `magnitudes` those of them in |f|; `divisors`,
    others of which it matters whether they are 0; `zeros`, what the conditions say is zero;
    `seen`, functions whose sign mattered, near whose zeros something may happen;
    `floors`, arguments of floors that were left as they are, `has_wide_floors` where one takes many values.
    `integers` are inputs that are whole numbers.
    """

    def __init__(
        self, field: Field, ranges: Mapping[str, Range], integers: frozenset[str] = frozenset()
    ) -> None:
        self.field = field
        self.ranges = ranges
        self.integers = integers
        self.divisors: list[Quotient] = []
        self.floors: list[Polynomial] = []
        self.has_wide_floors = False
        self.open: list[Quotient] = []
        self.magnitudes: list[Quotient] = []
        self.zeros: list[Polynomial] = []
        self.seen: list[Quotient] = []
        self._known: dict[object, Signs] = {}
        self._learnt: dict[object, Signs] = {}
        self._simpler: dict[object, Signs] = {}
        self._squares = Squares(field, self._variable_signs, self._signs_of_simpler)

    def vanishes(self, polynomial: Polynomial) -> bool:
        """Whether a polynomial is certainly zero on this region."""
        polynomial = self.field.rewrite(polynomial)
        for zero in self.zeros:
            if polynomial.is_zero():
                break
            polynomial = self.field.rewrite(divmod(polynomial, zero)[1])
        return bool(polynomial.is_zero())

    def learn(self, condition: SignCondition, form: Quotient) -> None:
        """Note a condition of the case for the polynomial that it speaks of."""
        content, atoms = factors_of(self.field.reduced(form))
        above = [(atom, k) for atom, k in atoms if k > 0]
        below = [self.atom_signs(atom) for atom, k in atoms if k < 0 and k % 2]
        if len(above) > 1 or any(len(signs) != 1 for signs in below):
            return
        signs = condition.signs
        if (content < 0) != (below.count(NEGATIVE) % 2 == 1):
            signs = opposite(signs)
        if not above:
            if (1 if content else 0) not in signs:
                raise Empty
            return
        ((atom, k),) = above
        if k % 2 == 0:
            signs = {ZERO: ZERO}.get(signs & (ZERO | POSITIVE), EVERY if 0 in signs else NONZERO)
        identity = key(atom)
        self._known[identity] = self._known.get(identity, EVERY) & signs
        if not self._known[identity]:
            raise Empty
        if signs == ZERO:
            self.zeros.append(atom)

    def atom_signs(self, atom: Polynomial) -> Signs:
        """The signs that an irreducible polynomial can have on this region."""
        identity = key(atom)
        if identity not in self._learnt:
            self._learnt[identity] = self._look(atom)
        found = self._learnt[identity] & self._known.get(identity, EVERY)
        if not found:
            raise Empty
        return found

    def _look(self, atom: Polynomial) -> Signs:
        slot = self.field.slot_of(atom)
        if slot is not None and slot.kind == "power":
            assert slot.base is not None
            return frozenset(abs(s) for s in self.signs_of(self.field.ring.whole(slot.base)))
        if slot is not None and slot.kind == "wave":
            return self._signs_of_wave(atom, slot)
        if slot is not None and slot.signs != EVERY:
            return slot.signs
        extremes = self.extremes(atom)
        if extremes is not None:
            return frozenset().union(*(sign_sets.between(low, high) for low, high in extremes))
        if slot is None and not self.field.has_inputs(atom):
            sign = sign_of_number(self.field.tree(atom))
            if sign is not None:
                return frozenset({sign})
        by_terms = self._signs_of_terms(atom) if slot is None else EVERY
        by_terms &= self._signs_beside_waves(atom)
        gap = self._gap_of_exponents(atom)
        by_terms &= EVERY if gap is None else self.signs_of(gap)
        if by_terms == EVERY and slot is None:
            by_terms = self._squares.signs(atom)
        if by_terms != EVERY:
            return by_terms
        return signs_on(self.field.tree(atom), self.ranges, (), _BOXES_TO_LEARN_A_SIGN)

    def _signs_of_simpler(self, atom: Polynomial) -> Signs:
        """The signs of a polynomial without boxes."""
        identity = key(atom)
        if identity not in self._simpler:
            self._simpler[identity] = EVERY  # for those that come back to it by a relation
            self._simpler[identity] = self._look_simply(atom)
        return self._simpler[identity] & self._known.get(identity, EVERY)

    def _look_simply(self, atom: Polynomial) -> Signs:
        if self.field.slot_of(atom) is not None:
            return self.atom_signs(atom)
        extremes = self.extremes(atom)
        if extremes is not None:
            return frozenset().union(*(sign_sets.between(*ends) for ends in extremes))
        beside = self._signs_beside_waves(atom)
        return beside if beside != EVERY else self._squares.signs(atom)

    def _signs_of_wave(self, atom: Polynomial, slot: Slot) -> Signs:
        """The signs of a sine or cosine: by enclosures, and by the quadrants of its argument."""
        found = signs_on(self.field.tree(atom), self.ranges, (), _BOXES_TO_LEARN_A_SIGN)
        if len(found) == 1 or (quadrants := self._quadrants(slot)) is None:
            return found
        return found & signs_in_quadrants(*quadrants, is_sine=slot.is_wave("sin"))

    def _quadrants(self, slot: Slot) -> tuple[range, list[Signs]] | None:
        """The k for which k·π/2 may lie near the argument of a wave, and the signs of argument − k·π/2."""
        field, argument = self.field, slot.argument
        if argument is None or not field.has_inputs(argument.top):
            return None
        hull = {name: extent.hull for name, extent in self.ranges.items()}
        with precision(BITS):
            places = boundaries(enclose(field.tree_of(argument), balls(hull)))
        if places is None:
            return None
        return places, [self.signs_of(self._beyond(argument, k)) for k in places]

    def _beyond(self, argument: Quotient, k: int) -> Quotient:
        """argument − k·π/2."""
        ring = self.field.ring
        if not k:
            return self.field.reduced(argument)
        turn = ring.scaled(ring.whole(self.field.pi()), Fraction(k, 2))
        return self.field.reduced(ring.minus(argument, turn))

    def _signs_of_terms(self, polynomial: Polynomial) -> Signs:
        """The signs of a sum whose terms all have the same one, as e^x + 1 for all x."""
        found: Signs = frozenset()
        strict = False
        for monomial, coefficient in polynomial.terms():
            term = frozenset({1 if coefficient > 0 else -1})
            for place, n in enumerate(monomial):
                if n:
                    term = sign_sets.product(term, sign_sets.power(self._variable_signs(place), n))
            found |= term
            if found >= NONZERO:
                return EVERY
            strict |= 0 not in term
        return found - ZERO if strict else found

    def _signs_beside_waves(self, polynomial: Polynomial) -> Signs:
        """The signs of a number and terms that are at most 1 by their waves, as 1 − cos x for all x."""
        number, most = Fraction(0), Fraction(0)
        for monomial, coefficient in polynomial.terms():
            if not any(monomial):
                number = as_fraction(coefficient)
            elif self._is_of_waves(monomial):
                most += abs(as_fraction(coefficient))
            else:
                return EVERY
        return sign_sets.between(number - most, number + most)

    def _gap_of_exponents(self, polynomial: Polynomial) -> Quotient | None:
        """The u − v of a polynomial c·(e^u − e^v), which has its sign."""
        terms = {1 if c > 0 else -1: (m, abs(as_fraction(c))) for m, c in polynomial.terms()}
        if len(polynomial) != 2 or len(terms) != 2 or terms[1][1] != terms[-1][1]:
            return None
        ring = self.field.ring
        gap, split = ring.number(0), ring.slots
        for sign, (monomial, _) in terms.items():
            for place, n in enumerate(map(int, monomial)):
                slot = self.field.slot_at(split - 1 - place) if n and place < split else None
                if n and (slot is None or slot.kind != "exp" or slot.argument is None):
                    return None
                if slot is not None and slot.argument is not None:
                    gap = ring.plus(gap, ring.scaled(slot.argument, sign * n * slot.scale))
        return self.field.reduced(gap)

    def _is_of_waves(self, monomial: Sequence[int]) -> bool:
        slots = self.field.ring.slots
        kinds = (self.field.slot_at(slots - 1 - k).kind for k in range(slots) if monomial[k])
        return not any(monomial[slots:]) and all(kind == "wave" for kind in kinds)

    def _variable_signs(self, place: int) -> Signs:
        ring = self.field.ring
        if place < ring.slots:
            return self.atom_signs(ring.slot(ring.slots - 1 - place))
        extent = self.ranges[ring.names[place - ring.slots]]
        ends = (sign_sets.between(i.lower, i.upper) for i in extent.intervals)
        return frozenset().union(*ends)

    def extremes(self, atom: Polynomial) -> list[tuple[Fraction, Fraction]] | None:
        """The exact least and largest value of a polynomial that is linear in each input.

        For one input, on each of its intervals; for several, on the hull. None for any other.
        """
        ring = self.field.ring
        used = ring.inputs_of(atom)
        degrees = [int(n) for n in atom.degrees()] if not atom.is_zero() else []
        if any(degrees[: ring.slots]) or any(n > 1 for n in degrees):
            return None
        linear = ring.linear(atom) if len(used) > 1 else None
        if linear is not None:
            return [self._extremes_of_sum(*linear)]
        if len(used) > _MOST_CORNERS_OF:
            return None
        boxes = [[self.ranges[name].hull for name in used]]
        if len(used) == 1:
            boxes = [[interval] for interval in self.ranges[used[0]].intervals]
        found = []
        for box in boxes:
            corners = product(*((extent.lower, extent.upper) for extent in box))
            values = [ring.value(atom, dict(zip(used, c, strict=True))) for c in corners]
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

    def signs_of(
        self, x: Quotient, atom_signs: Callable[[Polynomial], Signs] | None = None
    ) -> Signs:
        """The signs that a quotient can have where it is defined, from those of its factors."""
        content, atoms = factors_of(x)
        found = frozenset({sign_sets.sign_of(content)})
        for atom, k in atoms:
            signs = (atom_signs or self.atom_signs)(atom)
            found = sign_sets.product(found, sign_sets.power(signs, k))
        return found

    def need(self, value: Quotient, parts: Sequence[Signs]) -> int:
        """In which of `parts` the sign of a value lies; raises `OpenSign` where that is open."""
        value = self.field.reduced(value)
        self.seen.append(value)
        signs = self.signs_of(value)
        for place, part in enumerate(parts):
            if signs <= part:
                return place
        content, atoms = factors_of(value)
        found = [(atom, k, self.atom_signs(atom)) for atom, k in atoms]
        (atom, k), *others = [(a, k) for a, k, s in found if len(s) > 1 and (k % 2 or 0 in s)]
        if others:
            raise self._split(atom, (NEGATIVE, ZERO, POSITIVE))
        if k % 2 == 0:
            raise self._split(atom, (ZERO, NONZERO))
        turns = sum(other != atom and n % 2 and s == NEGATIVE for other, n, s in found)
        same = (content > 0) == (turns % 2 == 0)
        raise self._split(atom, parts if same else [opposite(part) for part in parts])

    def _split(self, atom: Polynomial, parts: Sequence[Signs]) -> OpenSign:
        slot = self.field.slot_of(atom)
        quadrants = None if slot is None or slot.kind != "wave" else self._quadrants(slot)
        asked = None if quadrants is None else open_boundary(*quadrants)
        if asked is not None:
            assert slot is not None
            assert slot.argument is not None
            self.need(self._beyond(slot.argument, asked[0]), asked[1])
        gap = self._gap_of_exponents(atom)
        if gap is not None:
            self.need(gap, parts)
        signs = self.atom_signs(atom)
        useful = [part & signs for part in parts if part & signs]
        return OpenSign(self.field.tree(atom), useful, self._line(atom))

    def _line(self, atom: Polynomial) -> tuple[str, Fraction, Fraction] | None:
        """Input, slope and zero of a linear polynomial of one input."""
        linear = self.field.ring.linear(atom)
        if linear is None or len(linear[0]) != 1:
            return None
        ((name, slope),) = linear[0].items()
        return name, slope, -linear[1] / slope

    def split_at(self, atom: Polynomial) -> None:
        """Raise `OpenSign` where the sign of a polynomial that cuts the range of one input is open."""
        if self._line(atom) is not None and len(self.atom_signs(atom)) > 1:
            raise self._split(atom, (NEGATIVE, ZERO, POSITIVE))

    def split_open(self) -> None:
        """Raise `OpenSign` for a function such as |f| whose sign was left open, if there is one.

        Those that cut the range of one input come first.
        """
        self._split_one(self.open, HALVES)
        self._split_one(self.divisors, (ZERO, NONZERO))

    def split_magnitudes(self) -> None:
        """Raise `OpenSign` for a function in |f|, if there is one whose sign is open."""
        self._split_one(self.magnitudes, HALVES)

    def _split_one(self, functions: list[Quotient], parts: Sequence[Signs]) -> None:
        found: OpenSign | None = None
        for value in functions:
            try:
                self.need(value, parts)
            except OpenSign as asked:
                if asked.line is not None:
                    raise
                found = found or asked
        if found is not None:
            raise found
