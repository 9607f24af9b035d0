"""Streams of batches that continue from a saved state bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .source import Array, RowStream


class BatchStream(RowStream):
    """Batches that a function makes, which draws from a random stream as it likes.

    `rows(shape)` gives x of the shape (batch, inputs), and t (batch,) where targets come with rows.
    """

    def __init__(
        self,
        random: np.random.RandomState,
        rows: Callable[[tuple[int, ...]], tuple[Array, Array | None]],
    ) -> None:
        self._random = random
        self._rows = rows

    def draw(self, x: Array, t: Array) -> None:
        for place in range(len(x)):
            x[place], targets = self._rows(x.shape[1:])
            if targets is not None:
                t[place] = targets

    def get_state(self) -> Any:
        return self._random.get_state(legacy=True)

    def set_state(self, state: Any) -> None:
        self._random.set_state(state)


class UniformStream(RowStream):
    """Uniform numbers from 0 to 1, those of a `RandomState`, drawn many at a time."""

    def __init__(self, random: np.random.RandomState) -> None:
        from ...kernel.mersenne import Uniforms  # Slow to import: it compiles.

        self._uniforms = Uniforms(random)

    def draw(self, x: Array, t: Array) -> None:
        self._uniforms.fill(x)

    def get_state(self) -> Any:
        return self._uniforms.get_state()

    def set_state(self, state: Any) -> None:
        self._uniforms.set_state(state)
