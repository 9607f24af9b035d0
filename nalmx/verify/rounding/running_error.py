"""Bounds on rounding on one box of inputs, by running error analysis.

In Arb's balls: at every node of a `FloatProgram` stand an enclosure of the real value x on a box of
inputs, one of the computed value x̂, and bounds e on |x̂ − x| and r on |x̂ − x| / |x|, for every
choice of floats in the box. An operation carries the errors of its arguments over and adds its own rounding

    |fl(a ∘ b) − a ∘ b| ≤ u · 2^k where |a ∘ b| ≤ M ≤ 2^(k+1),   u = 2^-24 (float32), 2^-53 (float64)

which is half an ulp below M and not less than half the least subnormal; sums are exact down there. A
sum of n terms, whose order is open, rounds n − 1 times numbers up to Σ|xᵢ|(1 + u)^(n−1), the last
time the sum itself; a product that is not rounded before it is added (fused multiply-add) is only
closer. (Higham, Accuracy and Stability of Numerical Algorithms, 2002, chapters 2 to 4.)

Functions of a library, and powers, are taken to be within `ulps` (`LIBRARY_ULPS`) of the function at the
rounded argument; nothing here proves that of a library, so a verdict must name it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial, reduce
from typing import TypeAlias

import flint

from ...clock import look
from ...expression import Apply, Constant, Number, Truth, Variable
from ...expression.ball import Ball, ball, enclose, precision
from ...expression.definitions import compiled, derivatives_of
from ...expression.float_program import FloatProgram
from ...expression.nodes import post_order
from ...expression.operations import COMPARISONS, OPERATIONS
from ...ranges import Interval
from ..domain import Box
from .ends import ONE, ZERO, Ends, Lost, applied, ends, point
from .float_values import (
    UNBOUNDED,
    Condition,
    Pair,
    as_fraction,
    both,
    compared,
    joined,
    known,
    largest,
    of_one_sign,
    pair,
    stepped,
)

_BITS = 96


@dataclass(frozen=True, slots=True)
class NoBound:
    """The analysis gives no bound, for the reason given: an overflow, a divisor that may be 0."""

    reason: str


State: TypeAlias = "Pair | Condition | NoBound"


def rounding_bound(program: FloatProgram, box: Box) -> Ball | NoBound:
    """A bound on |computed − real| for every choice of floats in a box, as an exact number."""
    with precision(_BITS):
        value = _Analysis(program, box).value
        return value if isinstance(value, NoBound) else value.error


@cache
def _slope(operation: str) -> Callable[[Sequence[Ends]], Ends]:
    (derivative,) = derivatives_of(operation)

    def constant(node: Number | Truth | Constant) -> Ends:
        return point(enclose(node, {}))

    return compiled(derivative, constant, lambda name, arguments: applied(name, *arguments))


class _Analysis:
    """One pass over a program, on one box."""

    def __init__(self, program: FloatProgram, box: Box) -> None:
        self.kind = program.precision
        self.unit = flint.arb(2) ** -self.kind.bits
        self.largest = ball(self.kind.largest)
        self.normal = ball(self.kind.least_normal)
        self.tiny = self.normal * self.unit
        literals = {id(literal) for literal in program.literals}
        states: dict[int, State] = {}
        self.ulps = flint.arb(flint.fmpq(program.ulps.numerator, program.ulps.denominator))
        is_rounded = program.as_written and not program.float_inputs
        inputs = {n: self._input(side, is_rounded) for n, side in box.items()}
        for node in post_order(program.expression):
            look()
            if id(node) in literals or isinstance(node, Constant):
                states[id(node)] = self._literal(enclose(node, {}))
            elif isinstance(node, Number):
                value = ball(node.value)
                held = self.kind.holds(node.value)
                states[id(node)] = known(point(value)) if held else self._literal(value)
            elif isinstance(node, Variable):
                states[id(node)] = inputs[node.name]
            elif isinstance(node, Truth):
                states[id(node)] = Condition(node.value)
            elif isinstance(node, Apply):
                given = [states[id(argument)] for argument in node.arguments]
                states[id(node)] = self._applied(node.operation, given)
        result = states[id(program.expression)]
        self.value: Pair | NoBound = (
            NoBound("the output is a truth value") if isinstance(result, Condition) else result
        )

    def _input(self, side: Interval, is_rounded: bool) -> State:
        exact = ends(ball(side.lower), ball(side.upper))
        if not is_rounded:
            return known(exact)
        try:
            error = self._half_ulp(exact.size).max(self.tiny)
        except Lost as lost:
            return NoBound(str(lost))
        return pair(exact, error, exact.widened(error))

    def _literal(self, value: Ball) -> Pair | NoBound:
        """A number rounded to a float, perhaps by way of a longer format."""
        size = value.abs_upper() + self.normal
        if not size <= self.largest:
            return NoBound(f"a number may overflow {self.kind.name}")
        error = (size * self.unit * (1 + flint.arb(2) ** -20)).upper()
        exact = point(value)
        return pair(exact, error, exact.widened(error))

    def _applied(self, operation: str, given: list[State]) -> State:
        try:
            if operation == "piecewise":
                return self._pieces(given)
            for state in given:
                if isinstance(state, NoBound):
                    return state
            if operation in ("and", "or", "not"):
                return joined(operation, [c for c in given if isinstance(c, Condition)])
            values = [value for value in given if isinstance(value, Pair)]
            if operation in COMPARISONS:
                return compared(operation, *values)
            if OPERATIONS[operation].steps is not None:
                return stepped(operation, *values)
            rule: Callable[..., Pair] = getattr(
                self, f"_{operation}", partial(self._function, operation)
            )
            return rule(*values)
        except Lost as lost:
            return NoBound(str(lost))

    def _half_ulp(self, size: Ball) -> Ball:
        """Half the distance of floats at `size`, where nothing overflows."""
        if not size <= self.largest:
            raise Lost(f"a value may overflow {self.kind.name}")
        mantissa, exponent = (int(part) for part in size.upper().man_exp())
        # Up to a power of two, and with it, floats are as close as they are below it.
        place = exponent + mantissa.bit_length() - (2 if mantissa == 1 else 1)
        return flint.arb(2) ** place * self.unit if mantissa else ZERO

    def _rounded(
        self,
        values: tuple[Ends, Ends],
        carried: Ball,
        least: Ball,
        relative: Ball = UNBOUNDED,
        ulps: Ball | None = None,
    ) -> Pair:
        """The outcome of an operation: its real values, and its values at computed arguments.

        `carried` bounds the difference of the two, `relative` the relative one. Its own rounding is
        half an ulp, or `ulps`, and `least` where the result is small.
        """
        exact, found = values
        before = pair(exact, carried, found, relative)
        if ulps is None and exact.is_point and before.error.is_zero():  # noqa: SIM102
            if self.kind.holds(as_fraction(exact.low)):
                return before
        halves = 1 if ulps is None else 2 * ulps
        share = halves * self.unit
        size = before.computed.size if ulps is None else before.computed.size * (1 + share)
        own = (halves * self._half_ulp(size.upper())).max(least)
        low, high = before.computed.low, before.computed.high
        computed = ends(low - abs(low) * share - least, high + abs(high) * share + least)
        normal = least.is_zero() or before.computed.least >= 2 * self.normal
        relative = (1 + before.relative) * (1 + share) - 1 if normal else UNBOUNDED
        return pair(exact, before.error + own, computed, relative)

    def _by_library(
        self, values: tuple[Ends, Ends], carried: Ball, relative: Ball = UNBOUNDED
    ) -> Pair:
        """The same for a library function, whose results below the normal numbers may be 0."""
        return self._rounded(values, carried, self.normal, relative, self.ulps)

    def _add(self, *given: Pair) -> Pair:
        terms = [t for t in given if not (t.error.is_zero() and t.exact.size.is_zero())]
        if len(terms) < 2:
            return terms[0] if terms else given[0]
        (exact, found), times = both("add", *terms), len(terms) - 1
        carried, relative = sum((t.error for t in terms), ZERO), UNBOUNDED
        if of_one_sign(terms):
            relative = (1 + largest(t.relative for t in terms)) * (1 + self.unit) ** (times - 1) - 1
        if times > 1:
            partial = sum((t.computed.size for t in terms), ZERO) * (1 + self.unit) ** times
            early = (times - 1) * self._half_ulp(partial.upper())
            carried, found = carried + early, found.widened(early)
        if found.size < self.normal:
            return pair(exact, carried, found, relative)
        return self._rounded((exact, found), carried, ZERO, relative)

    def _mul(self, *factors: Pair) -> Pair:
        if all(factor is factors[0] for factor in factors):
            values = both("pow", factors[0], known(point(flint.arb(len(factors)))))
        else:
            values = both("mul", *factors)
        exact, found = values
        carried, size = ZERO, ONE
        for factor in factors:
            carried = carried * (factor.exact.size + factor.error) + size * factor.error
            size *= factor.exact.size
        relative = reduce(lambda r, f: r * (1 + f.relative), factors, ONE) - 1
        if len(factors) == 2:
            lost = self._shifted(found, *factors)
            if lost is None:
                return self._rounded(values, carried, self.tiny, relative)
            relative = relative if lost.is_zero() else UNBOUNDED
            return pair(exact, carried + lost, found.widened(lost), relative)
        # In any order: a partial product is at most the product of the factors above 1.
        growth = (1 + self.unit) ** (len(factors) - 1)
        large = reduce(lambda size, f: size * f.computed.size.max(ONE), factors, growth)
        self._half_ulp(large.upper())
        own = (found.size * (growth - 1) + (len(factors) - 1) * self.tiny * large).upper()
        return pair(exact, carried + own, found.widened(own))

    def _shifted(self, found: Ends, x: Pair, y: Pair) -> Ball | None:
        """The rounding of a product by 0 or a power of two, which is none but for small values."""
        for factor in (f.exact.low for f in (x, y) if f.error.is_zero() and f.exact.is_point):
            if factor.is_zero():
                return ZERO
            if abs(int(factor.man_exp()[0])) == 1:
                self._half_ulp(found.size)
                exactly = abs(factor) >= 1 or found.least >= self.normal
                return ZERO if exactly else self.tiny
        return None

    def _div(self, x: Pair, y: Pair) -> Pair:
        values = both("div", x, y)
        carried = (x.error + values[0].size * y.error) / y.computed.least
        relative = UNBOUNDED
        if y.relative < 1:
            relative = (1 + x.relative) / (1 - y.relative) - 1
        return self._rounded(values, carried, self.tiny, relative)

    def _neg(self, x: Pair) -> Pair:
        exact, computed = both("neg", x)
        return Pair(exact, x.error, computed, x.relative)

    def _abs(self, x: Pair) -> Pair:
        exact, computed = both("abs", x)
        return pair(exact, x.error, computed, x.relative)

    def _min(self, *values: Pair) -> Pair:
        return self._chosen("min", values)

    def _max(self, *values: Pair) -> Pair:
        return self._chosen("max", values)

    def _chosen(self, operation: str, values: tuple[Pair, ...]) -> Pair:
        exact, computed = both(operation, *values)
        relative = largest(v.relative for v in values) if of_one_sign(values) else UNBOUNDED
        return pair(exact, largest(v.error for v in values), computed, relative)

    def _sqrt(self, x: Pair) -> Pair:
        values = both("sqrt", x)
        carried, slope = x.error.sqrt(), values[0].low + values[1].low
        if slope > 0:
            carried = carried.upper().min((x.error / slope).upper())
        return self._rounded(values, carried, ZERO, x.relative)

    def _exp(self, x: Pair) -> Pair:
        values, relative = both("exp", x), x.error.expm1()
        return self._by_library(values, values[0].high * relative, relative)

    def _log(self, x: Pair) -> Pair:
        values = both("log", x)
        carried = (x.error / x.wide.low).log1p().upper()
        if x.relative < 1:
            carried = carried.min((-(-x.relative).log1p()).upper())
        return self._by_library(values, carried)

    def _function(self, operation: str, x: Pair) -> Pair:
        """A function of a library: the error of its argument, times what its slope can be."""
        values, carried = both(operation, x), ZERO
        if not x.error.is_zero():
            try:
                carried = _slope(operation)((x.wide, applied(operation, x.wide))).size * x.error
            except Lost:
                carried = UNBOUNDED
        return self._by_library(values, carried)

    def _pow(self, x: Pair, y: Pair) -> Pair:
        values, power = both("pow", x, y), y.exact.low
        if y.error.is_zero() and y.exact.is_point and power.is_integer() and power >= 1:
            slope = power * x.wide.size ** (power - 1)
            return self._by_library(values, slope * x.error)
        size = applied("pow", x.wide, y.wide).size
        by_base = size * y.wide.size / x.wide.low * x.error
        by_exponent = size * applied("log", x.wide).size * y.error
        return self._by_library(values, by_base + by_exponent)

    def _pieces(self, given: list[State]) -> State:
        reached: list[Pair] = []
        safe = True
        for value, condition in zip(given[::2], given[1::2], strict=True):
            if isinstance(condition, NoBound):
                return condition
            assert isinstance(condition, Condition)
            if condition.value is False:
                continue
            if not isinstance(value, Pair):
                return value
            reached.append(value)
            if condition.value is True:
                break
            safe = safe and condition.safe
        else:
            raise Lost("no condition of a choice may hold")
        first, *others = reached
        exact = reduce(lambda hull, v: hull.union(v.exact), others, first.exact)
        computed = reduce(lambda hull, v: hull.union(v.computed), others, first.computed)
        if not safe:
            return pair(exact, UNBOUNDED, computed)
        relative = largest(v.relative for v in reached)
        return pair(exact, largest(v.error for v in reached), computed, relative)
