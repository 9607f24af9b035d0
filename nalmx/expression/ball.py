"""Rigorous enclosures of an expression's value in Arb's ball arithmetic (python-flint).

Each input is given as a ball that contains the true value (a point rounded outwards, or a whole
interval). A result is a ball that contains every value the expression takes there, a truth value
that holds everywhere there, `Undefined` where the expression is undefined everywhere there, or
`UNDECIDED` where this precision or this width does not tell.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import cache, reduce
from typing import Final, Literal, TypeAlias

import flint

from .definitions import compiled, definition_of
from .exact import NEGATIVE_ROOT, NO_PIECE, ZERO_TO_NEGATIVE, Undefined
from .nodes import Constant, Expression, Leaf, Number, Truth, Variable, fold
from .operations import OPERATIONS, Operation

Ball: TypeAlias = flint.arb


class LeftOpen(enum.Enum):
    """Marks a value that the enclosure leaves open."""

    UNDECIDED = "undecided"


UNDECIDED: Final = LeftOpen.UNDECIDED
_LARGEST_WHOLE_POWER = 2**40
_THIN_BITS = 24
# Arb encloses these as closely as their ends do: radii were within 1 % in 60 boxes of all widths.
_TIGHT = ("exp", "log", "sqrt")
BallValue: TypeAlias = Ball | bool | Undefined | Literal[LeftOpen.UNDECIDED]


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Run a block with mantissas of `bits` bits."""
    with flint.ctx.workprec(bits):
        yield


def ball(value: Fraction) -> Ball:
    """A ball around a rational, at the current precision."""
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def interval(lower: Fraction, upper: Fraction) -> Ball:
    """A ball around the closed interval [lower, upper]; one that ends at 0 does not reach beyond."""
    return _hull(ball(lower), ball(upper))


def ends_of(value: Ball) -> tuple[Fraction, Fraction]:
    """The rational ends of a finite ball."""
    mantissas = (end.man_exp() for end in (value.lower(), value.upper()))
    low, high = (Fraction(int(m)) * Fraction(2) ** int(e) for m, e in mantissas)
    return low, high


def _hull(low: Ball, high: Ball) -> Ball:
    """The union of two balls; where both have one sign, rounding does not carry it past 0."""
    return _one_sided(low.union(high), low, high)


def _one_sided(value: Ball, x: Ball, y: Ball) -> Ball:
    """`value`, without the negative numbers if x, y ≥ 0, without the positive ones if x, y ≤ 0."""
    if not value.contains(0) or value.is_zero():
        return value
    if x >= 0 and y >= 0:
        return value.nonnegative_part()
    return -(-value).nonnegative_part() if x <= 0 and y <= 0 else value


def enclose(expression: Expression, inputs: Mapping[str, Ball]) -> BallValue:
    """An enclosure of `expression` where each input lies in the ball given for it."""

    def leaf(node: Leaf) -> BallValue:
        return inputs[node.name] if isinstance(node, Variable) else enclose_constant(node)

    return fold(expression, leaf, enclose_operation)


def enclose_constant(node: Number | Truth | Constant) -> Ball | bool:
    """An enclosure of a leaf that is no input."""
    if isinstance(node, Number):
        return ball(node.value)
    if isinstance(node, Truth):
        return node.value
    return flint.arb.pi() if node.name == "pi" else flint.arb.const_e()


def enclose_operation(operation: str, arguments: tuple[BallValue, ...]) -> BallValue:
    """An enclosure of one operation on enclosed arguments."""
    if operation == "piecewise":
        return _first_piece(arguments)
    for argument in arguments:
        if isinstance(argument, Undefined):
            return argument
    if operation in ("and", "or"):
        return _junction(operation, arguments)
    if UNDECIDED in [argument for argument in arguments if isinstance(argument, LeftOpen)]:
        return UNDECIDED
    for place, relation, bound, otherwise in _REQUIRED[operation]:
        holds = relation(arguments[place], bound)
        if holds is not True:
            return otherwise if holds is False else UNDECIDED
    result = _RULES[operation](*arguments)
    if isinstance(result, flint.arb) and not result.is_finite():
        return UNDECIDED
    return result


def _first_piece(arguments: tuple[BallValue, ...]) -> BallValue:
    for value, condition in zip(arguments[::2], arguments[1::2], strict=True):
        if condition is not False:
            return value if condition is True else _as_open(condition)
    return NO_PIECE


def _as_open(condition: BallValue) -> BallValue:
    return condition if isinstance(condition, Undefined) else UNDECIDED


def _junction(operation: str, arguments: tuple[BallValue, ...]) -> BallValue:
    """And, or: every argument must be defined for the whole to be, so an open one keeps it open."""
    if any(isinstance(argument, LeftOpen) for argument in arguments):
        return UNDECIDED
    return all(arguments) if operation == "and" else any(arguments)


def _divide(x: Ball, y: Ball) -> Ball:
    return x / y if _is_thin(y) else _times(x, _hull(1 / y.lower(), 1 / y.upper()))


def _power(x: Ball, y: Ball) -> BallValue:
    if y.is_exact() and y.is_integer() and abs(y) <= _LARGEST_WHOLE_POWER:
        return _whole_power(x, int(y.unique_fmpz()))
    if x < 0:
        return UNDECIDED if y.contains_integer() else NEGATIVE_ROOT
    if x.is_zero():
        if y < 0:
            return ZERO_TO_NEGATIVE
        return flint.arb(0) if y > 0 else UNDECIDED
    if x > 0:
        return x**y
    return _from_zero(x.upper() ** y) if x >= 0 and y > 0 else UNDECIDED


