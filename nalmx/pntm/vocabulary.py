"""Token streams: prompt, `=`, answer, end.

A token of the prompt and a token of the answer are different symbols even where they are spelled the
same: a machine must be able to treat what it is given and what it says differently, since its
controls see nothing but the token. What it says silently is heard by itself alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from .tasks import Example, Token, Tokens

Ids: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Vocabulary:
    """Numbers of symbols: prompt tokens first, then `=`, then answer tokens, then the end.

    The last `silent` of the answer tokens are no part of an answer.
    """

    prompt: Tokens
    answer: Tokens
    silent: int = 0

    @classmethod
    def of(cls, examples: Iterable[Example]) -> Vocabulary:
        """The tokens that occur, sorted by spelling."""
        prompts: set[Token] = set()
        answers: set[Token] = set()
        for example in examples:
            prompts.update(example.prompt)
            answers.update(example.answer)
        return cls(tuple(sorted(prompts)), tuple(sorted(answers)))

    @property
    def size(self) -> int:
        return len(self.prompt) + len(self.answer) + 2

    @property
    def equals(self) -> int:
        """The symbol between prompt and answer."""
        return len(self.prompt)

    @property
    def end(self) -> int:
        """The symbol after the answer."""
        return self.size - 1

    @property
    def outputs(self) -> range:
        """The symbols that may be answered: answer tokens and the end."""
        return range(self.equals + 1, self.size)

    @cached_property
    def _prompt_ids(self) -> dict[Token, int]:
        return {token: i for i, token in enumerate(self.prompt)}

    @cached_property
    def _answer_ids(self) -> dict[Token, int]:
        return {token: self.equals + 1 + i for i, token in enumerate(self.answer)}

    def encode_prompt(self, prompt: Sequence[Token]) -> Ids:
        """`prompt =` as numbers."""
        return np.array([*_looked_up(prompt, self._prompt_ids, "prompt"), self.equals], np.int64)

    def encode(self, example: Example) -> Ids:
        """`prompt = answer end` as numbers."""
        answer = _looked_up(example.answer, self._answer_ids, "answer")
        return np.concatenate([self.encode_prompt(example.prompt), np.array([*answer, self.end])])

    def is_silent(self, symbol: int) -> bool:
        """Whether what is said is no part of the answer."""
        return self.end - self.silent <= symbol < self.end

    def decode(self, answer: Iterable[int]) -> Tokens:
        """Answer tokens of numbers, without the end and what is silent."""
        heard = (i for i in answer if not self.is_silent(i)) if self.silent else answer
        return tuple(self.answer[i - self.equals - 1] for i in heard)

    def spell(self, symbol: int) -> str:
        """A symbol in words, for tables: a token, `=` or `end`."""
        if symbol == self.equals:
            return "="
        if symbol == self.end:
            return "end"
        return (
            self.prompt[symbol] if symbol < self.equals else self.answer[symbol - self.equals - 1]
        )


def _looked_up(tokens: Sequence[Token], known: dict[Token, int], role: str) -> list[int]:
    try:
        return [known[token] for token in tokens]
    except KeyError as missing:
        raise SettingError(
            f"the {role} token {str(missing.args[0])[:40]!r} was never seen in training; known are: "
            f"{', '.join(list(known)[:20])}"
        ) from None
