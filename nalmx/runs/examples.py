"""The examples of a run of a sequence task: to train with, and to test with, by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SettingError
from ..pntm.learn.config import SequenceConfig, learnable
from ..pntm.tasks import Example, Tokens, read_examples
from ..pntm.tasks.contradictions import contradictions
from ..pntm.tasks.examples import Spellings
from .machine_run import SequenceRun

Tests = Mapping[str, Sequence[Example]]


def training_and_tests(
    config: SequenceConfig, given: list[Example] | None = None
) -> tuple[list[Example], Tests]:
    """What a new run is trained and tested with, all of it checked.

    Those of the task, or those `given`, or else those of the file that the configuration names.
    """
    spellings = Spellings()
    if config.examples is None:
        examples = config.draw_training()
    else:
        examples = read_examples(Path(config.examples), spellings) if given is None else given
    try:
        learnable(examples)
    except SettingError as error:
        raise SettingError(f"{config.title}: {error}") from None
    return examples, given_tests(config, spellings)


def examples_of(pairs: Iterable[Any]) -> list[Example]:
    """Examples from pairs of a prompt and an answer, sequences of texts."""
    examples = []
    for pair in pairs:
        try:
            prompt, answer = (pair.prompt, pair.answer) if isinstance(pair, Example) else pair
        except (TypeError, ValueError):
            shown = repr(pair)[:60]
            raise SettingError(
                f"{shown} is no example; give pairs of a prompt and an answer, such as ('ab', 'ba')"
            ) from None
        examples.append(Example.of(prompt, answer))
    return examples


def given_tests(config: SequenceConfig, spellings: Spellings | None = None) -> Tests:
    """What a run is tested with, by name: fresh examples of each length, and the files."""
    spellings = spellings or Spellings()
    files = {name: read_examples(Path(name), spellings) for name in config.tests}
    return {**{f"length {n}": config.draw_test(n) for n in config.test_lengths}, **files}


@dataclass(frozen=True, slots=True)
class Given:
    """The examples of a run: to train with, and to test with, by file.

    None where a file cannot be read any more.
    """

    training: Sequence[Example]
    tests: Mapping[str, Sequence[Example] | None]

    @classmethod
    def of(cls, run: SequenceRun, tests: Tests | None = None) -> Given:
        """Those of a run; `tests` has what was read already."""
        found: dict[str, Sequence[Example] | None] = {}
        for name in run.config.tests:
            try:
                found[name] = (tests or {}).get(name) or read_examples(Path(name))
            except SettingError:
                found[name] = None
        return cls(run.load_examples(), found)

    @property
    def readable(self) -> dict[str, Sequence[Example]]:
        """The tests that can be read, by file."""
        return {name: some for name, some in self.tests.items() if some is not None}

    @property
    def tested(self) -> list[Example]:
        return [example for some in self.tests.values() for example in some or ()]


def contradiction_facts(run: SequenceRun, tests: Tests) -> dict[str, dict[str, Any]]:
    """By file, what is said of prompts with several answers; a test is held to the training too."""
    training = run.load_examples()
    found = {run.config.title: contradictions(training)}
    for name in run.config.tests:
        test = tests.get(name, ())
        prompts = {example.prompt for example in test}
        both = contradictions([*training, *test])
        found[name] = {p: answers for p, answers in both.items() if p in prompts}
    return {name: _facts(several) for name, several in found.items() if several}


def _facts(several: Mapping[Tokens, Counter[Tokens]]) -> dict[str, Any]:
    prompt, answers = next(iter(several.items()))
    return {
        "prompts": len(several),
        "examples": sum(counts.total() for counts in several.values()),
        "first": {
            "prompt": list(prompt),
            "answers": [{"answer": list(a), "examples": n} for a, n in answers.most_common()],
        },
    }
