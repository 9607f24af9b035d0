"""Penalties that draw a module's weights to where they mean something."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import sympy
from torch import Tensor

from ._grid import Grid
from ._schedule import Schedule


@dataclass(frozen=True, slots=True)
class Penalty(ABC):
    """A term of the loss, given by its slope in each weight; `schedule` is its strength.

    `raw` says whether it is a function of the raw parameters or of the effective weights on their
    grids; `mean` whether each matrix counts by its mean instead of its sum.
    """

    schedule: Schedule
    raw: ClassVar[bool]
    mean: ClassVar[bool]

    @abstractmethod
    def slope(self, weight: Tensor, grid: Grid | None) -> Tensor:
        """The derivative of the penalty of one weight, elementwise."""

    @abstractmethod
    def symbolic_slope(self, weight: sympy.Expr, grid: Grid | None) -> sympy.Expr:
        """The same derivative as an expression."""

    def scale(self, size: int) -> float:
        """What one of `size` weights contributes to the loss."""
        return 1 / size if self.mean else 1.0


class GridDistance(Penalty):
    """Mean distance of effective weights to their grid (survey, equation 15)."""

    raw: ClassVar = False
    mean: ClassVar = True

    def slope(self, weight: Tensor, grid: Grid | None) -> Tensor:
        assert grid is not None
        return grid.slope(weight)

    def symbolic_slope(self, weight: sympy.Expr, grid: Grid | None) -> sympy.Expr:
        assert grid is not None
        return sympy.sign(weight - grid.symbolic_nearest(weight))


class L1(Penalty):
    """Sum of absolute values of all raw parameters (Heim et al. 2020)."""

    raw: ClassVar = True
    mean: ClassVar = False

    def slope(self, weight: Tensor, grid: Grid | None) -> Tensor:
        return weight.detach().sign()

    def symbolic_slope(self, weight: sympy.Expr, grid: Grid | None) -> sympy.Expr:
        return sympy.sign(weight)


class AwayFromZero(Penalty):
    """Σ_θ mean max(t − |θ|, 0): drives raw parameters out to ±t (survey, equation 10, times t)."""

    raw: ClassVar = True
    mean: ClassVar = True
    reach: ClassVar[float] = 20.0

    def slope(self, weight: Tensor, grid: Grid | None) -> Tensor:
        weight = weight.detach()
        return -weight.sign() * (weight.abs() < self.reach)

    def symbolic_slope(self, weight: sympy.Expr, grid: Grid | None) -> sympy.Expr:
        inside = sympy.Piecewise((1, sympy.Abs(weight) < int(self.reach)), (0, True))
        return -sympy.sign(weight) * inside
