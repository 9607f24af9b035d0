"""Where an expression may change its nature: the places that its tree shows without a search.

A place is linear in the inputs: `x1 = 3/10`, `x1 = x2 + 1`, or every x1 with `3*x1` whole. Places come
from comparisons, `abs`, `sign`, `Min`, `Max`, `floor`, `Mod`, the zeros of divisors, and the ends of
roots, logarithms and powers. They only suggest points, so a place that is missed costs nothing
but luck; pi and E stand there as floats.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from ...expression import Apply, Expression, Number, Variable
from ...expression.nodes import Constant, post_order
from ...expression.operations import OPERATIONS

MOST_BREAKPOINTS = 200
_MOST_INPUTS = 16
_MOST_BITS = 4_000
_MOST_LOOKED_AT = 20_000
_HALF = Fraction(1, 2)
# Functions that are 0 where their argument is, and not around it.
_ZERO_AT_ZERO = {
    name
    for name, record in OPERATIONS.items()
    if record.most == 1 and record.takes == "real" and record.exact is not None
    if record.exact(Fraction(0)) == 0 and record.exact(_HALF) != 0
}


@dataclass(frozen=True, slots=True)
class LinearForm:
    """The sum of `shift` and of each input times its slope; no slope is 0."""

    slopes: tuple[tuple[str, Fraction], ...]
    shift: Fraction

    def solved(self, name: str, others: dict[str, Fraction], value: Fraction) -> Fraction:
        """The value of the input `name` that gives `value`, where the others have theirs."""
        slopes = dict(self.slopes)
        rest = sum((s * others[n] for n, s in self.slopes if n != name), self.shift)
        return (value - rest) / slopes[name]


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """Where `form` is 0; with `every`, where it is any whole multiple of `every`."""

    form: LinearForm
    every: Fraction | None = None


def breakpoints(*expressions: Expression) -> list[Breakpoint]:
    """Those of some expressions, at most `MOST_BREAKPOINTS`, each once, in the order of the trees."""
    found: dict[Breakpoint, None] = {}
    for expression in expressions:
        for place in _of(expression):
            found[_normal(place)] = None
            if len(found) >= MOST_BREAKPOINTS:
                return list(found)
    return list(found)


def _of(root: Expression) -> Iterator[Breakpoint]:
    forms: dict[int, LinearForm | None] = {}
    zeros = _Zeros(forms)
    for node in post_order(root):
        forms[id(node)] = _form(node, forms)
        if not isinstance(node, Apply):
            continue
        operation, arguments = node.operation, node.arguments
        record = OPERATIONS[operation]
        for need in record.requires:
            yield from zeros.at(arguments[need.place], need.bound)
        for value in (*record.kinks, *record.turns):
            yield from zeros.at(arguments[0], value)
        if record.is_comparison:
            yield from zeros.difference(*arguments)
            if forms[id(arguments[1])] == _ZERO:
                yield from zeros.of(arguments[0])
        elif operation in ("min", "max"):
            for left, right in pairwise(arguments):
                yield from zeros.difference(left, right)
        elif operation == "pow":
            exponent = forms[id(arguments[1])]
            if exponent is None or not _is_natural(exponent):
                yield from zeros.of(arguments[0])
        elif record.steps is not None and not record.kinks:
            yield from _steps(node, forms)


def _normal(place: Breakpoint) -> Breakpoint:
    """One spelling for all forms with the same zeros: a first slope of 1."""
    if place.every is not None:
        return place
    form = _scaled(place.form, 1 / place.form.slopes[0][1])
    return place if form is None else Breakpoint(form)


_ZERO = LinearForm((), Fraction(0))


class _Zeros:
    """Finds where an expression is 0, factor by factor."""

    def __init__(self, forms: dict[int, LinearForm | None]) -> None:
        self._forms = forms
        self._left = _MOST_LOOKED_AT

    def of(self, expression: Expression) -> Iterator[Breakpoint]:
        stack, seen = [expression], set[int]()
        while stack and self._left > 0:
            node = stack.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            self._left -= 1
            form = self._forms.get(id(node))
            if form is not None:
                if form.slopes:
                    yield Breakpoint(form)
            elif isinstance(node, Apply):
                if node.operation == "mul":
                    stack.extend(reversed(node.arguments))
                elif node.operation in ("div", "pow") or node.operation in _ZERO_AT_ZERO:
                    stack.append(node.arguments[0])

    def at(self, expression: Expression, value: int) -> Iterator[Breakpoint]:
        """Where an expression has a value."""
        form = self._forms[id(expression)]
        if not value:
            yield from self.of(expression)
        elif form is not None and form.slopes:
            yield Breakpoint(LinearForm(form.slopes, form.shift - value))

    def difference(self, left: Expression, right: Expression) -> Iterator[Breakpoint]:
        first, second = self._forms[id(left)], self._forms[id(right)]
        if first is not None and second is not None:
            minus = _scaled(second, Fraction(-1))
            form = None if minus is None else _sum([first, minus])
            if form is not None and form.slopes:
                yield Breakpoint(form)


def _steps(node: Apply, forms: dict[int, LinearForm | None]) -> Iterator[Breakpoint]:
    """The jumps of floor(a), where a is whole, and of Mod(a, b), where a is a multiple of b."""
    form, *others = (forms[id(argument)] for argument in node.arguments)
    step = others[0] if others else LinearForm((), Fraction(1))
    if form is not None and form.slopes and step is not None and not step.slopes and step.shift:
        yield Breakpoint(form, abs(step.shift))


def _form(node: Expression, forms: dict[int, LinearForm | None]) -> LinearForm | None:
    """A node as a linear form of the inputs, from those of its arguments; None where it is not one."""
    match node:
        case Number():
            return _fitting((), node.value)
        case Constant():
            return LinearForm((), Fraction(math.pi if node.name == "pi" else math.e))
        case Variable():
            return LinearForm(((node.name, Fraction(1)),), Fraction(0))
        case Apply():
            pass
        case _:
            return None
    operation = node.operation
    if operation not in ("add", "mul", "neg", "div"):
        return None
    parts: list[LinearForm] = []
    for argument in node.arguments:
        form = forms[id(argument)]
        if form is None:
            return None
        parts.append(form)
    if operation == "add":
        return _sum(parts)
    if operation == "neg":
        return _scaled(parts[0], Fraction(-1))
    if operation == "div":
        first, second = parts
        return None if second.slopes or not second.shift else _scaled(first, 1 / second.shift)
    result = LinearForm((), Fraction(1))
    for part in parts:
        if result.slopes and part.slopes:
            return None
        scaled = _scaled(part, result.shift) if part.slopes else _scaled(result, part.shift)
        if scaled is None:
            return None
        result = scaled
    return result


def _sum(parts: list[LinearForm]) -> LinearForm | None:
    if len({name for part in parts for name, _ in part.slopes}) > _MOST_INPUTS:
        return None
    slopes: dict[str, Fraction] = {}
    shift = Fraction(0)
    for part in parts:
        shift += part.shift
        if _too_long(shift):
            return None
        for name, slope in part.slopes:
            slopes[name] = slopes.get(name, Fraction(0)) + slope
            if _too_long(slopes[name]):
                return None
    return LinearForm(tuple((name, slope) for name, slope in slopes.items() if slope), shift)


def _scaled(form: LinearForm, factor: Fraction) -> LinearForm | None:
    if not factor:
        return _ZERO
    return _fitting(tuple((name, s * factor) for name, s in form.slopes), form.shift * factor)


def _fitting(slopes: tuple[tuple[str, Fraction], ...], shift: Fraction) -> LinearForm | None:
    if any(_too_long(value) for value in (shift, *(slope for _, slope in slopes))):
        return None
    return LinearForm(slopes, shift)


def _too_long(value: Fraction) -> bool:
    return max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS


def _is_natural(form: LinearForm) -> bool:
    """Whether a form is a constant exponent under which a power is smooth and defined everywhere."""
    return not form.slopes and form.shift.denominator == 1 and form.shift >= 0
