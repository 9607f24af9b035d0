"""Rows that a function of the user's draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ...errors import RunError, SettingError
from ...expression import Expression
from ...ranges import Range
from ...tasks.arithmetic import EVALUATION_SIZE, TEST_SEED, VALIDATION_SEED
from .rows import Rows, RowSource, checked_rows
from .source import Array, RowStream
from .streams import BatchStream

RowFunction: TypeAlias = Callable[[np.random.Generator, int], tuple[ArrayLike, ArrayLike]]


class RowGenerator(RowSource):
    """Rows that a function draws: `rows(generator, n)` gives inputs (n, inputs) and targets (n,).

    All randomness must come from the given generator. `ranges` are those of the inputs, on which a
    formula is to hold; `test_rows` draws the rows to judge by, where they are drawn otherwise. A run
    saves the rows to choose and to judge by, which are given back as `kept`, and no function.
    """

    kind: ClassVar = "generator"
    KEPT: ClassVar = ("x_validation", "y_validation", "x_test", "y_test")

    def __init__(
        self,
        rows: RowFunction | None,
        ranges: Iterable[Range | str],
        names: Sequence[str] | None = None,
        *,
        name: str = "y",
        test_rows: RowFunction | None = None,
        threshold: float | None = None,
        truth: Expression | str | None = None,
        kept: Mapping[str, ArrayLike] | None = None,
    ) -> None:
        if rows is not None:
            sets = (
                _evaluation_set(rows, VALIDATION_SEED),
                _evaluation_set(test_rows or rows, TEST_SEED),
            )
        elif kept is not None:
            x, y, x_test, y_test = (kept[name] for name in self.KEPT)
            sets = checked_rows(x, y), checked_rows(x_test, y_test)
        else:
            raise SettingError("a generator needs a function rows(generator, n); none given")
        self._rows = rows
        self._validation, self._test = sets
        extents = [Range.parse(r) if isinstance(r, str) else r for r in ranges]
        for x, _ in sets:
            if x.shape[1] != len(extents):
                raise SettingError(
                    f"{len(extents)} ranges are given for rows of {x.shape[1]} inputs; give one an input"
                )
        super().__init__(name, names, extents, threshold, truth)

    @property
    def trained_on(self) -> str:
        return "drawn rows"

    @property
    def judged_on(self) -> str:
        return f"{len(self._test[1])} drawn rows"

    def stream(self, seed: int) -> RowStream:
        function = self._rows
        if function is None:
            raise RunError(
                "the rows of this run came from a function, which is not saved; open the run with the "
                "source it was begun with to train it on"
            )
        bits = np.random.MT19937(seed)
        generator = np.random.Generator(bits)
        return BatchStream(
            np.random.RandomState(bits), lambda shape: checked_rows(*function(generator, shape[0]))
        )

    def validation(self) -> Rows:
        return self._validation

    def test(self) -> Rows:
        return self._test

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "ranges": [str(extent) for extent in self.extents]}

    def arrays(self) -> dict[str, Array]:
        return dict(zip(self.KEPT, (*self._validation, *self._test), strict=True))


def _evaluation_set(rows: RowFunction, seed: int) -> Rows:
    return checked_rows(*rows(np.random.Generator(np.random.MT19937(seed)), EVALUATION_SIZE))