def _whole_power(x: Ball, n: int) -> BallValue:
    if n < 0:
        if x.is_zero():
            return ZERO_TO_NEGATIVE
        return enclose_operation("div", (flint.arb(1), _natural_power(x, -n)))
    return _natural_power(x, n)


def _natural_power(x: Ball, n: int) -> Ball:
    """x ** n for n ≥ 0. A wide ball goes by its ends: as a ball, [-1, 1]² would reach below 0."""
    if n == 0:
        return flint.arb(1)
    if n == 1 or _is_thin(x):
        return x**n
    lower, upper = x.lower(), x.upper()
    if n % 2 or lower >= 0 or upper <= 0:
        return _hull(lower**n, upper**n)
    return _from_zero(abs(lower).max(abs(upper)) ** n)


def _times(x: Ball, y: Ball) -> Ball:
    """x · y. Wide balls go by their ends: as balls, [1, 2]³ would contain 0."""
    if _is_thin(x) or _is_thin(y):
        return x * y
    products = [a * b for a in (x.lower(), x.upper()) for b in (y.lower(), y.upper())]
    lowest = reduce(lambda a, b: a.min(b), products)
    return _hull(lowest, reduce(lambda a, b: a.max(b), products))


def _is_thin(x: Ball) -> bool:
    return bool(x.is_exact() or x.rel_accuracy_bits() > _THIN_BITS)


def _absolute(x: Ball) -> Ball:
    return abs(x).nonnegative_part() if x.contains(0) and not x.is_zero() else abs(x)


def _from_zero(largest: Ball) -> Ball:
    """The numbers from 0 to some positive one."""
    return _hull(flint.arb(0), largest)


def _plus(x: Ball, y: Ball) -> Ball:
    return _one_sided(x + y, x, y)


def _modulo(x: Ball, y: Ball) -> Ball:
    ratio = _divide(x, y)
    whole = _hull(ratio.lower().floor(), ratio.upper().floor())
    if whole.is_exact():
        return x - y * whole
    return _from_zero(y.upper()) if y > 0 else -_from_zero(-y.lower())


def _rule_of(record: Operation) -> Callable[..., BallValue]:
    """A function from its record: by its values at the ends, where it rises or falls between them."""

    def by_definition(x: Ball) -> BallValue:
        return _definition(record.name)((x,))

    at = by_definition if record.arb is None else getattr(flint.arb, record.arb)

    def between(x: Ball) -> BallValue:
        tight = _is_thin(x) or (record.name in _TIGHT and not x.contains(0))
        if tight and record.steps is None:
            return at(x)
        places = (
            x.lower(),
            x.upper(),
            *(flint.arb(turn) for turn in record.turns if x.contains(turn)),
        )
        values = [at(place) for place in places]
        known = [value for value in values if isinstance(value, flint.arb)]
        return reduce(_hull, known) if len(known) == len(values) else UNDECIDED

    return at if record.rises is None else between


@cache
def _definition(operation: str) -> Callable[..., BallValue]:
    """The value that a record gives from other operations."""
    tree = definition_of(operation)
    assert tree is not None
    return compiled(tree, enclose_constant, enclose_operation)


def _fold_with(step: Callable[[Ball, Ball], Ball]) -> Callable[..., BallValue]:
    def run(first: Ball, *rest: Ball) -> Ball:
        for x in rest:
            first = step(first, x)
        return first

    return run


def _certain(
    holds: Callable[[Ball, Ball], bool], fails: Callable[[Ball, Ball], bool]
) -> Callable[..., BallValue]:
    """A comparison that answers only where all points of both balls agree."""

    def decide(x: Ball, y: Ball) -> BallValue:
        if holds(x, y):
            return True
        return False if fails(x, y) else UNDECIDED

    return decide


def _equal(x: Ball, y: Ball) -> bool:
    return bool(x.is_exact() and y.is_exact() and x == y)


def _apart(x: Ball, y: Ball) -> bool:
    return not x.overlaps(y)


_RULES: dict[str, Callable[..., BallValue]] = {
    **{name: _rule_of(record) for name, record in OPERATIONS.items() if record.most == 1},
    "add": _fold_with(_plus),
    "mul": _fold_with(_times),
    "min": _fold_with(lambda x, y: x.min(y)),
    "max": _fold_with(lambda x, y: x.max(y)),
    "neg": lambda x: -x,
    "div": _divide,
    "pow": _power,
    "mod": _modulo,
    "abs": _absolute,
    "lt": _certain(lambda x, y: x < y, lambda x, y: x >= y),
    "le": _certain(lambda x, y: x <= y, lambda x, y: x > y),
    "gt": _certain(lambda x, y: x > y, lambda x, y: x <= y),
    "ge": _certain(lambda x, y: x >= y, lambda x, y: x < y),
    "eq": _certain(_equal, _apart),
    "ne": _certain(_apart, _equal),
    "not": lambda x: not x,
}
_REQUIRED = {
    name: [
        (need.place, _RULES[need.relation], flint.arb(need.bound), Undefined(need.otherwise))
        for need in record.requires
    ]
    for name, record in OPERATIONS.items()
}
