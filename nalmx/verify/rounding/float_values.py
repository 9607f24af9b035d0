"""Values of running error analysis: what is real, what is computed, and how far apart they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

import flint

from ...expression.ball import Ball
from .ends import ZERO, Ends, Lost, applied

UNBOUNDED = flint.arb.pos_inf()


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A real value x and the computed one x̂, each enclosed: |x̂ − x| ≤ `error`, `relative`·|x|."""

    exact: Ends
    error: Ball
    computed: Ends
    relative: Ball

    @property
    def wide(self) -> Ends:
        """An interval that holds both values."""
        return self.exact.union(self.computed)


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A truth value, None where the box leaves it open; `safe`: the computed one is the same."""

    value: bool | None
    safe: bool = True


def known(value: Ends) -> Pair:
    """A value computed without an error."""
    return Pair(value, ZERO, value, ZERO)


def pair(exact: Ends, error: Ball, computed: Ends, relative: Ball = UNBOUNDED) -> Pair:
    """A real and a computed value; what is known of each sharpens the others."""
    apart = exact.union(computed).extent
    error = error.upper().min(apart) if error.is_finite() else apart
    relative = relative.upper() if relative.is_finite() else UNBOUNDED
    if relative.is_finite():
        error = error.min((relative * exact.size).upper())
    if exact.least > 0:
        relative = relative.min((error / exact.least).upper())
    low, high = (exact.low - error).lower(), (exact.high + error).upper()
    return Pair(exact, error, Ends(computed.low.max(low), computed.high.min(high)), relative)


def of_one_sign(values: Iterable[Pair]) -> bool:
    """Whether no two of the real values can have opposite signs."""
    intervals = [value.exact for value in values]
    return all(x.low >= 0 for x in intervals) or all(x.high <= 0 for x in intervals)


def largest(bounds: Iterable[Ball]) -> Ball:
    """The largest of some numbers."""
    return reduce(lambda a, b: a.max(b), bounds)


def stepped(operation: str, *given: Pair) -> Pair:
    """A function that grows in steps: an error can only matter where a step is in reach."""
    if len(given) > 1:
        raise Lost("the remainder of a division has no rule here")
    exact, found = both(operation, *given)
    return known(exact) if given[0].error.is_zero() else pair(exact, UNBOUNDED, found)


def both(operation: str, *given: Pair) -> tuple[Ends, Ends]:
    """An operation on the real values, and, without its rounding, on the computed ones."""
    exact = applied(operation, *(value.exact for value in given))
    if all(value.error.is_zero() for value in given):
        return exact, exact
    return exact, applied(operation, *(value.computed for value in given))


def compared(operation: str, x: Pair, y: Pair) -> Condition:
    """A comparison, which may go the other way in floats only where rounded values are close."""
    holds, fails = _CERTAIN[operation]
    a, b = x.wide, y.wide
    if holds(a, b):
        return Condition(True)
    if fails(a, b):
        return Condition(False)
    return Condition(None, x.error.is_zero() and y.error.is_zero())


def joined(operation: str, given: list[Condition]) -> Condition:
    """And, or, not."""
    if operation == "not":
        value = given[0].value
        return Condition(None if value is None else not value, given[0].safe)
    end = operation == "or"
    if any(condition.value is end for condition in given):
        return Condition(end)
    if all(condition.value is not None for condition in given):
        return Condition(not end)
    return Condition(None, all(c.safe for c in given if c.value is None))


def as_fraction(value: Ball) -> Fraction:
    """An exact ball, or the upper end of another, as a rational."""
    mantissa, exponent = value.upper().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _below(x: Ends, y: Ends) -> bool:
    return bool(x.high < y.low)


def _not_above(x: Ends, y: Ends) -> bool:
    return bool(x.high <= y.low)


def _same(x: Ends, y: Ends) -> bool:
    return bool(x.low == x.high == y.low == y.high)


def _apart(x: Ends, y: Ends) -> bool:
    return _below(x, y) or _below(y, x)


_Test = Callable[[Ends, Ends], bool]
_CERTAIN: dict[str, tuple[_Test, _Test]] = {
    "lt": (_below, lambda x, y: _not_above(y, x)),
    "le": (_not_above, lambda x, y: _below(y, x)),
    "gt": (lambda x, y: _below(y, x), _not_above),
    "ge": (lambda x, y: _not_above(y, x), _below),
    "eq": (_same, _apart),
    "ne": (_apart, _same),
}
