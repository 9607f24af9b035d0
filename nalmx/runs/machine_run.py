"""The run directory of a sequence task: what learning it leaves behind.

- `config.json`: the configuration, with its kind and a schema number
- `examples.jsonl`: the training examples
- `machine.json`: the machine that was learned, or the best one found
- `weights.safetensors`: the same machine as parameters and buffers of a `PNTM`
- `results.json`: how it was found and what it answers exactly, with what seals the run

Learning keeps no state on disk: an interrupted run begins again from its examples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..errors import NoTruthValue, RunError, SettingError
from ..pntm.learn.config import WAYS, SequenceConfig, Way
from ..pntm.learn.findings import Exam, Noise
from ..pntm.learn.record import CertaintyRecord
from ..pntm.learn.score import Score, score
from ..pntm.machine import Machine
from ..pntm.soft.conversion import weights_of
from ..pntm.tasks import Example, read_examples, sequence_task, write_examples
from ..run_directory import RunDirectory, new_directory, saved_config
from ..storage import digest, read_bytes, read_json, write_arrays, write_json
from ..train.interrupted import telling

SCHEMA = 2
# Sealed by the results: their digests are those of when these were written.
_SEALED = ("machine.json", "weights.safetensors", "examples.jsonl")


@dataclass(frozen=True, slots=True)
class SequenceResults(NoTruthValue):
    """How a machine was found, its size, its scores, that of training first, and what it was judged by.

    `reason` says why it is not learned, `exam` what it says of prompts held out, and `noise` which
    tokens are taken for errors.
    """

    _ask = "results.holds"

    learned: bool
    way: Way
    seconds: float
    tapes: int
    states: int
    entries: int
    scores: tuple[Score, ...]
    reason: str | None = None
    exam: Exam | None = None
    noise: Noise | None = None
    certainty: CertaintyRecord = field(default_factory=CertaintyRecord)

    @property
    def holds(self) -> bool:
        """Learned, and every test answered exactly."""
        return self.learned and all(test.right == test.sequences for test in self.scores[1:])

    def to_json(self) -> dict[str, Any]:
        """All but scores and certainty."""
        return {
            "learned": self.learned,
            "method": self.way,
            "seconds": self.seconds,
            "tapes": self.tapes,
            "states": self.states,
            "entries": self.entries,
            "reason": self.reason,
            "held_out": None if self.exam is None else self.exam.to_json(),
            "noise": None if self.noise is None else self.noise.to_json(),
        }


class SequenceRun(RunDirectory):
    """A run on disk. Open one with `create` or `open`; neither overwrites anything."""

    _last = ("results.json", *_SEALED[:2])

    def __init__(self, directory: Path, config: SequenceConfig) -> None:
        super().__init__(directory)
        self.config = config
        self._examples: list[Example] | None = None  # read once, where the file stays as it is

    @classmethod
    def create(
        cls, directory: Path, config: SequenceConfig, examples: Sequence[Example]
    ) -> SequenceRun:
        """Start a run in a directory that must not exist."""
        sealed: SequenceConfig | None = None

        def fill() -> None:
            nonlocal sealed
            write_examples(directory / "examples.jsonl", examples)
            sealed = replace(config, examples_sha256=digest(directory / "examples.jsonl"))
            # Last, since it is what makes a run of a directory.
            write_json(directory / "config.json", sealed.to_json())

        new_directory(directory, fill)
        assert sealed is not None
        return cls(directory, sealed)

    @classmethod
    def open(cls, directory: Path) -> SequenceRun:
        """Open an existing run."""
        data = saved_config(directory)
        try:
            return cls(directory, SequenceConfig.from_json(data))
        except SettingError as error:
            raise RunError(f"config.json is damaged: {error}") from None

    def check_settings(self, settings: Mapping[str, Any]) -> None:
        """Refuse settings that are not those that the run was started with."""
        saved = self.config.to_json()
        for name, value in settings.items():
            wanted = list(value) if isinstance(value, tuple) else value
            if name == "task":
                wanted = sequence_task(value).name
            self.check_setting(name, saved[name], wanted)

    def load_examples(self) -> list[Example]:
        """The training examples, which must be those that the run was started with."""
        path = self.path("examples.jsonl")
        if sha256(read_bytes(path)).hexdigest() != self.config.examples_sha256:
            raise RunError(
                f"{path} was changed after the run was started (its digest differs); start a new run"
            )
        if self._examples is None:
            self._examples = read_examples(path)
        return self._examples

    def save_results(self, machine: Machine, results: SequenceResults) -> None:
        """Save what was learned; the results seal it, the configuration and the examples."""
        write_json(self.path("machine.json"), machine.to_json())
        write_arrays(self.path("weights.safetensors"), weights_of(machine)[1])
        record = {
            "schema": SCHEMA,
            **results.to_json(),
            "scores": [one.to_json() for one in results.scores],
            "certainty": results.certainty.to_json(),
            "config": self.config.to_json(),
            **{_seal(name): digest(self.path(name)) for name in _SEALED},
        }
        write_json(self.path("results.json"), record)

    def load_machine(self) -> Machine:
        """The machine, which must be whole and the one of the results."""
        self.load_results()
        return Machine.from_json(read_json(self.path("machine.json")))

    def load_results(self) -> SequenceResults:
        """The results, which must be whole and belong to the other files of the run."""
        path = self.path("results.json")
        record = read_json(path)
        results = _results(path, record)
        if SequenceConfig.from_json(record["config"]) != self.config:
            raise RunError(f"{path} does not fit config.json, which was changed after the training")
        for name in _SEALED:
            if digest(self.path(name)) != record[_seal(name)]:
                raise RunError(
                    f"{self.path(name)} was changed after the training (its digest differs); train "
                    "the run again"
                )
        return results


def learn_run(
    run: SequenceRun,
    tests: Mapping[str, Sequence[Example]],
    device: str = "cpu",
    *,
    on_progress: Callable[[str], None] = lambda doing: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> SequenceResults:
    """Learn a run, test what was learned, and save both; a finished run is not learned again.

    Raises `Interrupted` once `stop_requested()` is true; the run can then be learned anew.
    """
    with run.locked():
        if run.finished:
            return run.load_results()
        from ..pntm.learn.learn import learn

        tell = telling(on_progress, stop_requested)
        config, examples = run.config, run.load_examples()
        learned = learn(
            examples,
            method=config.method,
            tapes=config.tapes,
            seed=config.seed,
            device=device,
            noise=config.noise,
            seconds=config.time,
            on_progress=tell,
            stop_requested=stop_requested,
        )
        machine = learned.machine
        scores = []
        for name, chosen in {"train": examples, **tests}.items():
            tell(f"testing {name}")
            scores.append(score(name, machine, chosen, stop_requested))
        results = SequenceResults(
            learned.learned,
            learned.way,
            round(learned.seconds, 3),
            machine.tapes,
            machine.states,
            machine.entries,
            tuple(scores),
            learned.reason,
            learned.exam,
            learned.noise,
            CertaintyRecord.of(machine, learned.certainty),
        )
        run.save_results(machine, results)
        return results


def _seal(name: str) -> str:
    return f"{name.partition('.')[0]}_sha256"


def _results(path: Path, record: Any) -> SequenceResults:
    try:
        if type(record["schema"]) is not int:
            raise TypeError
        if record["schema"] > SCHEMA:
            raise RunError(
                f"{path} has schema {record['schema']} and this nalmx reads up to {SCHEMA}; use a "
                "newer nalmx"
            )
        sizes = {name: record[name] for name in ("tapes", "states", "entries")}
        known = all(type(size) is int and size >= 0 for size in sizes.values())
        known = known and isinstance(record["learned"], bool) and record["method"] in WAYS
        known = known and type(record["seconds"]) in (int, float) and record["seconds"] >= 0
        known = known and {"config", *map(_seal, _SEALED)} <= set(record)
        scores = tuple(Score.from_json(one) for one in record["scores"])
        # Of schema 2.
        reason, exam, noise = (record.get(name) for name in ("reason", "held_out", "noise"))
        known = known and isinstance(reason, str | None)
        exam = None if exam is None else Exam.from_json(exam)
        noise = None if noise is None else Noise.from_json(noise)
        certainty = CertaintyRecord()
        if "certainty" in record:
            certainty = CertaintyRecord.from_json(record["certainty"])
        if not known or not scores or scores[0].name != "train":
            raise ValueError
    except (KeyError, TypeError, ValueError, AttributeError):
        raise RunError(f"{path} is damaged: parts of it are missing or of a wrong kind") from None
    return SequenceResults(
        record["learned"],
        record["method"],
        record["seconds"],
        scores=scores,
        reason=reason,
        exam=exam,
        noise=noise,
        certainty=certainty,
        **sizes,
    )
