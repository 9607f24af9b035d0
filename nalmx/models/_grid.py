"""Grids: the discrete values that a module's effective weights stand for."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TypeAlias

import sympy
import torch
from torch import Tensor

from ..expression.symbols import Clamp

Matrix: TypeAlias = tuple[tuple[Fraction, ...], ...]
_HALF = Fraction(1, 2)


class Grid:
    """A run of consecutive integers, such as {-1, 0, 1} (add, ignore, subtract).

    One grid drives the sparsity regulariser, the sparsity error, the snapping and the exhaustive
    tests of a module. A value half-way between two points belongs to the lower one.
    """

    def __init__(self, *points: int) -> None:
        if len(points) < 2 or list(points) != list(range(points[0], points[0] + len(points))):
            raise ValueError(f"a grid is a run of at least two consecutive integers, not {points}")
        self.points = points

    def nearest(self, weight: Tensor) -> Tensor:
        """The nearest point to each weight, in the shape and dtype of `weight`."""
        return torch.ceil(weight.detach() - 0.5).clamp_(self.points[0], self.points[-1])

    def nearest_exact(self, weight: Fraction) -> Fraction:
        """The nearest point to an exact weight."""
        return Fraction(min(max(math.ceil(weight - _HALF), self.points[0]), self.points[-1]))

    def symbolic_nearest(self, weight: sympy.Expr) -> sympy.Expr:
        """The nearest point as an expression of the weight."""
        return Clamp(sympy.ceiling(weight - sympy.Rational(1, 2)), self.points[0], self.points[-1])

    def distance(self, weight: Tensor) -> Tensor:
        """|w − nearest(w)|, which for |w| ≤ 1 on {-1, 0, 1} is min(|w|, 1 − |w|)."""
        return (weight - self.nearest(weight)).abs()

    def slope(self, weight: Tensor) -> Tensor:
        """The gradient of the distance: the sign of w − nearest(w), and zero on the grid."""
        return (weight.detach() - self.nearest(weight)).sign_()

    def __repr__(self) -> str:
        return f"Grid{self.points}"
