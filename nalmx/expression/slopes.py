"""Enclosures of an expression and of its partial slopes on a box (forward differentiation in balls).

A slope is an interval that holds every slope of a chord within the box, so the mean value theorem

    f(x) ∈ f(m) + Σ sᵢ·(xᵢ − mᵢ)

holds for abs, Min and Max too, where a kink lies inside the box. Where a function jumps or an
enclosure is not finite there are no slopes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from typing import Any, TypeAlias

import flint

from ..clock import deadline
from .ball import Ball, BallValue, enclose_constant, enclose_operation
from .definitions import compiled, derivatives_of, steps_of
from .nodes import Constant, Expression, Number, Truth, variables
from .operations import OPERATIONS
from .straight_line import straight

Slopes: TypeAlias = dict[str, Ball]
_LEAVES: dict[str, Callable[..., Number | Truth | Constant]] = {
    "number": Number,
    "constant": Constant,
    "truth": Truth,
}
_Function: TypeAlias = Callable[[Sequence[BallValue]], BallValue]


class Enclosure:
    """An expression made ready to be enclosed on many boxes at one precision.

    `constants` are the values of steps that are the same on every box.
    """

    def __init__(self, expression: Expression) -> None:
        self.names = variables(expression)
        self.steps = straight(expression, whole_powers=False).steps
        self.constants: list[BallValue | None] = []
        for step in self.steps:
            known = [self.constants[a] for a in step.arguments]
            constant: BallValue | None = None
            if step.operation in _LEAVES:
                constant = enclose_constant(_LEAVES[step.operation](step.content))
            elif step.operation != "input" and None not in known:
                given = tuple(value for value in known if value is not None)
                constant = enclose_operation(step.operation, given)
            self.constants.append(constant)

    def values(self, inputs: Mapping[str, Ball]) -> list[BallValue]:
        """The enclosure of every subexpression, the whole last."""
        found: list[BallValue] = []
        end = deadline()
        for step, constant in zip(self.steps, self.constants, strict=True):
            if constant is not None:
                found.append(constant)
            elif step.operation == "input":
                found.append(inputs[str(step.content)])
            else:
                end.look()
                found.append(
                    enclose_operation(step.operation, tuple(found[a] for a in step.arguments))
                )
        return found

    def value(self, inputs: Mapping[str, Ball]) -> BallValue:
        return self.values(inputs)[-1]

    def with_slopes(self, inputs: Mapping[str, Ball]) -> tuple[BallValue, Slopes | None]:
        """The enclosure, and the slope in each input; None for the slopes where there are none."""
        values = self.values(inputs)
        if not isinstance(values[-1], flint.arb):
            return values[-1], None
        slopes: list[Slopes | None] = []
        end = deadline()
        for place, step in enumerate(self.steps):
            if self.constants[place] is not None:
                slopes.append({})
            elif step.operation == "input":
                slopes.append({str(step.content): flint.arb(1)})
            else:
                end.look()
                own = _slopes(
                    step.operation,
                    [values[a] for a in step.arguments],
                    [slopes[a] for a in step.arguments],
                    values[place],
                )
                slopes.append(own)
        last = slopes[-1]
        if last is not None and not all(s.is_finite() for s in last.values()):
            last = None
        return values[-1], last


def _combined(parts: list[tuple[Ball, Slopes]]) -> Slopes:
    """Σ factor · slopes."""
    total: Slopes = {}
    for factor, slopes in parts:
        for name, slope in slopes.items():
            term = factor * slope
            total[name] = total[name] + term if name in total else term
    return total


def _slopes(
    operation: str, xs: list[BallValue], slopes: list[Slopes | None], value: BallValue
) -> Slopes | None:
    if operation == "piecewise":
        for place in range(0, len(xs), 2):
            if xs[place + 1] is not False:
                return slopes[place] if xs[place + 1] is True else None
        return None
    if not isinstance(value, flint.arb):
        return {} if isinstance(value, bool) else None
    known = [s for s in slopes if s is not None]
    if len(known) < len(slopes):
        return None
    if not any(known):
        return {}
    balls = [x for x in xs if isinstance(x, flint.arb)]
    rule = _RULES.get(operation)
    return rule(balls, known, value) if rule else _by_derivative(operation, balls, known, value)


def _of_product(xs: list[Ball], slopes: list[Slopes], value: Ball) -> Slopes:
    one = flint.arb(1)
    before, after = [one], [one]
    for x in xs[:-1]:
        before.append(before[-1] * x)
    for x in reversed(xs[1:]):
        after.append(after[-1] * x)
    after.reverse()
    return _combined([(b * a, s) for b, a, s in zip(before, after, slopes, strict=True)])


def _plain(operation: str, arguments: tuple[Any, ...]) -> Any:
    """Arb's own value of an operation: not finite where there may be none."""
    return (
        reduce(_PLAIN[operation], arguments)
        if len(arguments) > 1
        else _PLAIN[operation](*arguments)
    )


