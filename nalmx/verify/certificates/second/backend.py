"""A second evaluator of expressions, to hold the first one (balls of Arb) against.

It works in intervals of mpmath's numbers, which share no code with Arb, and uses nothing of the
first one but the tree. A value is an interval, a truth value, or the reason why there is neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import TypeVar

from mpmath import libmp

from ....expression.nodes import Apply, Constant, Expression, Number, Truth, Variable, post_order
from . import intervals
from .functions import FUNCTIONS
from .intervals import OPEN, UNDEFINED, Lacking, Span, Value

Known = TypeVar("Known")


class Prepared:
    """An expression made ready to be enclosed on many boxes; equal parts are computed once."""

    def __init__(self, expression: Expression, bits: int) -> None:
        self.bits = bits
        self.steps: list[tuple[str, tuple[int, ...]]] = []
        self.constants: list[Value | None] = []
        places: dict[int, int] = {}
        known: dict[object, int] = {}
        for node in post_order(expression):
            own = (
                (node.operation, tuple(places[id(a)] for a in node.arguments))
                if isinstance(node, Apply)
                else (node.name if isinstance(node, Variable) else "", ())
            )
            key = own if isinstance(node, Apply) else node
            if key not in known:
                known[key] = len(self.steps)
                self.steps.append(own)
                self.constants.append(self._constant(node, own[1]))
            places[id(node)] = known[key]
        self.names = tuple(name for name, arguments in self._inputs())

    def _inputs(self) -> list[tuple[str, tuple[int, ...]]]:
        steps = zip(self.steps, self.constants, strict=True)
        return [step for step, constant in steps if not step[1] and constant is None]

    def _constant(self, node: Expression, arguments: tuple[int, ...]) -> Value | None:
        if isinstance(node, Number):
            return intervals.span(node.value, node.value, self.bits)
        if isinstance(node, Truth):
            return node.value
        if isinstance(node, Constant):
            made = libmp.mpf_pi if node.name == "pi" else libmp.mpf_e
            near = made(self.bits + intervals.GUARD)
            return intervals.widened((near, near), self.bits)
        if isinstance(node, Variable):
            return None
        values = [self.constants[a] for a in arguments]
        given = tuple(value for value in values if value is not None)
        return operate(node.operation, given, self.bits) if len(given) == len(values) else None

    def values(self, inputs: Mapping[str, Span]) -> list[Value]:
        """The enclosure of every part, the whole last."""
        found: list[Value] = []
        for (name, arguments), constant in zip(self.steps, self.constants, strict=True):
            if constant is not None:
                found.append(constant)
            elif arguments:
                found.append(operate(name, tuple(found[a] for a in arguments), self.bits))
            else:
                found.append(inputs[name])
        return found

    def value(self, inputs: Mapping[str, Span]) -> Value:
        return self.values(inputs)[-1]


def operate(operation: str, arguments: tuple[Value, ...], bits: int) -> Value:
    """An enclosure of one operation on enclosed arguments."""
    known = settled(operation, arguments)
    return _RULES[operation](bits, *arguments) if known is None else known


def settled(operation: str, arguments: tuple[Known, ...]) -> Known | Lacking | None:
    """What needs no arithmetic; None where there is something to compute.

    An operation is undefined where one of its arguments is; only a Piecewise does not look at what it
    does not need.
    """
    if operation == "piecewise":
        for value, condition in zip(arguments[::2], arguments[1::2], strict=True):
            if condition is not False:
                return value if condition is True else _lack(condition)
        return UNDEFINED
    for lack in (UNDEFINED, OPEN):
        if any(argument is lack for argument in arguments):
            return lack
    return None


def _lack(condition: object) -> Lacking:
    return UNDEFINED if condition is UNDEFINED else OPEN


_RULES: dict[str, Callable[..., Value]] = {
    **{name: value for name, (value, _) in FUNCTIONS.items()},
    "add": lambda bits, *xs: reduce(lambda x, y: intervals.add(x, y, bits), xs),
    "mul": lambda bits, *xs: reduce(lambda x, y: intervals.times(x, y, bits), xs),
    "min": lambda bits, *xs: reduce(intervals.lesser, xs),
    "max": lambda bits, *xs: reduce(intervals.greater, xs),
    "neg": lambda bits, x: intervals.negative(x),
    "abs": lambda bits, x: intervals.absolute(x),
    "div": lambda bits, x, y: intervals.over(x, y, bits),
    "pow": lambda bits, x, y: intervals.power(x, y, bits),
    "sqrt": lambda bits, x: intervals.root(x, bits),
    "exp": lambda bits, x: intervals.exp(x, bits),
    "log": lambda bits, x: intervals.log(x, bits),
    "sin": lambda bits, x: intervals.sine(x, bits),
    "cos": lambda bits, x: intervals.cosine(x, bits),
    "tan": lambda bits, x: intervals.tangent(x, bits),
    "tanh": lambda bits, x: intervals.hyperbolic_tangent(x, bits),
    "sign": lambda bits, x: intervals.sign(x),
    "floor": lambda bits, x: intervals.floor(x),
    "mod": lambda bits, x, y: intervals.remainder(x, y, bits),
    "lt": lambda bits, x, y: intervals.before(x, y),
    "ge": lambda bits, x, y: _not(intervals.before(x, y)),
    "gt": lambda bits, x, y: intervals.before(y, x),
    "le": lambda bits, x, y: _not(intervals.before(y, x)),
    "eq": lambda bits, x, y: intervals.equal(x, y),
    "ne": lambda bits, x, y: _not(intervals.equal(x, y)),
    "and": lambda bits, *xs: all(xs),
    "or": lambda bits, *xs: any(xs),
    "not": lambda bits, x: not x,
}


def _not(value: Value) -> Value:
    return not value if isinstance(value, bool) else value
