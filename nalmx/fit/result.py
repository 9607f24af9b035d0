"""What a fit found: a law or none, with the equations it was chosen from and what was checked on rows."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import NoTruthValue
from ..expression import Expression, to_text


@dataclass(frozen=True, slots=True)
class Equation:
    """One line of the table: a formula, its size, and its errors.

    `complexity` counts its numbers, inputs and operations. Errors are root mean squares of target minus
    formula, relative to the root mean square of the target: `error_inside` on the rows in the middle of
    the data, `error_beyond` on those at its edge, which no constant was fitted to (nan where there are
    none). `reason` says why it is no law; it is empty for a law.
    """

    expression: Expression
    complexity: int
    error_inside: float
    error_beyond: float
    is_pick: bool
    reason: str

    def __str__(self) -> str:
        return to_text(self.expression)


@dataclass(frozen=True, slots=True)
class ConstantFound:
    """A constant of the formula: as it stands there, as fitted, and half of its 95 % interval.

    `is_exact` where the data support the constant as it stands; otherwise it is the shortest decimal of
    the interval.
    """

    expression: Expression
    estimate: float
    half_width: float
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Fit(NoTruthValue):
    """The outcome of a fit. `formula` is None where no law is claimed; `best` is the pick in any case.

    `noise` is the root mean square of what the best leaves, relative to that of the target. `rows_fitted`
    rows gave the constants, `rows_held` rows of the same kind and `beyond` rows at the edge of the data
    checked them. `statements` are sentences about the rows, and none about the formula elsewhere. `tried`
    forms were tried. `ended` is None, `time`, `effort` or `interrupted`: then what is said is of the best so
    far. `exceptions` are the numbers of rows, from 1, that a law does not fit and its fit has left out.
    """

    _ask = "fit.law"

    law: bool
    formula: Expression | None
    equations: tuple[Equation, ...]
    noise: float
    inputs_used: tuple[str, ...]
    rows_fitted: int
    rows_held: int
    beyond: int
    statements: tuple[str, ...]
    constants: tuple[ConstantFound, ...]
    tried: int
    ended: str | None = None
    exceptions: tuple[int, ...] = ()

    @property
    def best(self) -> Equation | None:
        """The equation that was picked: the law, or the best of those that are none."""
        return next((equation for equation in self.equations if equation.is_pick), None)
