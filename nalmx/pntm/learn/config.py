"""The configuration of learning a sequence task, as it is saved with the run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from ...errors import RunError, SettingError
from ..tasks import Example, SequenceTask, sequence_task
from ..vocabulary import Vocabulary

KIND = "sequence"
SCHEMA = 2
SEQUENCES, LONGEST, SECONDS = 1500, 20, 300.0
TEST_LENGTHS = (40, 100, 500, 1_000, 10_000)
Method: TypeAlias = Literal["auto", "merging", "gradient", "discrete"]
Way: TypeAlias = Literal[
    "merging", "nesting", "gradient", "repair", "discrete"
]  # how a machine was found
NoiseLevel: TypeAlias = float | Literal["auto"] | None
METHODS: tuple[Method, ...] = get_args(Method)
WAYS: tuple[Way, ...] = get_args(Way)
MOST_TAPES = 14
MOST_DIFFERENT = 6_000  # tokens: a machine has weights for pairs of them
_MOST_SEQUENCES, _GREATEST_LONGEST = 100_000, 1_000
_GREATEST_TEST_LENGTH, _MOST_TEST_LENGTHS = 100_000, 100
_LARGEST_SEED = 2**32 - 1
_MOST_SECONDS = 30 * 86_400.0
# The schemas from which on settings are saved; before, they are as by default.
_SINCE = {"time": 2, "noise": 2}


@dataclass(frozen=True, slots=True)
class SequenceConfig:
    """A task or a file of examples, and everything else that determines what is learned.

    `task` comes with `sequences` training sequences of lengths up to `longest` and with
    `test_lengths`; `examples` is the name of a file. `tests` are names of files to test with, and
    `tapes` None is as many as the simplest machine has. `noise` is the part of answer tokens that may
    be wrong; None is 0, or auto where equal prompts have different answers. Learning takes `time`
    seconds at most. `examples_sha256` is that of the examples saved with the run.
    """

    task: str | None = None
    examples: str | None = None
    sequences: int | None = None
    longest: int | None = None
    test_lengths: tuple[int, ...] = ()
    tests: tuple[str, ...] = ()
    tapes: int | None = None
    method: Method = "auto"
    noise: NoiseLevel = None
    time: float = SECONDS
    seed: int = 0
    examples_sha256: str = ""

    @classmethod
    def checked(cls, **settings: Any) -> SequenceConfig:
        """A configuration with every setting checked and completed."""
        config = cls(**settings)
        if (config.task is None) == (config.examples is None):
            raise SettingError("give either a task or a file of examples")
        if config.tapes is not None:
            _check("tapes", config.tapes, 1, MOST_TAPES, "auto or ")
        _check("seed", config.seed, 0, _LARGEST_SEED)
        check_noise(config.noise)
        if not 0 < config.time <= _MOST_SECONDS:
            raise SettingError(
                f"the time must be more than 0 and at most {_MOST_SECONDS:,.0f} seconds; "
                f"{config.time:g} given"
            )
        if config.method not in METHODS:
            raise SettingError(
                f"there is no method {config.method[:40]!r}; choose one of: {', '.join(METHODS)}"
            )
        for name in config.tests:
            # It would be mixed up with another accuracy of the run.
            if name == "train" or name.startswith("length "):
                raise SettingError(f"the test file {name!r} has a reserved name; write ./{name}")
        tests = tuple(dict.fromkeys(config.tests))
        if config.task is None:
            for name in ("sequences", "longest", "test_lengths"):
                if getattr(config, name):
                    shown = name.replace("_", " ")
                    raise SettingError(f"{shown} are for a task, not for a file of examples")
            return replace(config, tests=tests)
        return replace(_of_task(config, sequence_task(config.task)), tests=tests)

    @classmethod
    def from_json(cls, data: object) -> SequenceConfig:
        """Read a saved configuration; a newer or damaged one is a `RunError`."""
        if not isinstance(data, dict) or not isinstance(data.get("schema"), int):
            raise RunError("config.json is not a run configuration; the run directory is damaged")
        if data.get("kind") != KIND:
            raise RunError(
                "config.json is not that of a sequence task; give a run of --module pntm"
            )
        if data["schema"] > SCHEMA:
            raise RunError(
                f"config.json has schema {data['schema']} and this nalmx reads up to {SCHEMA}; use "
                "a newer nalmx"
            )
        settings = {name: value for name, value in data.items() if name not in ("schema", "kind")}
        known = {field.name for field in fields(cls)}
        known -= {name for name, since in _SINCE.items() if data["schema"] < since}
        if set(settings) != known:
            wrong = sorted(set(settings) ^ known)
            raise RunError(
                f"config.json does not have the expected settings; see {', '.join(wrong)}"
            )
        if not _of_right_kinds(settings):
            raise RunError("config.json is damaged: a setting is of a wrong kind")
        lists = {name: tuple(settings[name]) for name in ("test_lengths", "tests")}
        return cls.checked(**{**settings, **lists})

    def to_json(self) -> dict[str, Any]:
        lists = {"test_lengths": list(self.test_lengths), "tests": list(self.tests)}
        return {"schema": SCHEMA, "kind": KIND, **asdict(self), **lists}

    @property
    def title(self) -> str:
        """What is learned, in a word: the task or the file."""
        return self.task or self.examples or ""

    def draw_training(self) -> list[Example]:
        """The training examples of the task."""
        task, longest, sequences = self._drawn()
        return task.examples(np.random.default_rng([self.seed, 0]), sequences, longest)

    def draw_test(self, length: int) -> list[Example]:
        """Fresh examples of a length, which no training example has."""
        task, _, _ = self._drawn()
        random = np.random.default_rng([self.seed, 1, length])
        return [task.example(random, length) for _ in range(sequences_of(length))]

    def _drawn(self) -> tuple[SequenceTask, int, int]:
        assert self.task is not None
        assert self.longest is not None
        assert self.sequences is not None
        return sequence_task(self.task), self.longest, self.sequences


def learnable(examples: Iterable[Example]) -> Vocabulary:
    """The tokens of examples, if they are not too many."""
    vocabulary = Vocabulary.of(examples)
    if len(vocabulary.prompt) + len(vocabulary.answer) > MOST_DIFFERENT:
        raise SettingError(
            f"the examples have {len(vocabulary.prompt):,} different tokens in prompts and "
            f"{len(vocabulary.answer):,} in answers; at most {MOST_DIFFERENT:,} together are learned"
        )
    return vocabulary


def check_noise(noise: NoiseLevel) -> NoiseLevel:
    """`noise`, if it is None, `auto`, or a number from 0 to below 1."""
    number = isinstance(noise, int | float) and not isinstance(noise, bool)
    if noise in (None, "auto") or (number and 0 <= noise < 1):  # type: ignore[operator]
        return noise
    raise SettingError(f"the noise must be auto or a number from 0 to below 1; {noise!r} given")


def sequences_of(length: int) -> int:
    """How many fresh sequences of a length are tested."""
    return 100 if length <= 500 else 20 if length <= 1_000 else 5


def _of_task(config: SequenceConfig, task: SequenceTask) -> SequenceConfig:
    sequences = SEQUENCES if config.sequences is None else config.sequences
    longest = max(LONGEST, task.shortest) if config.longest is None else config.longest
    _check("sequences", sequences, 1, _MOST_SEQUENCES)
    _check("longest", longest, task.shortest, _GREATEST_LONGEST)
    lengths = config.test_lengths or tuple(n for n in TEST_LENGTHS if n > longest)
    for length in lengths:
        _check("test lengths", length, 1, _GREATEST_TEST_LENGTH)
        if length <= longest:
            raise SettingError(
                f"the test length {length} is one of the training lengths, up to {longest}; give "
                "longer ones"
            )
    lengths = tuple(dict.fromkeys(lengths))
    if len(lengths) > _MOST_TEST_LENGTHS:
        raise SettingError(
            f"{len(lengths)} test lengths are too many; give at most {_MOST_TEST_LENGTHS}"
        )
    return replace(
        config, task=task.name, sequences=sequences, longest=longest, test_lengths=lengths
    )


def _check(name: str, value: object, least: int, most: int, otherwise: str = "") -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise SettingError(
            f"{name} must be {otherwise}an integer from {least} to {most:,}; {value} given"
        )


def _of_right_kinds(settings: dict[str, Any]) -> bool:
    def all_of(values: Any, kind: type) -> bool:
        return isinstance(values, list) and all(isinstance(value, kind) for value in values)

    return (
        all(isinstance(settings[name], str) for name in ("method", "examples_sha256"))
        and type(settings.get("time", SECONDS)) in (int, float)
        and type(settings.get("noise")) in (int, float, str, type(None))
        and all(isinstance(settings[name], str | None) for name in ("task", "examples"))
        and all(isinstance(settings[name], int | None) for name in ("sequences", "longest"))
        and all_of(settings["tests"], str)
        and all_of(settings["test_lengths"], int)
    )
