"""Which cells of a sequence benchmark to run: tasks × models × seeds.

SequenceGrid.checked(tasks=["copy"], models=["ntm", "lstm"], seeds=3).cells()
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..errors import SettingError
from ..pntm.baselines import BASELINES
from ..pntm.tasks import BASIC_TASK_NAMES, sequence_task
from ..run_directory import safe_name
from .fitters import model_name

_LONGEST, _MOST_SEQUENCES, _MOST_SECONDS = 1000, 100_000, 86_400.0


@dataclass(frozen=True, slots=True)
class SequenceCell:
    """A task, a model and a seed."""

    task: str
    model: str
    seed: int

    @property
    def name(self) -> str:
        """A file name. Example: `copy_lstm_seed-0`."""
        task = safe_name(self.task)
        return f"{task}_{self.model}_seed-{self.seed}"


@dataclass(frozen=True, slots=True)
class SequenceGrid:
    """A product of tasks, models and seeds, and how every model is trained and tested.

    A model is trained on prompts up to `longest`; `sequences[i]` prompts of `multiples[i]` times
    that length test it.
    """

    tasks: tuple[str, ...] = BASIC_TASK_NAMES
    models: tuple[str, ...] = BASELINES
    seeds: int = 1
    first_seed: int = 0
    longest: int = 20
    multiples: tuple[int, ...] = (1, 5, 25, 50)
    sequences: tuple[int, ...] = (100, 100, 20, 10)
    budget_seconds: float = 300.0

    @classmethod
    def checked(cls, **settings: Any) -> SequenceGrid:
        """A grid with every setting checked, every name in its one spelling, and nothing twice."""
        given = cls(**settings)
        for name in ("tasks", "models", "multiples"):
            if not getattr(given, name):
                raise SettingError(f"the list of {name} is empty; give at least one")
        for name, lowest, highest in (
            ("seeds", 1, 1000),
            ("first_seed", 0, 2**31),
            ("longest", 1, _LONGEST),
            ("budget_seconds", 0, _MOST_SECONDS),
        ):
            _check(name.replace("_", " "), getattr(given, name), lowest, highest)
        for multiple in given.multiples:
            _check("multiple of the training length", multiple, 1, 10_000)
        for count in given.sequences:
            _check("number of test sequences", count, 1, _MOST_SEQUENCES)
        if len(given.sequences) != len(given.multiples):
            raise SettingError(
                f"{len(given.sequences)} numbers of test sequences do not fit "
                f"{len(given.multiples)} multiples; give one for each"
            )
        if list(given.multiples) != sorted(set(given.multiples)):
            raise SettingError(
                f"the multiples {', '.join(map(str, given.multiples))} are not in ascending order"
            )
        tasks = _once(sequence_task(name).name for name in given.tasks)
        return replace(given, tasks=tasks, models=_once(map(model_name, given.models)))

    def cells(self) -> tuple[SequenceCell, ...]:
        """The cells, in order."""
        seeds = range(self.first_seed, self.first_seed + self.seeds)
        return tuple(
            SequenceCell(task, model, seed)
            for task in self.tasks
            for model in self.models
            for seed in seeds
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def cell_settings(self) -> dict[str, Any]:
        """What a cell depends on besides its own task, model and seed."""
        return {
            "longest": self.longest,
            "multiples": list(self.multiples),
            "sequences": list(self.sequences),
            "budget_seconds": self.budget_seconds,
        }


def _check(name: str, value: float, lowest: float, highest: float) -> None:
    if not lowest <= value <= highest:
        raise SettingError(f"{name} must be within {lowest:g} … {highest:g}; {value} given")


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
