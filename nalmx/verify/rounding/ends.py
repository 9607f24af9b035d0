"""Intervals by their two ends, with the ends of every result rounded outwards.

A ball keeps its radius to 30 bits, so that a ball around [0, 2] reaches a little below 0, and the
logarithm of |x| + ε is lost there. Ends stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import flint

from ...expression.ball import Ball, enclose_operation
from ...expression.operations import OPERATIONS, Operation

ZERO, ONE = flint.arb(0), flint.arb(1)


class Lost(Exception):
    """Raised where no bound can be given, with the reason."""


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """The closed interval [low, high], whose ends are exact."""

    low: Ball
    high: Ball

    @property
    def size(self) -> Ball:
        """The largest magnitude."""
        return abs(self.low).max(abs(self.high))

    @property
    def least(self) -> Ball:
        """The smallest magnitude."""
        return self.low.max(-self.high).max(ZERO)

    @property
    def extent(self) -> Ball:
        """The largest distance of two points, or more."""
        return (self.high - self.low).upper()

    @property
    def is_point(self) -> bool:
        return bool(self.low == self.high)

    def union(self, other: Ends) -> Ends:
        """The smallest interval that holds both."""
        return Ends(self.low.min(other.low), self.high.max(other.high))

    def widened(self, by: Ball) -> Ends:
        """The interval with its neighbourhood."""
        return ends(self.low - by, self.high + by)

    def ball(self) -> Ball:
        """A ball around the interval."""
        return self.low.union(self.high)


def ends(low: Ball, high: Ball) -> Ends:
    """An interval from numbers that are only known to be in balls."""
    low, high = low.lower(), high.upper()
    if not (low.is_finite() and high.is_finite()):
        raise Lost("a value may overflow or be undefined")
    return Ends(low, high)


def point(value: Ball) -> Ends:
    """An interval around one number."""
    return ends(value, value)


def applied(operation: str, *given: Ends) -> Ends:
    """What an operation can give on intervals."""
    return _RULES[operation](*given)


def _corners(step: Callable[[Ball, Ball], Ball], x: Ends, y: Ends) -> Ends:
    """A function that is monotone in each argument."""
    values = [step(a, b) for a in (x.low, x.high) for b in (y.low, y.high)]
    lowest = reduce(lambda a, b: a.min(b), (v.lower() for v in values))
    return ends(lowest, reduce(lambda a, b: a.max(b), (v.upper() for v in values)))


def _add(*terms: Ends) -> Ends:
    return ends(sum((t.low for t in terms), ZERO), sum((t.high for t in terms), ZERO))


def _mul(*factors: Ends) -> Ends:
    return reduce(lambda x, y: _corners(lambda a, b: a * b, x, y), factors)


def _div(x: Ends, y: Ends) -> Ends:
    if not y.least > 0:
        raise Lost(_why("div"))
    return _corners(lambda a, b: a / b, x, y)


def _pow(x: Ends, y: Ends) -> Ends:
    if y.is_point and y.low.is_integer() and y.low >= 0:
        high = ends(ZERO, x.size**y.low).high
        if x.least.is_zero() and int(y.low.unique_fmpz()) % 2 == 0 and not y.low.is_zero():
            return Ends(ZERO, high)
        return _corners(lambda a, b: a**b, x, y)
    if not x.low > 0:
        raise Lost("a power may be of a number that is not positive")
    return _corners(lambda a, b: a**b, x, y)


def _why(operation: str) -> str:
    """Why an operation may have no value."""
    needs = OPERATIONS[operation].requires
    reasons = [f"{need.what} may be {_OTHERWISE[need.relation]} {need.bound}" for need in needs]
    return f"{' or '.join(reasons) or 'a value may be undefined'}, perhaps only once it is rounded"


_OTHERWISE = {
    "gt": "no more than",
    "ge": "less than",
    "le": "more than",
    "lt": "no less than",
    "ne": "equal to",
}


def _function(record: Operation) -> Callable[[Ends], Ends]:
    """A function of one number: by its values at the ends, where it rises or falls between them."""

    def rule(x: Ends) -> Ends:
        places = [x.ball()]
        if record.rises is not None:
            turns = [flint.arb(turn) for turn in record.turns]
            places = [x.low, x.high, *(turn for turn in turns if x.low < turn < x.high)]
        values = [enclose_operation(record.name, (place,)) for place in places]
        if not all(isinstance(value, flint.arb) for value in values):
            raise Lost(_why(record.name))
        return reduce(Ends.union, (point(value) for value in values))

    return rule


def _wave(operation: str) -> Callable[[Ends], Ends]:
    """sin and cos, which lie between -1 and 1."""
    rule = _function(OPERATIONS[operation])

    def bounded(x: Ends) -> Ends:
        found = rule(x)
        return Ends(found.low.max(-ONE), found.high.min(ONE))

    return bounded


_RULES: dict[str, Callable[..., Ends]] = {
    **{name: _function(record) for name, record in OPERATIONS.items() if record.most == 1},
    "add": _add,
    "mul": _mul,
    "div": _div,
    "pow": _pow,
    "neg": lambda x: Ends(-x.high, -x.low),
    "abs": lambda x: Ends(x.least, x.size),
    "min": lambda *xs: reduce(lambda x, y: Ends(x.low.min(y.low), x.high.min(y.high)), xs),
    "max": lambda *xs: reduce(lambda x, y: Ends(x.low.max(y.low), x.high.max(y.high)), xs),
    **{name: _wave(name) for name in ("sin", "cos")},
}
