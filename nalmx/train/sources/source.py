"""What a training, an extraction and a verdict ask of data, wherever the rows come from."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...expression import Expression
from ...ranges import Range

Array: TypeAlias = NDArray[np.float64]


class RowStream(Protocol):
    """The batches of one seed, one after the other, from a Mersenne Twister that can be saved."""

    def draw(self, x: Array, t: Array) -> None:
        """Fill x (iterations, batch, inputs), and t (iterations, batch) where targets come with rows."""

    def get_state(self) -> Any:
        """Where the stream stands, in the form of `RandomState.get_state(legacy=True)`."""

    def set_state(self, state: Any) -> None:
        """Continue from such a state; a `ValueError` where the stream cannot stand there."""


class DataSource(Protocol):
    """Batches to train on, rows to judge by, and what is known of the function behind them.

    A row of a batch is x = lower + width·u, where u is what the stream of a seed draws. Targets
    come with the rows; or, where there are `truths`, they are the values of `truth`, one of them.
    """

    @property
    def name(self) -> str:
        """What is learned, in a word."""

    @property
    def task(self) -> str:
        """The published task whose hyperparameters a module may know; empty where it is none."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """A name for each input."""

    @property
    def trained_on(self) -> str:
        """Which rows are trained on, in a few words."""

    @property
    def judged_on(self) -> str:
        """Which rows a model is judged by, in a few words."""

    @property
    def extents(self) -> tuple[Range, ...]:
        """The range of each input on which a formula is to hold."""

    @property
    def truth(self) -> Expression | None:
        """What is to be learned, as an expression of the inputs, where it is known."""

    @property
    def truths(self) -> tuple[Expression, ...]:
        """The truths of sources of this kind, for all of which one training kernel is compiled."""

    @property
    def threshold(self) -> float:
        """The mean squared error on the test rows below which a model is successful."""

    @property
    def largest_error(self) -> Fraction | None:
        """The largest error that counts as success at a point, where that is known."""

    @property
    def lower(self) -> float: ...

    @property
    def width(self) -> float: ...

    @property
    def draws(self) -> Hashable:
        """What streams depend on besides their seed; sources of the same share them."""

    def stream(self, seed: int) -> RowStream:
        """The batches of a seed, from their beginning."""

    def targets(self, x: Array) -> Array:
        """The values (…) of `truth` at rows x (…, inputs)."""

    def validation(self) -> tuple[Array, Array]:
        """Inputs (n, inputs) and targets (n,) by which the step of a seed is chosen."""

    def test(self) -> tuple[Array, Array]:
        """Inputs (n, inputs) and targets (n,) by which a model is judged."""

    def facts(self) -> dict[str, str]:
        """What is learned, trained on and judged by, under the names that a report has for them."""

    def to_json(self) -> dict[str, Any]:
        """What determines the rows, together with `arrays`."""

    def arrays(self) -> dict[str, Array]:
        """Rows that no description gives back, to be saved with a run."""
