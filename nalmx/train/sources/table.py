"""Rows of data that are there: measured, simulated or read from a file."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from ...errors import SettingError
from ...expression import Expression
from ...ranges import Interval, Range
from .rows import Rows, RowSource, checked_rows
from .source import Array, RowStream
from .streams import BatchStream

LEAST_ROWS = 5


class Table(RowSource):
    """Rows of data, split by a seed into three fifths to train on, a fifth to choose by, a fifth to judge.

    A batch is drawn with replacement. A formula is to hold on the smallest box around all rows.

    Example: `Table([[1, 2], [3, 4], …], [2, 12, …])` with the columns x1 and x2.
    """

    kind: ClassVar = "table"

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        names: Sequence[str] | None = None,
        *,
        target: str = "y",
        split_seed: int = 0,
        threshold: float | None = None,
        truth: Expression | str | None = None,
    ) -> None:
        self.x, self.y = checked_rows(x, y)
        size = len(self.y)
        if size < LEAST_ROWS:
            raise SettingError(f"{size} rows are too few to split; give at least {LEAST_ROWS}")
        if type(split_seed) is not int or split_seed < 0:
            raise SettingError(f"the seed of a split is an integer ≥ 0; {split_seed!r} given")
        self.split_seed = split_seed
        order = np.random.default_rng(split_seed).permutation(size)
        held = max(1, size // 5)
        self._test, self._validation, self._training = (
            (self.x[part], self.y[part])
            for part in (order[:held], order[held : 2 * held], order[2 * held :])
        )
        extents = [_hull(column) for column in self.x.T]
        super().__init__(target, names, extents, threshold, truth)

    @property
    def trained_on(self) -> str:
        return f"{len(self._training[1])} rows"

    @property
    def judged_on(self) -> str:
        return f"{len(self._test[1])} rows"

    def stream(self, seed: int) -> RowStream:
        random, (x, y) = np.random.RandomState(seed), self._training

        def rows(shape: tuple[int, ...]) -> Rows:
            chosen = random.randint(len(y), size=shape[0])
            return x[chosen], y[chosen]

        return BatchStream(random, rows)

    def validation(self) -> Rows:
        return self._validation

    def test(self) -> Rows:
        return self._test

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "split_seed": self.split_seed}

    def arrays(self) -> dict[str, Array]:
        return {"x": self.x, "y": self.y}


def _hull(column: Array) -> Range:
    """From the least to the largest value, each the decimal that its float is written as."""
    least, most = (Fraction(repr(float(value))) for value in (column.min(), column.max()))
    return Range((Interval(least, most),))
