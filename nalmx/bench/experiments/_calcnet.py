"""An expression walked operator by operator: what its modules make of it, and how far off that can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from ...expression import Apply, Expression, Number, Variable, parse
from ...expression.nodes import substitute
from ...extract import Formula
from ...extract.flow import extents_of
from ...ranges import Interval, Range
from ...verify import Claim, Domain, Tolerance, check
from ._networks import EFFORT

T = TypeVar("T")
TRUTHS = {"add": "x1 + x2", "sub": "x1 - x2", "mul": "x1*x2", "div": "x1/x2", "sqrt": "sqrt(x1)"}
_TOLERANCES: list[Fraction] = [Fraction(1, 10**6) * 10**k for k in range(9)]


def walked(node: Expression, leaf: Callable[[Expression], T], unit: Callable[..., T]) -> T:
    """The value of an expression, where `unit(operator, *values)` is that of one operator."""
    if not isinstance(node, Apply):
        return leaf(node)
    first, *others = node.arguments
    if node.operation == "neg":
        return unit("sub", leaf(Number(Fraction(0))), walked(first, leaf, unit))
    value = walked(first, leaf, unit)
    if node.operation == "pow" and others == [Number(Fraction(2))]:
        return unit("mul", value, value)
    if not others:
        return unit(node.operation, value)
    for other in others:
        if node.operation == "add" and isinstance(other, Apply) and other.operation == "neg":
            value = unit("sub", value, walked(other.arguments[0], leaf, unit))
        else:
            value = unit(node.operation, value, walked(other, leaf, unit))
    return value


def assembled(expression: Expression, units: Mapping[str, Formula]) -> Expression:
    """The expression with every operator replaced by what its module computes."""

    def unit(operator: str, *values: Expression) -> Expression:
        formula = units[operator]
        return substitute(formula.outputs[0], dict(zip(formula.inputs, values, strict=True)))

    return walked(expression, lambda leaf: leaf, unit)


@dataclass(frozen=True, slots=True)
class Off:
    """The range of a true value, and how far what the modules make of it is from it at most."""

    extent: Range
    error: Fraction

    @property
    def wide(self) -> Range:
        """Where the value that the modules make lies."""
        return Range((Interval(self.extent.lower - self.error, self.extent.upper + self.error),))

    @property
    def most(self) -> Fraction:
        return self.extent.largest_magnitude


class Unbounded(Exception):
    """An operator whose module is not bounded where it is used."""


def whole_error(
    expression: Expression, units: Mapping[str, Formula], domain: Mapping[str, Range]
) -> Fraction:
    """A bound on how far the assembled modules are from the expression, on all of a domain.

    Of each operator, what its module is off is bounded where it is used (`check`), and added to what the
    operator makes of the errors of its operands. Raises `Unbounded`, with the operator.
    """

    def leaf(node: Expression) -> Off:
        if isinstance(node, Variable):
            return Off(domain[node.name], Fraction(0))
        assert isinstance(node, Number)
        return Off(Range((Interval(node.value, node.value),)), Fraction(0))

    def unit(operator: str, *values: Off) -> Off:
        names = units[operator].inputs
        box = dict(zip(names, (value.extent for value in values), strict=True))
        truth = parse(TRUTHS[operator])
        extents = extents_of([truth], box)
        if extents is None:
            raise Unbounded(operator)
        wide = Domain(dict(zip(names, (value.wide for value in values), strict=True)))
        own = _own_error(units[operator].outputs[0], truth, wide, operator)
        return Off(extents[0], own + _passed_on(operator, extents[0], *values))

    return walked(expression, leaf, unit).error


def _own_error(module: Expression, truth: Expression, domain: Domain, operator: str) -> Fraction:
    for tolerance in _TOLERANCES:
        claim = Claim(module, truth, domain, Tolerance("abs", tolerance))
        if check(claim, EFFORT).verdict in ("proved", "bounded"):
            return tolerance
    raise Unbounded(operator)


def _passed_on(operator: str, result: Range, *values: Off) -> Fraction:
    """What the errors of operands come to in the true operator, whose values lie in `result`."""
    first, *others = values
    if operator == "sqrt":  # |√ũ − √u| ≤ |ũ − u| / √u
        if first.error and result.lower <= 0:
            raise Unbounded(operator)
        return Fraction(first.error / result.lower) if first.error else Fraction(0)
    (second,) = others
    if operator in ("add", "sub"):
        return first.error + second.error
    if operator == "mul":
        crossed = first.most * second.error + second.most * first.error
        return Fraction(crossed + first.error * second.error)
    # ũ/ṽ − u/v = ((ũ − u) − (u/v)(ṽ − v)) / ṽ
    extent = second.wide
    if extent.lower <= 0 <= extent.upper:
        raise Unbounded(operator)
    least = min(abs(extent.lower), abs(extent.upper))
    return Fraction((first.error + result.largest_magnitude * second.error) / least)
