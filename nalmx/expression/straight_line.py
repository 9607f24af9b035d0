"""Expressions as one straight-line program: every distinct part once, arguments first.

What is generated from expressions (loops, bounds) is printed step by step from this form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .nodes import Apply, Constant, Expression, Number, Truth, Variable, post_order

LARGEST_POWER = 64
_Content = Fraction | str | bool | int | None


@dataclass(frozen=True, slots=True)
class Step:
    """An operation of `OPERATIONS` on earlier steps, a leaf, or a whole power.

    `content` is the value of a `number`, the name of a `constant` or an `input`, the value of a
    `truth`, or the exponent of a `power`.
    """

    operation: str
    arguments: tuple[int, ...] = ()
    content: _Content = None


@dataclass(frozen=True, slots=True)
class StraightLine:
    """Steps in order, and the steps whose values are asked for."""

    steps: tuple[Step, ...]
    results: tuple[int, ...]


def straight(*roots: Expression, whole_powers: bool = True) -> StraightLine:
    """The program of expressions; parts that are written alike are one step.

    Small whole powers are steps of their own, unless `whole_powers` is false.
    """
    steps: list[Step] = []
    places: dict[Expression, int] = {}
    for root in roots:
        for node in post_order(root):
            if node not in places:
                places[node] = len(steps)
                steps.append(_step(node, places, whole_powers))
    return _without_unused(steps, [places[root] for root in roots])


def numbers_of(program: StraightLine) -> list[Step]:
    """The numbers and constants of a program, in order; what is generated takes them as an array."""
    return [step for step in program.steps if step.operation in ("number", "constant")]


def _step(node: Expression, places: dict[Expression, int], whole_powers: bool) -> Step:
    if isinstance(node, Number):
        return Step("number", content=node.value)
    if isinstance(node, Constant):
        return Step("constant", content=node.name)
    if isinstance(node, Variable):
        return Step("input", content=node.name)
    if isinstance(node, Truth):
        return Step("truth", content=node.value)
    arguments = tuple(places[argument] for argument in node.arguments)
    exponent = whole_exponent(node) if whole_powers else None
    if exponent is not None and abs(exponent) <= LARGEST_POWER:
        return Step("power", arguments[:1], exponent)
    return Step(node.operation, arguments)


def whole_exponent(node: Apply) -> int | None:
    """The exponent of a power where it is a whole number."""
    if node.operation != "pow":
        return None
    exponent = node.arguments[1]
    whole = isinstance(exponent, Number) and exponent.value.denominator == 1
    return exponent.value.numerator if whole and isinstance(exponent, Number) else None


def whole_power(base: Any, exponent: int, one: Any) -> Any:
    """A power by products and at most one division, of whatever multiplies; `one` is the 1 of it.

    The binary digits of the exponent are read from the second highest on: square, and multiply by the
    base where the digit is 1.
    """
    power = base if exponent else one
    for digit in f"{abs(exponent):b}"[1:]:
        power = power * power
        if digit == "1":
            power = power * base
    return power if exponent >= 0 else one / power


def _without_unused(steps: Sequence[Step], results: Sequence[int]) -> StraightLine:
    needed = set(results)
    for place in range(len(steps) - 1, -1, -1):
        if place in needed:
            needed.update(steps[place].arguments)
    renamed = {old: new for new, old in enumerate(sorted(needed))}
    kept = (
        Step(
            steps[old].operation,
            tuple(renamed[a] for a in steps[old].arguments),
            steps[old].content,
        )
        for old in sorted(needed)
    )
    return StraightLine(tuple(kept), tuple(renamed[result] for result in results))
