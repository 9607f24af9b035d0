"""What sources share whose targets come with the rows."""

from __future__ import annotations

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ...errors import SettingError
from ...expression import Expression, check_name, parse, to_text, variables
from ...ranges import Range
from ...tasks.arithmetic import EPSILON
from .source import Array

Rows: TypeAlias = tuple[Array, Array]
LARGEST = 1e15  # beyond, squares leave float32


class RowSource(ABC):
    """Rows with their targets. Two sources of the same description and rows are the same."""

    kind: ClassVar[str]
    task: ClassVar = ""
    truths: ClassVar[tuple[Expression, ...]] = ()
    lower: ClassVar = 0.0
    width: ClassVar = 1.0

    def __init__(
        self,
        name: str,
        input_names: Sequence[str] | None,
        extents: Sequence[Range],
        threshold: float | None,
        truth: Expression | str | None,
    ) -> None:
        self.name = name
        self.input_names = tuple(input_names or (f"x{i + 1}" for i in range(len(extents))))
        self.extents = tuple(extents)
        self.truth = parse(truth) if isinstance(truth, str) else truth
        self._digest = _digest(self.arrays())
        for given in (name, *self.input_names):
            check_name(given)
        if len(set(self.input_names)) < len(self.input_names):
            raise SettingError(f"two inputs have one name: {', '.join(self.input_names)}")
        if len(self.input_names) != len(extents):
            raise SettingError(
                f"{len(extents)} inputs need as many names; {len(self.input_names)} given"
            )
        unknown = set(variables(self.truth) if self.truth else ()) - set(self.input_names)
        if unknown:
            raise SettingError(
                f"the truth has {', '.join(sorted(unknown))}, which is none of the inputs "
                f"{', '.join(self.input_names)}"
            )
        targets = self.test()[1]
        square = float(np.square(targets).mean())
        # A model that errs by ε of every target, as the benchmark's perfect one does.
        self.threshold = float(EPSILON) ** 2 * square if threshold is None else float(threshold)
        if not 0 <= self.threshold < math.inf:
            raise SettingError(f"the threshold must be a finite number ≥ 0; {threshold} given")
        largest = math.sqrt(self.threshold / square) * float(np.abs(targets).max()) if square else 0
        self.largest_error = Fraction(largest) if largest else None

    @property
    @abstractmethod
    def trained_on(self) -> str: ...

    @property
    @abstractmethod
    def judged_on(self) -> str: ...

    @abstractmethod
    def validation(self) -> Rows: ...

    @abstractmethod
    def test(self) -> Rows: ...

    @abstractmethod
    def arrays(self) -> dict[str, Array]: ...

    def targets(self, x: Array) -> Array:
        raise NotImplementedError("the targets of these rows come with them")

    def facts(self) -> dict[str, str]:
        return {"target": self.name, "trained_on": self.trained_on, "judged_on": self.judged_on}

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": self.name,
            "inputs": list(self.input_names),
            "threshold": self.threshold,
            "truth": None if self.truth is None else to_text(self.truth),
            "rows_sha256": self._digest,
        }

    @property
    def draws(self) -> Hashable:
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RowSource) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self._digest)


def checked_rows(x: ArrayLike, y: ArrayLike) -> Rows:
    """Inputs (n, inputs) and targets (n,) in float64, finite and small enough for float32."""
    try:
        inputs, targets = (np.array(values, dtype=np.float64) for values in (x, y))
    except (TypeError, ValueError) as error:
        raise SettingError(f"rows must be numbers; {error}") from None
    if inputs.ndim != 2 or not inputs.size or targets.shape != inputs.shape[:1]:
        raise SettingError(
            f"rows are inputs (n, inputs) and targets (n,); shapes {inputs.shape} and {targets.shape} "
            "given"
        )
    for values in (inputs, targets):
        if not bool((np.abs(values) <= LARGEST).all()):
            raise SettingError(
                f"rows must be finite and of magnitudes up to {LARGEST:g}; leave others out"
            )
    return inputs, targets


def _digest(arrays: dict[str, Array]) -> str:
    hashed = hashlib.sha256()
    for name, values in sorted(arrays.items()):
        hashed.update(f"{name} {values.shape} ".encode())
        hashed.update(np.ascontiguousarray(values, dtype="<f8").tobytes())
    return hashed.hexdigest()
