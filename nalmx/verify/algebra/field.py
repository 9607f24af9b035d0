"""The field in which two sides are compared: quotients of polynomials in inputs and functions.

A root, a logarithm, an exponential, … of a canonical argument takes a *slot*, a further variable
of the polynomials. Each slot carries the expression it stands for and, where there is one, a
relation such as ρ² = x by which its higher powers are rewritten. Every rewriting holds at every
point where the original expression is defined, so equal normal forms are equal functions. The
converse need not hold, and nothing is concluded from different normal forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd
from typing import Literal, TypeVar

from ...clock import look
from ...expression import Apply, Constant, Expression, Variable, variables
from ...expression.build import product, quotient, rational, total
from .quotients import (
    TERMS_AN_OPERATION,
    OutsideMethod,
    Polynomial,
    Quotient,
    Ring,
    as_fraction,
    is_small,
    key,
)
from .signs import EVERY, POSITIVE, Signs

MOST_UNITS = 60  # a quarter loses no proof of benchmarks/algebra_limits.py, 3 lose 14 of 514
T = TypeVar("T")


class Restart(Exception):
    """A finer unit was chosen for the arguments of a function; the work starts again with it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A function in the field: how it was made, what it stands for, and the signs it can have.

    A `power` is |base| to the exponent `scale`, a `log` the logarithm of |base|; an `exp` is the exponential
    of argument · `scale`, an `atan` the inverse tangent, a `wave` the sine or cosine of the argument.
    `double` has the cosine and sine of twice an inverse tangent, where they are known.
    """

    kind: Literal["power", "exp", "log", "wave", "fraction", "pi", "atan", "opaque"]
    expression: Expression
    base: Polynomial | None = None
    argument: Quotient | None = None
    scale: Fraction = Fraction(1)
    signs: Signs = EVERY
    double: tuple[Quotient, Quotient] | None = None

    def is_wave(self, name: str) -> bool:
        """Whether this is a sine or a cosine, as `name` says."""
        tree = self.expression
        return self.kind == "wave" and isinstance(tree, Apply) and tree.operation == name


@dataclass
class Units:
    """The unit in which the arguments of a function are counted, shared by all cases of a claim.

    exp(20.3·x) and exp(−40.6·x) are powers of one exponential; their unit is 20.3.
    """

    by_function: dict[object, Fraction] = field(default_factory=dict)

    def settled(self, work: Callable[[], T]) -> T:
        """What some work comes to; it starts again where a unit became finer on the way."""
        while True:
            with suppress(Restart):
                return work()

    def unit(
        self, function: object, coefficient: Fraction, first: Fraction | None = None
    ) -> Fraction | None:
        """A number of which `coefficient`, and all before it, are small multiples.

        None where there is none. Raises `Restart` where the unit became smaller.
        """
        known = self.by_function.setdefault(function, first or abs(coefficient))
        if (coefficient / known).denominator == 1:
            return known if abs(coefficient / known) <= MOST_UNITS else None
        common = Fraction(
            gcd(
                known.numerator * coefficient.denominator, coefficient.numerator * known.denominator
            ),
            known.denominator * coefficient.denominator,
        )
        if max(known, abs(coefficient)) / common > MOST_UNITS:
            return None
        self.by_function[function] = common
        raise Restart


class Field:
    """ℚ(inputs, functions), with a slot for each function."""

    def __init__(self, names: tuple[str, ...], slots: int, units: Units) -> None:
        self.ring = Ring(names, slots)
        self.units = units
        self._slots: list[Slot] = []
        self._rules: list[Polynomial | None] = []
        self._polynomials: dict[object, Polynomial] = {}

    # Slots

    def slot(
        self,
        identity: object,
        made: Slot,
        relation: tuple[int, Polynomial] | None = None,
    ) -> Polynomial:
        """The variable of a function; the same one for the same identity.

        `relation` is the pair n, p of the rule that its n-th power is p.
        """
        if identity not in self._polynomials:
            if len(self._slots) == self.ring.slots:
                raise OutsideMethod("the claim contains too many different functions")
            variable = self.ring.slot(len(self._slots))
            self._slots.append(made)
            self._rules.append(None if relation is None else variable ** relation[0] - relation[1])
            self._polynomials[identity] = variable
        return self._polynomials[identity]

    def pi(self) -> Polynomial:
        """The slot of π."""
        return self.slot("pi", Slot("pi", Constant("pi"), signs=POSITIVE))

    def wave_of(self, name: str, argument: Quotient) -> Polynomial:
        """The slot of the sine or cosine that was made with the other one of the same argument."""
        (place,) = (
            place
            for place, slot in enumerate(self._slots)
            if slot.argument is argument and slot.is_wave(name)
        )
        return self.ring.slot(place)

    @property
    def has_functions(self) -> bool:
        return bool(self._slots)

    @property
    def taken(self) -> int:
        """How many slots are taken."""
        return len(self._slots)

    def slot_at(self, place: int) -> Slot:
        return self._slots[place]

    def has_root(self, base: object) -> bool:
        """Whether a slot is taken by a root of what `base` is the key of."""
        return any(
            slot.kind == "power" and slot.base is not None and key(slot.base) == base
            for slot in self._slots
        )

    def square_at(self, index: int) -> Polynomial | None:
        """What the square of a variable of the polynomials is, where a relation says so, as s² = 1 − c²."""
        place = self.ring.slots - 1 - index
        relation = self._rules[place] if 0 <= place < len(self._rules) else None
        if relation is None or relation.degrees()[index] != 2:
            return None
        return self.ring.slot(place) ** 2 - relation

    def is_exponential(self, place: int) -> bool:
        """Whether a slot is taken by an exponential that depends on the inputs."""
        if place >= len(self._slots) or self._slots[place].kind != "exp":
            return False
        return bool(variables(self._slots[place].expression))

    def is_number(self, place: int) -> bool:
        """Whether a slot is taken by a root, a power or a wave that does not depend on the inputs."""
        if place >= len(self._slots) or self._slots[place].kind not in ("power", "wave"):
            return False
        return not variables(self._slots[place].expression)

    def slot_of(self, polynomial: Polynomial) -> Slot | None:
        """The slot that a polynomial is the bare variable of."""
        if len(polynomial) != 1 or polynomial.leading_coefficient() != 1:
            return None
        ((monomial, _),) = polynomial.terms()
        if sum(monomial) != 1:
            return None
        place = self.ring.slots - 1 - list(monomial).index(1)
        return self._slots[place] if place >= 0 else None

    def has_inputs(self, polynomial: Polynomial) -> bool:
        """Whether a polynomial depends on inputs, by itself or in a function."""
        split = self.ring.slots
        places = [place for place, n in enumerate(polynomial.degrees()) if n]
        return any(
            place >= split or bool(variables(self._slots[split - 1 - place].expression))
            for place in places
        )

    # Canonical forms

    def rewrite(self, polynomial: Polynomial) -> Polynomial:
        """The polynomial with the relations of all slots applied, newest first."""
        degrees = polynomial.degrees() if len(polynomial) else ()
        for place in reversed(range(len(self._slots))) if degrees else ():
            relation = self._rules[place]
            if relation is not None and degrees[self.ring.slots - 1 - place] > 1:
                look(1 + len(polynomial) * len(relation) // TERMS_AN_OPERATION)
                polynomial = divmod(polynomial, relation)[1]
                if polynomial.is_zero():
                    break
                degrees = polynomial.degrees()
        return polynomial

    def rewritten(self, x: Quotient) -> Quotient:
        """A quotient with the relations applied above and below its line."""
        return Quotient(self.rewrite(x.top), self.rewrite(x.bottom), x.bits)

    def reduced(self, x: Quotient) -> Quotient:
        """Lowest terms where they are found in no time, the first coefficient below the line 1."""
        top, bottom = self.rewrite(x.top), self.rewrite(x.bottom)
        if top.is_zero():
            return self.ring.number(0)
        if bottom.is_zero():
            raise OutsideMethod("a divisor is zero everywhere")
        if not bottom.is_constant() and is_small(top) and is_small(bottom):
            look(1 + len(top) * len(bottom) // TERMS_AN_OPERATION)
            common = top.gcd(bottom)
            if not common.is_constant():
                top, bottom = divmod(top, common)[0], divmod(bottom, common)[0]
        first = bottom.leading_coefficient()
        return Quotient(top / first, bottom / first, x.bits)

    def terms(self, x: Quotient) -> Iterator[tuple[Fraction, Quotient]]:
        """x = Σ c · w, each w a reduced quotient with a monic monomial above its line."""
        x = self.reduced(x)
        for monomial, coefficient in x.top.terms():
            part = self.reduced(Quotient(self.ring.monomial(monomial), x.bottom, x.bits))
            scale = part.top.leading_coefficient()
            monic = Quotient(part.top / scale, part.bottom, part.bits)
            yield as_fraction(coefficient * scale), monic

    # Trees

    def tree(self, polynomial: Polynomial) -> Expression:
        """A polynomial as an expression of the inputs, in the order input monomials × functions."""
        split = self.ring.slots
        groups: dict[tuple[int, ...], list[Expression]] = {}
        for monomial, coefficient in polynomial.terms():
            parts = [self._power(place, int(n)) for place, n in enumerate(monomial[:split]) if n]
            number = rational(as_fraction(coefficient))
            if number.value != 1 or not parts:
                parts = [number, *parts]
            groups.setdefault(tuple(map(int, monomial[split:])), []).append(product(parts))
        terms = []
        for exponents, coefficients in groups.items():
            inputs = [
                _raised(Variable(name), n)
                for name, n in zip(self.ring.names, exponents, strict=True)
                if n
            ]
            coefficient = total(coefficients)
            one = coefficient == rational(1)
            terms.append(product(inputs if one and inputs else [coefficient, *inputs]))
        return total(terms) if terms else rational(0)

    def tree_of(self, x: Quotient) -> Expression:
        top = self.tree(x.top)
        return top if x.bottom.is_one() else quotient(top, self.tree(x.bottom))

    def multiple(self, factor: Fraction, x: Quotient) -> Expression:
        """factor · x as an expression."""
        return self.tree_of(x) if factor == 1 else product([rational(factor), self.tree_of(x)])

    def _power(self, index: int, n: int) -> Expression:
        return _raised(self._slots[self.ring.slots - 1 - index].expression, n)


def _raised(x: Expression, n: int) -> Expression:
    return x if n == 1 else Apply("pow", (x, rational(n)))
