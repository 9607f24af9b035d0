"""What a sequence task is: a prompt, its one right answer, and how prompts of a length are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ...errors import SettingError
from .specification import Specification
from .tokens import Tokens


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt and its answer."""

    prompt: Tokens
    answer: Tokens

    @classmethod
    def of(cls, prompt: Iterable[str], answer: Iterable[str]) -> Example:
        """An example of two sequences of texts: `Example.of("abc", "cba")` has tokens of a letter."""
        sides = tuple(prompt), tuple(answer)
        for token in (*sides[0], *sides[1]):
            if not isinstance(token, str) or not token:
                raise SettingError(f"the token {token!r} is not a text; write str(token)")
        return cls(*sides)


@dataclass(frozen=True, slots=True)
class SequenceTask:
    """A function from prompts to answers, with prompts to try it on.

    `draw(random, length)` gives a prompt; what a length counts (symbols, digits of the longer
    operand, pairs, …) is said in `counts`. `answer(prompt)` is the ground truth, `specification` the
    same as data to reason about, or else `every(tokens)` gives all prompts of so many tokens and
    `admits(prompt)` tells them.
    """

    name: str
    summary: str
    counts: str
    prompt_tokens: Tokens
    answer_tokens: Tokens
    draw: Callable[[np.random.Generator, int], Tokens]
    answer: Callable[[Tokens], Tokens]
    shortest: int = 1
    specification: Specification | None = None
    every: Callable[[int], Iterator[Tokens]] | None = None
    admits: Callable[[Tokens], bool] | None = None

    def is_prompt(self, prompt: Tokens) -> bool:
        """Whether this is a prompt of the task."""
        if self.specification is not None:
            return self.specification.admits(prompt)
        return self.admits is not None and self.admits(prompt)

    def example(self, random: np.random.Generator, length: int) -> Example:
        """A random prompt of this length, with its answer."""
        if length < self.shortest:
            raise SettingError(
                f"length {length} is too short for {self.name}; give {self.shortest} or more"
            )
        prompt = self.draw(random, length)
        return Example(prompt, self.answer(prompt))

    def examples(
        self, random: np.random.Generator, count: int, longest: int, shortest: int | None = None
    ) -> list[Example]:
        """Examples of lengths drawn uniformly from `shortest` (the task's own) to `longest`."""
        lowest = self.shortest if shortest is None else shortest
        lengths = random.integers(lowest, max(lowest, longest), count, endpoint=True)
        return [self.example(random, int(length)) for length in lengths]


def exact_match(decoded: Iterable[Tokens], examples: Iterable[Example]) -> float:
    """The part of whole answers that are right to the last token, and end where they should."""
    hits = [own == example.answer for own, example in zip(decoded, examples, strict=True)]
    return sum(hits) / len(hits) if hits else 1.0
