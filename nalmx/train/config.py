"""The configuration of a training run, as it is saved with the run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ..errors import RunError, SettingError
from ..models import PUBLISHED_ITERATIONS, arithmetic_module_name, module_class
from ..ranges import Range
from ..tasks import Operation, operation_named, published_extrapolation

if TYPE_CHECKING:
    from ..models import ArithmeticModule

SCHEMA = 1
MAX_INPUTS = 1_000
MAX_SEEDS = 10_000
MAX_SEEDS_TIMES_INPUTS = 100_000
MAX_ITERATIONS = 10_000_000
_LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Config:
    """A module, a task and everything else that determines the outcome of a training run.

    Ranges are texts, as `nalmx.ranges.Range` reads them. The seeds are
    first_seed, first_seed + 1, …, first_seed + seeds − 1.
    """

    operation: str
    module: str
    interpolation_range: str = "[1,2]"
    extrapolation_range: str = ""
    inputs: int = 2
    seeds: int = 25
    first_seed: int = 0
    iterations: int = PUBLISHED_ITERATIONS
    schema: int = SCHEMA

    @classmethod
    def checked(cls, **settings: Any) -> Config:
        """A configuration with every setting checked and every name in its one spelling."""
        config = cls(**settings)
        limits = {
            "inputs": (2, MAX_INPUTS),
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
        interpolation = Range.parse(config.interpolation_range)
        extrapolation = (
            Range.parse(config.extrapolation_range)
            if config.extrapolation_range
            else published_extrapolation(interpolation)
        )
        for extent in (interpolation, extrapolation):
            _check_floats(extent)
        return cls(
            operation=operation_named(config.operation).name,
            module=arithmetic_module_name(config.module),
            interpolation_range=str(interpolation),
            extrapolation_range=str(extrapolation),
            inputs=config.inputs,
            seeds=config.seeds,
            first_seed=config.first_seed,
            iterations=config.iterations,
        )

    @classmethod
    def from_json(cls, data: object) -> Config:
        """Read a saved configuration; a newer or damaged one is a `RunError`."""
        if not isinstance(data, dict) or type(data.get("schema")) is not int:
            raise RunError("config.json is not a run configuration; the run directory is damaged")
        if data["schema"] > SCHEMA:
            raise RunError(
                f"config.json has schema {data['schema']} and this nalmx reads up to {SCHEMA}; use a "
                "newer nalmx"
            )
        known = set(cls.__dataclass_fields__) - {"schema"}
        settings = {name: value for name, value in data.items() if name != "schema"}
        if set(settings) != known:
            wrong = sorted(set(settings) ^ known)
            raise RunError(
                f"config.json does not have the expected settings; see {', '.join(wrong)}"
            )
        if not all(isinstance(settings[n], str) for n in ("operation", "module")):
            raise RunError("config.json is damaged: operation and module must be texts")
        if not all(isinstance(settings[n], str) for n in settings if n.endswith("_range")):
            raise RunError("config.json is damaged: ranges must be texts")
        return cls.checked(**settings)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def task(self) -> Operation:
        return operation_named(self.operation)

    @property
    def module_class(self) -> type[ArithmeticModule]:
        return module_class(self.module)

    @property
    def interpolation(self) -> Range:
        return Range.parse(self.interpolation_range)

    @property
    def extrapolation(self) -> Range:
        return Range.parse(self.extrapolation_range)

    @property
    def seed_list(self) -> range:
        return range(self.first_seed, self.first_seed + self.seeds)

    @property
    def input_names(self) -> tuple[str, ...]:
        return tuple(f"x{i + 1}" for i in range(self.inputs))


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