_PLAIN: dict[str, Callable[..., Ball]] = {
    **{name: getattr(flint.arb, r.arb) for name, r in OPERATIONS.items() if r.arb is not None},
    **{name: getattr(operator, name) for name in ("add", "mul", "neg")},
    "div": operator.truediv,
    "pow": lambda x, n: enclose_operation("pow", (x, n)),
}


@cache
def _derivatives(operation: str) -> tuple[_Function, ...]:
    apply = _plain if steps_of(operation) is None else enclose_operation
    return tuple(compiled(tree, enclose_constant, apply) for tree in derivatives_of(operation))


@cache
def _steps(operation: str) -> _Function | None:
    tree = steps_of(operation)
    return None if tree is None else compiled(tree, enclose_constant, enclose_operation)


def _by_derivative(
    operation: str, xs: list[Ball], slopes: list[Slopes], value: Ball
) -> Slopes | None:
    """The chain rule, where the operation neither jumps nor lacks a derivative on the box."""
    given = (*xs, value)
    steps = _steps(operation)
    if steps is not None:
        at = steps(given)
        if not isinstance(at, flint.arb) or not at.is_exact():
            return None
    parts: list[tuple[Ball, Slopes]] = []
    for derivative, own in zip(_derivatives(operation), slopes, strict=True):
        factor = derivative(given) if own else flint.arb(0)
        if not isinstance(factor, flint.arb) or not factor.is_finite():
            return None
        parts.append((factor, own))
    return _combined(parts)


def _of_power(xs: list[Ball], slopes: list[Slopes], value: Ball) -> Slopes | None:
    x, y = xs
    if not slopes[1] and y.is_exact() and y.is_integer() and abs(y) < 2**30:
        n = int(y.unique_fmpz())
        if n == 0:
            return {}
        lowered = enclose_operation("pow", (x, flint.arb(n - 1)))
        return _combined([(n * lowered, slopes[0])]) if isinstance(lowered, flint.arb) else None
    return _by_derivative("pow", xs, slopes, value) if x > 0 else None


def _either(slopes: list[Slopes]) -> Slopes:
    """Intervals that hold the slopes of each of several functions."""
    names = {name for own in slopes for name in own}
    zero = flint.arb(0)
    found = {}
    for name in names:
        hull = slopes[0].get(name, zero)
        for own in slopes[1:]:
            hull = hull.union(own.get(name, zero))
        found[name] = hull
    return found


def _of_absolute(xs: list[Ball], slopes: list[Slopes], value: Ball) -> Slopes:
    if xs[0] >= 0:
        return slopes[0]
    turned = _combined([(flint.arb(-1), slopes[0])])
    return turned if xs[0] <= 0 else _either([slopes[0], turned])


def _of_extreme(xs: list[Ball], slopes: list[Slopes], value: Ball) -> Slopes:
    """Those that may be the least (or largest) decide: the ones that reach into the result."""
    return _either([s for x, s in zip(xs, slopes, strict=True) if x.overlaps(value)])


# What a record cannot say: any number of arguments, kinks, and the powers of what may be negative.
_RULES: dict[str, Callable[[list[Ball], list[Slopes], Ball], Slopes | None]] = {
    "add": lambda xs, s, v: _combined([(flint.arb(1), own) for own in s]),
    "mul": _of_product,
    "pow": _of_power,
    "abs": _of_absolute,
    "min": _of_extreme,
    "max": _of_extreme,
}
