"""Rows of data, as a fit takes them: inputs with names, a target, and what is known of its errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from ..errors import DataError
from ..expression import check_name

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

Dimension: TypeAlias = Mapping[str, Fraction]
"""Base units with their exponents, none of which is 0."""

LARGEST = 1e100
"""Beyond it, powers and products of values leave the floats, and so do those below its inverse."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A table: `inputs` (rows, columns), `target` (rows,), names that formulas may use.

    `sigma` is the standard deviation of each row's target, where it is known; `weights` say how much a
    row counts. Both are positive, and a row with twice the sigma counts a quarter. `units` are the dimensions
    of the inputs and of the target, in this order, where they are to agree in a law.
    """

    names: tuple[str, ...]
    inputs: Array
    target: Array
    target_name: str = "y"
    sigma: Array | None = None
    weights: Array | None = None
    units: tuple[Dimension, ...] | None = None

    @classmethod
    def of(
        cls,
        inputs: Any,
        target: Any,
        names: Sequence[str] | None = None,
        target_name: str = "y",
        sigma: Any = None,
        weights: Any = None,
        units: tuple[Dimension, ...] | None = None,
    ) -> Rows:
        """Rows from anything that NumPy reads as numbers; without names the inputs are x1, x2, …"""
        table = _numbers(inputs, "the inputs")
        if table.ndim != 2:
            raise DataError(
                f"the inputs have {table.ndim} dimensions; give a table of rows and columns (2 dimensions)"
            )
        known = names if names is not None else [f"x{i + 1}" for i in range(table.shape[1])]
        return cls(
            tuple(known),
            table,
            _numbers(target, "the target"),
            target_name,
            None if sigma is None else _numbers(sigma, "sigma"),
            None if weights is None else _numbers(weights, "the weights"),
            units,
        )

    def __post_init__(self) -> None:
        rows, columns = self.inputs.shape
        if len(self.names) != columns:
            raise DataError(f"{columns} columns have {len(self.names)} names; give one for each")
        for name in self.names:
            check_name(name)
        twice = {name for name in self.names if self.names.count(name) > 1} if columns else set()
        if twice:
            raise DataError(f"two columns are called {min(twice)!r}; rename one")
        if not columns:
            raise DataError("there is no input; give at least one column besides the target")
        if rows < 2:
            count = "is 1 row" if rows == 1 else "are no rows"
            raise DataError(f"there {count}; a law needs at least 2, and more to be checked")
        for values, what in (
            (self.target, f"the target {self.target_name!r}"),
            (self.sigma, "sigma"),
            (self.weights, "the weights"),
        ):
            if values is not None and values.shape != (rows,):
                raise DataError(
                    f"{what} has the shape {values.shape}; give one number for each row"
                )
        for column, name in enumerate(self.names):
            _finite(self.inputs[:, column], name)
        _finite(self.target, self.target_name)
        for values, what in ((self.sigma, "sigma"), (self.weights, "weights")):
            if values is not None:
                _finite(values, what)
                if not (values > 0).all():
                    raise DataError(f"{what} must be positive; row {_first(values <= 0)} is not")
        if np.ptp(self.target) == 0:
            raise DataError(
                f"the target {self.target_name!r} is {self.target[0]:g} in every row; nothing to find"
            )

    @property
    def columns(self) -> dict[str, Array]:
        """The inputs by name."""
        return dict(zip(self.names, self.inputs.T, strict=True))

    def without(self, places: np.ndarray[Any, np.dtype[np.intp]]) -> Rows:
        """The rows but for those at these places."""
        return replace(
            self,
            inputs=np.delete(self.inputs, places, 0),
            target=np.delete(self.target, places),
            sigma=None if self.sigma is None else np.delete(self.sigma, places),
            weights=None if self.weights is None else np.delete(self.weights, places),
        )

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.target)


def _numbers(values: Any, what: str) -> Array:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{what} are not all numbers; give an array of floats") from None


def _first(wrong: np.ndarray[Any, np.dtype[np.bool_]]) -> int:
    return int(np.argmax(wrong)) + 1


def _finite(values: Array, name: str) -> None:
    good = np.abs(values) <= LARGEST
    if not good.all():
        row = _first(~good)
        raise DataError(
            f"{name!r} is {values[row - 1]:g} in row {row}; every value must be a number of at most "
            f"{LARGEST:g} (leave such rows out)"
        )
    size = float(np.abs(values).max(initial=0))
    if 0 < size < 1 / LARGEST:
        raise DataError(
            f"{name!r} is nowhere more than {size:g}, too little for floats to multiply; write it in another "
            "unit"
        )
