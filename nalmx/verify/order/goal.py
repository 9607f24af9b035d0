"""What is to be shown: that a function is positive, or not negative, on a part of the domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ...expression import Expression, variables
from ...ranges import Range
from ..algebra.signs import SignCondition, Signs
from ..domain import Box


@dataclass(frozen=True, slots=True)
class Goal:
    """f > 0 where `strict`, else f ≥ 0, wherever the conditions hold and the `integers` are whole numbers.

    The function is written in one or more ways, `functions`, that are equal wherever it is defined.
    """

    functions: tuple[Expression, ...]
    ranges: Mapping[str, Range]
    conditions: tuple[SignCondition, ...] = ()
    strict: bool = False
    integers: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs that matter."""
        return variables(*self.functions, *(c.function for c in self.conditions))


@dataclass(frozen=True, slots=True)
class Touching:
    """Where the function may be zero: at a point, or along a curve.

    The inputs of `place` have the values given there: all of them numbers, or one of them alone a number or
    an expression of others.
    """

    place: Mapping[str, Expression] = field(default_factory=dict)

    @property
    def curve(self) -> str | None:
        """The only input that is given, whatever the others are."""
        return next(iter(self.place)) if len(self.place) == 1 else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A goal that is shown: the boxes of its ranges, how each was cut, and why each part is settled.

    The steps on a box, in words: `N` halves it across its N-th input, the lower half comes first;
    `.` the function has the sign on the part, by enclosures; `x` no point of it meets the conditions;
    `N-`, `N+` the function is monotone in the N-th input, and what comes next is the lower or upper end
    alone; `N^` it is concave in the N-th input, and both ends come next, the lower one first; `tN` the part
    is settled by the N-th place where the function is zero.
    """

    goal: Goal
    touching: tuple[Touching, ...]
    steps: tuple[tuple[str, ...], ...]


class Arithmetic(Protocol):
    """What intervals tell of functions on boxes. It may leave open, and never errs."""

    def shows(self, functions: tuple[Expression, ...], box: Box, *, strict: bool) -> bool:
        """Whether a function, written in several ways, is positive or not negative on a box."""

    def is_defined(self, function: Expression, box: Box) -> bool:
        """Whether a function is defined on all of a box."""

    def slope_sign(self, function: Expression, box: Box, name: str) -> int:
        """Whether a function rises (1) or falls (-1), not strictly, in an input on a box; else 0."""

    def curvature_sign(self, function: Expression, box: Box, order: int) -> int:
        """Whether the derivative of some order is not negative (1) or not positive (-1) on a box; else 0.

        Of a function of one input; all derivatives up to it are then defined there.
        """

    def is_definite(self, matrix: tuple[tuple[Expression, ...], ...], box: Box) -> bool:
        """Whether a symmetric matrix is positive definite at all points of a box."""

    def bends(
        self,
        function: Expression,
        slopes: tuple[Expression, ...],
        matrix: tuple[tuple[Expression, ...], ...],
        box: Box,
        names: tuple[str, ...],
        *,
        strict: bool,
    ) -> bool:
        """Whether a function has its sign on a box by its slopes in the middle and its second derivatives."""

    def excludes(self, conditions: tuple[tuple[Expression, Signs], ...], box: Box) -> bool:
        """Whether no point of a box meets the conditions."""


class Unshown(Exception):
    """A step does not hold."""
