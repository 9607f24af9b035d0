"""Which cells of the Single Module Arithmetic Task to run: operations × modules × inputs × ranges.

    CellGrid.checked(operations=["mul"], modules=["nmu", "npu"], ranges=["[1,2]"]).groups()

By default everything that is published: nine modules with the operations they can learn, nine
ranges, 2 inputs, 25 seeds, 50,000 iterations.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from ..errors import RangeError, SettingError
from ..models import PUBLISHED_ITERATIONS, module_class, module_name
from ..ranges import Range
from ..tasks import OPERATIONS, PUBLISHED_RANGES, operation_named
from ..train import Config
from .published import PUBLISHED_INPUTS, PUBLISHED_SEEDS

PUBLISHED_MODULES = ("nac+", "nac*", "nalu", "g-nalu", "inalu", "nau", "nmu", "npu", "realnpu")
T = TypeVar("T")

_SAFE = str.maketrans({"+": "-plus", "*": "-mul", ":": "-"})


@dataclass(frozen=True, slots=True)
class CellGrid:
    """A product of settings; of it, the cells whose module can learn their operation."""

    operations: tuple[str, ...] = tuple(OPERATIONS)
    modules: tuple[str, ...] = PUBLISHED_MODULES
    ranges: tuple[str, ...] = tuple(PUBLISHED_RANGES)
    inputs: tuple[int, ...] = (PUBLISHED_INPUTS,)
    seeds: int = PUBLISHED_SEEDS
    first_seed: int = 0
    iterations: int = PUBLISHED_ITERATIONS

    @classmethod
    def checked(cls, **settings: Any) -> CellGrid:
        """A grid with every setting checked, every name in its one spelling, and nothing twice."""
        given = cls(**settings)
        for name in ("operations", "modules", "ranges", "inputs"):
            if not getattr(given, name):
                raise SettingError(f"the list of {name} is empty; give at least one")
        operations = _once(operation_named(name).name for name in given.operations)
        modules = _once(module_name(name) for name in given.modules)
        ranges = _once(_published(text) for text in given.ranges)
        for inputs in given.inputs:
            Config.checked(**given._settings(operations[0], modules[0], inputs, ranges[0]))
        return replace(
            given,
            operations=operations,
            modules=modules,
            ranges=ranges,
            inputs=_once(given.inputs),
        )

    def groups(self) -> tuple[tuple[Config, ...], ...]:
        """The cells in order; those of a group differ in their range only."""
        groups = tuple(
            tuple(
                Config.checked(**self._settings(operation, module, inputs, extent))
                for extent in self.ranges
            )
            for operation in self.operations
            for module in self.modules
            if operation in module_class(module).operations
            for inputs in self.inputs
        )
        if not groups:
            raise SettingError(self._nothing())
        return groups

    def skipped(self) -> tuple[tuple[str, str], ...]:
        """The pairs of an operation and a module that cannot learn it."""
        return tuple(
            (operation, module)
            for operation in self.operations
            for module in self.modules
            if operation not in module_class(module).operations
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def _settings(self, operation: str, module: str, inputs: int, extent: str) -> dict[str, Any]:
        return {
            "operation": operation,
            "module": module,
            "interpolation_range": extent,
            "inputs": inputs,
            "seeds": self.seeds,
            "first_seed": self.first_seed,
            "iterations": self.iterations,
        }

    def _nothing(self) -> str:
        learns = [
            f"{module} learns {' and '.join(module_class(module).operations) or 'none of them'}"
            for module in self.modules
        ]
        return (
            f"no cell is left of {', '.join(self.operations)} with {', '.join(self.modules)}; "
            f"{'; '.join(learns)}; see `nalmx modules`"
        )


def cell_name(config: Config) -> str:
    """A directory name for a cell: safe, readable, and another one for every other setting.

    Example: `mul-nmu_-1.2_-1.1_2-inputs`. What is not as published is added at the end.
    """
    task = config.task
    extent = task.interpolation_range.strip("[]").replace(",", "_").replace("/", "over")
    name = f"{task.operation}-{config.module.translate(_SAFE)}_{extent}_{config.inputs}-inputs"
    if config.seeds != PUBLISHED_SEEDS:
        name += f"_{config.seeds}-seeds"
    if config.first_seed:
        name += f"_from-{config.first_seed}"
    if config.iterations != PUBLISHED_ITERATIONS:
        name += f"_{config.iterations}-iterations"
    return name


def _published(text: str) -> str:
    """A published interpolation range in its one spelling."""
    extent = Range.parse(text)
    for known in PUBLISHED_RANGES:
        if Range.parse(known) == extent:
            return known
    raise RangeError(
        f"{extent} is none of the published interpolation ranges ({', '.join(PUBLISHED_RANGES)}); "
        "choose among them, or use nalmx train-and-extract for another one"
    )


def _once(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
