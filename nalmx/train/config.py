"""The configuration of a training run, as it is saved with the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from ..errors import RunError, SettingError
from ..models import PUBLISHED_ITERATIONS, arithmetic_module_name, module_class
from .sources import DataSource, SingleModuleTask, source_from_json

if TYPE_CHECKING:
    from ..models import ArithmeticModule, Training
    from .sources.source import Array

# Schema 1 is that of the benchmark, whose source has no description of its own; it is still written.
SCHEMA = 2
MAX_SEEDS = 10_000
MAX_SEEDS_TIMES_INPUTS = 100_000
MAX_ITERATIONS = 10_000_000
_LARGEST_SEED = 2**32 - 1
_TASK = {field.name for field in fields(SingleModuleTask)}


@dataclass(frozen=True, slots=True)
class Config:
    """A module, a source of data and everything else that determines the outcome of a training run.

    The seeds are first_seed, first_seed + 1, …, first_seed + seeds − 1.
    """

    source: DataSource
    module: str
    seeds: int = 25
    first_seed: int = 0
    iterations: int = PUBLISHED_ITERATIONS

    @classmethod
    def checked(cls, *, source: DataSource | None = None, module: str, **settings: Any) -> Config:
        """A configuration with every setting checked and every name in its one spelling.

        Without a source, settings are also those of a `SingleModuleTask`.
        """
        if source is None:
            task = {name: settings.pop(name) for name in _TASK & set(settings)}
            source = SingleModuleTask.checked(**task)
        config = cls(source, arithmetic_module_name(module), **settings)
        limits = {
            "seeds": (1, MAX_SEEDS),
            "first_seed": (0, _LARGEST_SEED),
            "iterations": (1, MAX_ITERATIONS),
        }
        for name, (least, most) in limits.items():
            value = getattr(config, name)
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                shown = name.replace("_", " ")
                raise SettingError(
                    f"{shown} must be an integer from {least} to {most}; {value} given"
                )
        if config.first_seed + config.seeds - 1 > _LARGEST_SEED:
            raise SettingError(
                f"{config.seeds} seeds from {config.first_seed} on go beyond the largest, {_LARGEST_SEED}; "
                "begin with a smaller one"
            )
        if config.seeds * config.inputs > MAX_SEEDS_TIMES_INPUTS:
            raise SettingError(
                f"{config.seeds} seeds of {config.inputs} inputs do not fit in memory together; seeds times "
                f"inputs may be at most {MAX_SEEDS_TIMES_INPUTS}, so train them in several runs"
            )
        return config

    @classmethod
    def from_json(cls, data: object, arrays: Callable[[], dict[str, Array]] = dict) -> Config:
        """Read a saved configuration, with the rows saved beside it; a damaged one is a `RunError`."""
        if not isinstance(data, dict) or type(data.get("schema")) is not int:
            raise RunError("config.json is not a run configuration; the run directory is damaged")
        if data["schema"] > SCHEMA:
            raise RunError(
                f"config.json has schema {data['schema']} and this nalmx reads up to {SCHEMA}; use a "
                "newer nalmx"
            )
        settings = {name: value for name, value in data.items() if name != "schema"}
        own = {field.name for field in fields(cls)}
        known = own if data["schema"] == SCHEMA else own - {"source"} | _TASK
        if set(settings) != known:
            wrong = sorted(set(settings) ^ known)
            raise RunError(
                f"config.json does not have the expected settings; see {', '.join(wrong)}"
            )
        texts = {"module", "operation", "interpolation_range", "extrapolation_range"} & known
        for name in sorted(texts):
            if not isinstance(settings[name], str):
                raise RunError(f"config.json is damaged: {name.replace('_', ' ')} must be a text")
        if data["schema"] == SCHEMA:
            settings["source"] = source_from_json(settings["source"], arrays())
        return cls.checked(**settings)

    def to_json(self) -> dict[str, Any]:
        if isinstance(self.source, SingleModuleTask):
            operation, *ranges = self.source.to_json().items()
            described = {**dict([operation]), "module": self.module, **dict(ranges)}
        else:
            described = {"source": self.source.to_json(), "module": self.module}
        numbers = {name: getattr(self, name) for name in ("seeds", "first_seed", "iterations")}
        return {**described, **numbers, "schema": SCHEMA if "source" in described else 1}

    @property
    def module_class(self) -> type[ArithmeticModule]:
        return module_class(self.module)

    @property
    def training(self) -> Training:
        """How the module is trained on this source."""
        return self.module_class.training_for(self.source.task)

    @property
    def task(self) -> SingleModuleTask:
        """The source of a run of the benchmark."""
        assert isinstance(self.source, SingleModuleTask)
        return self.source

    @property
    def inputs(self) -> int:
        return len(self.source.input_names)

    @property
    def seed_list(self) -> range:
        return range(self.first_seed, self.first_seed + self.seeds)
