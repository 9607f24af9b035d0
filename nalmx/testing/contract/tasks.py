"""What a sequence task promises: prompts it knows, answers that its specification gives."""

from __future__ import annotations

from itertools import chain, islice
from typing import ClassVar

import numpy as np
import pytest

from ...pntm.tasks import Example, SequenceTask
from ...pntm.tasks.prompts import prompts_of
from ...pntm.tasks.specification import answer_of


class SequenceTaskContract:
    """The tests of a task: `task` is the task."""

    task: ClassVar[SequenceTask]

    def examples(self, seed: int, count: int = 300, longest: int = 12) -> list[Example]:
        return self.task.examples(np.random.default_rng(seed), count, longest)

    def test_it_says_what_it_is_and_what_its_lengths_count(self) -> None:
        assert self.task.summary
        assert self.task.counts

    def test_the_same_seed_draws_the_same_examples(self) -> None:
        assert self.examples(1) == self.examples(1)
        assert self.examples(1) != self.examples(2)

    def test_the_declared_tokens_are_those_that_occur(self) -> None:
        examples = self.examples(0, 1_000)
        for declared, sides in (
            (self.task.prompt_tokens, [e.prompt for e in examples]),
            (self.task.answer_tokens, [e.answer for e in examples]),
        ):
            assert len(set(declared)) == len(declared)
            assert set(chain.from_iterable(sides)) == set(declared)
            assert all(type(token) is str for token in declared)

    def test_what_it_draws_are_its_prompts(self) -> None:
        assert all(self.task.is_prompt(example.prompt) for example in self.examples(3))

    def test_long_prompts_are_answered(self) -> None:
        prompt = self.task.draw(np.random.default_rng(0), 10_000)
        assert len(prompt) > 1_000
        assert set(self.task.answer(prompt)) <= set(self.task.answer_tokens)

    def test_its_answers_are_those_of_its_specification(self) -> None:
        """On what is drawn, and on the first thousand prompts in order of their length."""
        specification = self.task.specification
        if specification is None:
            pytest.skip("it has no specification, so that nothing is proved of it")
        first = chain.from_iterable(prompts_of(self.task, tokens) for tokens in range(1, 50))
        drawn = (example.prompt for example in self.examples(4, longest=40))
        for prompt in chain(drawn, islice(first, 1_000)):
            assert answer_of(specification, prompt) == self.task.answer(prompt)
