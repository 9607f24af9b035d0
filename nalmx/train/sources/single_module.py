"""The published benchmark as a source of data: an operation of two inputs on a pair of ranges."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from ...errors import SettingError
from ...expression import Expression
from ...ranges import Range
from ...tasks import OPERATIONS, ArithmeticOperation, operation_named, published_extrapolation
from ...tasks.arithmetic import (
    TEST_SEED,
    VALIDATION_SEED,
    evaluation_set,
    sample,
    success_threshold,
    training_stream,
    worst_perfect_error,
)
from .source import Array, RowStream
from .streams import BatchStream, UniformStream

MAX_INPUTS = 1_000


@dataclass(frozen=True, slots=True)
class SingleModuleTask:
    """An operation on x1 and x2 among redundant inputs, drawn and judged as published.

    Ranges are texts, as `nalmx.ranges.Range` reads them. A seed draws the same uniform numbers
    whatever its interval, so models of one seed on several ranges share them. On a union of
    intervals the draw itself depends on the range.
    """

    operation: str
    interpolation_range: str = "[1,2]"
    extrapolation_range: str = ""
    inputs: int = 2

    @classmethod
    def checked(cls, **settings: Any) -> SingleModuleTask:
        """A task with every setting checked and every name in its one spelling."""
        given = cls(**settings)
        inputs = given.inputs
        if not isinstance(inputs, int) or isinstance(inputs, bool) or not 2 <= inputs <= MAX_INPUTS:
            raise SettingError(f"inputs must be an integer from 2 to {MAX_INPUTS}; {inputs} given")
        interpolation = Range.parse(given.interpolation_range)
        extrapolation = (
            Range.parse(given.extrapolation_range)
            if given.extrapolation_range
            else published_extrapolation(interpolation)
        )
        for extent in (interpolation, extrapolation):
            _check_floats(extent)
        name = operation_named(given.operation).name
        return cls(name, str(interpolation), str(extrapolation), inputs)

    def facts(self) -> dict[str, str]:
        return {
            "operation": self.operation,
            "interpolation_range": self.interpolation_range,
            "extrapolation_range": self.extrapolation_range,
        }

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def arrays(self) -> dict[str, Array]:
        return {}

    @property
    def interpolation(self) -> Range:
        return Range.parse(self.interpolation_range)

    @property
    def extrapolation(self) -> Range:
        return Range.parse(self.extrapolation_range)

    @property
    def name(self) -> str:
        return self.operation

    @property
    def task(self) -> str:
        return self.operation

    @property
    def input_names(self) -> tuple[str, ...]:
        return tuple(f"x{i + 1}" for i in range(self.inputs))

    @property
    def trained_on(self) -> str:
        return self.interpolation_range

    @property
    def judged_on(self) -> str:
        return self.extrapolation_range

    @property
    def extents(self) -> tuple[Range, ...]:
        return (self.extrapolation,) * self.inputs

    @property
    def truth(self) -> Expression:
        return self._operation.truth()

    @property
    def truths(self) -> tuple[Expression, ...]:
        return _truths()

    @property
    def threshold(self) -> float:
        return success_threshold(self._operation, self.extrapolation, self.inputs)

    @property
    def largest_error(self) -> Fraction | None:
        return worst_perfect_error(self._operation, self.extrapolation, self.inputs)

    @property
    def lower(self) -> float:
        return 0.0 if self._is_union else float(self.interpolation.lower)

    @property
    def width(self) -> float:
        extent = self.interpolation
        return 1.0 if self._is_union else float(extent.upper) - float(extent.lower)

    @property
    def draws(self) -> Hashable:
        return self.interpolation_range if self._is_union else None

    def stream(self, seed: int) -> RowStream:
        random, extent = training_stream(seed), self.interpolation
        if not self._is_union:
            return UniformStream(random)
        return BatchStream(random, lambda shape: (sample(extent, random, shape), None))

    def targets(self, x: Array) -> Array:
        return self._operation.targets(x)

    def validation(self) -> tuple[Array, Array]:
        return evaluation_set(self._operation, self.interpolation, self.inputs, VALIDATION_SEED)

    def test(self) -> tuple[Array, Array]:
        return evaluation_set(self._operation, self.extrapolation, self.inputs, TEST_SEED)

    @property
    def _operation(self) -> ArithmeticOperation:
        return operation_named(self.operation)

    @property
    def _is_union(self) -> bool:
        return len(self.interpolation.intervals) > 1


@cache
def _truths() -> tuple[Expression, ...]:
    return tuple(operation.truth() for operation in OPERATIONS.values())


def _check_floats(extent: Range) -> None:
    """Training computes in float32, so its ranges must be told apart there, squares included."""
    if extent.largest_magnitude > 10**15:
        raise SettingError(
            f"the range {extent} is too large to train on in float32; magnitudes up to 1e15 are allowed"
        )
    for interval in extent.intervals:
        if not interval.width:
            raise SettingError(
                f"the range {interval} is one point, and training draws from a range; give one with a "
                "width such as [1,2]"
            )
        if interval.width * 10**5 < max(abs(interval.lower), abs(interval.upper)):
            raise SettingError(
                f"the range {interval} is too narrow for float32; its width must be at least 1e-5 of "
                "its largest magnitude"
            )
