"""Forms: expressions with constants to be found, and their fit to rows by Levenberg and Marquardt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..expression import Expression, Variable
from ..expression.nodes import substitute
from .rows import Array
from .values import evaluate

_STEP = 6e-6
_SEEN, _WIDEST, _NARROWINGS = 1e-9, 1e6, 2
_ROUNDS = 30


def constant(place: int) -> Variable:
    """The constant of that place; no column has its name."""
    return Variable(f"_{place}")


@dataclass(frozen=True, slots=True)
class Form:
    """An expression in columns and in the constants `_0`, `_1`, …, with a value for each.

    `is_linear` where the target is linear in all of them and in the columns. `is_from_exact` where it was
    found from rows without noise, and says nothing where it does not fit them to rounding. `is_daring`
    where it is a product with powers that are not whole: under noise, others are looked for. `offset`
    is the place of a constant that is added to all the rest, if there is one.
    """

    expression: Expression
    values: tuple[float, ...] = ()
    is_linear: bool = False
    is_from_exact: bool = False
    is_daring: bool = False
    offset: int | None = None

    def at(self, values: Any, columns: Mapping[str, Any]) -> Array:
        """The values on rows with these constants."""
        known = {f"_{place}": np.float64(value) for place, value in enumerate(values)}
        result: Array = evaluate(self.expression, {**columns, **known})
        return result

    def with_values(self, values: Any) -> Form:
        return replace(self, values=tuple(float(value) for value in values))

    def jacobian(self, columns: Mapping[str, Any], count: int) -> Array:
        """Derivatives by the constants, (rows, constants), by central differences."""
        values = np.array(self.values)
        slopes = np.empty((count, len(values)))
        size = float(np.abs(self.at(values, columns)).max())
        for place, value in enumerate(values):
            step = _STEP * (abs(value) or 1.0)
            narrowed = 0
            while True:
                above, below = values.copy(), values.copy()
                above[place] += step
                below[place] -= step
                difference = self.at(above, columns) - self.at(below, columns)
                largest = np.abs(difference).max()
                # A constant may be rounding beside the others: then a step of its size shows nothing.
                is_hidden = largest < _SEEN * size and step <= _WIDEST * max(abs(value), 1.0)
                if not np.isfinite(largest) and narrowed < _NARROWINGS:
                    narrowed += 1  # an edge is near, beyond which the form has no value
                    step *= 1e-3
                elif is_hidden and not narrowed:
                    step *= 1e4
                else:
                    break
            slopes[:, place] = difference / (2 * step)
        return slopes

    def put(self, exact: Mapping[int, Expression]) -> Form:
        """The form with exact numbers for some constants; the others move up."""
        left = [place for place in range(len(self.values)) if place not in exact]
        values: dict[str, Expression] = {f"_{p}": number for p, number in exact.items()}
        values |= {f"_{place}": constant(new) for new, place in enumerate(left)}
        return replace(
            self,
            expression=substitute(self.expression, values),
            offset=None,
            values=tuple(self.values[place] for place in left),
        )


def polish(
    form: Form, columns: Mapping[str, Any], target: Array, weights: Array, rounds: int = _ROUNDS
) -> Form | None:
    """The constants of least weighted squares near those given; None where it has no values there."""
    if not form.values:
        return form
    with np.errstate(all="ignore"):
        return _polished(form, columns, target, weights, rounds)


def _polished(
    form: Form, columns: Mapping[str, Any], target: Array, weights: Array, rounds: int
) -> Form | None:
    values = np.array(form.values)
    residual = weights * (target - form.at(values, columns))
    best = _square(residual)
    if not np.isfinite(best):
        return None
    damping = 0.0
    for _ in range(rounds):
        slopes = weights[:, None] * form.with_values(values).jacobian(columns, len(target))
        if not np.isfinite(slopes).all():
            break
        sizes = np.sqrt((slopes**2).sum(0))
        sizes[sizes == 0] = 1.0
        scaled = slopes / sizes
        moved = False
        for _ in range(8):
            if damping:
                extended = np.vstack([scaled, np.sqrt(damping) * np.eye(len(values))])
                aim = np.concatenate([residual, np.zeros(len(values))])
            else:
                extended, aim = scaled, residual
            step = np.linalg.lstsq(extended, aim, rcond=None)[0] / sizes
            tried = values + step
            error = weights * (target - form.at(tried, columns))
            square = _square(error)
            if square < best:
                gain = 1 - square / best if best else 0.0
                values, residual, best = tried, error, square
                damping = damping / 10 if damping > 1e-9 else 0.0
                moved = gain > 1e-6
                break
            damping = max(10 * damping, 1e-6)
            if np.abs(step).max() <= 1e-15 * np.abs(values).max():
                break
        if not moved:
            break
    return form.with_values(values)


def _square(residual: Array) -> float:
    with np.errstate(all="ignore"):
        total = float((residual**2).sum())
    return total if np.isfinite(total) else np.inf


def spread(form: Form, columns: Mapping[str, Any], weights: Array) -> tuple[Array, Array]:
    """Of each constant for residuals of weighted size 1: its standard deviation, and the change that
    alone moves the values by 1 on average."""
    slopes = weights[:, None] * form.jacobian(columns, len(weights))
    if not np.isfinite(slopes).all():
        nowhere = np.full(len(form.values), np.inf)
        return nowhere, nowhere
    sizes = np.sqrt((slopes**2).sum(0))
    sizes[sizes == 0] = 1.0
    _, singular, directions = np.linalg.svd(slopes / sizes, full_matrices=False)
    singular = np.maximum(singular, 1e-15 * singular[0] + 1e-300)
    with np.errstate(all="ignore"):
        deviation: Array = np.sqrt(((directions.T / singular) ** 2).sum(1)) / sizes
        alone: Array = math.sqrt(len(weights)) / sizes
    return deviation, alone
