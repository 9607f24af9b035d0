"""Examples as one array of control rows, with the places where an answer is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...tasks import Example, Tokens
from ...vocabulary import Ids, Vocabulary

Heard: TypeAlias = Mapping[Example, Tokens]
HELD_OUT = 5  # every fifth prompt is held out where a table is grown for a trial
_PRINTED = 1_500
_JUDGED = 20_000
_TOKENS = 100  # at most, for each question of some examples


@dataclass(frozen=True, eq=False)
class Streams:
    """Examples one after another: symbols, control rows, and where the next token is to be said.

    The last token of every stream (the end) is left out: nothing follows it.
    """

    vocabulary: Vocabulary
    symbols: Ids  # (tokens,)
    bounds: Ids  # (examples + 1,): where each example begins
    asked: Ids  # (questions,): positions after which an answer token or the end follows
    targets: Ids  # (questions,): what follows

    @classmethod
    def of(
        cls,
        examples: Sequence[Example],
        vocabulary: Vocabulary,
        heard: Heard | None = None,
        most: int = _JUDGED,
    ) -> Streams:
        """`heard` has what is fed back instead of an answer, as long as it is.

        At most so many questions are asked of an example: the first, the last, and some between.
        """
        symbols, bounds, asked, targets = [], [0], [], []
        for example in examples:
            stream = vocabulary.encode(example)
            begin = bounds[-1] + len(example.prompt)
            chosen = _some(len(example.answer) + 1, most)
            asked.append(begin + chosen)
            targets.append(stream[len(example.prompt) + 1 + chosen])
            if heard and example in heard:
                stream = vocabulary.encode(Example(example.prompt, heard[example]))
            symbols.append(stream[:-1])
            bounds.append(bounds[-1] + len(stream) - 1)
        return cls(
            vocabulary,
            np.concatenate(symbols).astype(np.int64),
            np.array(bounds),
            np.concatenate(asked),
            np.concatenate(targets).astype(np.int64),
        )

    @property
    def examples(self) -> int:
        return len(self.bounds) - 1

    def rows(self, register: Ids) -> Ids:
        """The control row of every token under a register (states, vocabulary)."""
        size = self.vocabulary.size
        if register.shape[0] == 1:
            return self.symbols
        rows, table, symbols = np.empty_like(self.symbols), register.tolist(), self.symbols.tolist()
        for begin, end in zip(self.bounds[:-1].tolist(), self.bounds[1:].tolist(), strict=True):
            state = 0
            for at in range(begin, end):
                state = table[state][symbols[at]]
                rows[at] = state * size + symbols[at]
        return rows


def _some(count: int, most: int) -> Ids:
    """The first, the last, and random ones of so many questions; all if there are few."""
    if count <= most:
        return np.arange(count)
    ends = most // 4
    between = np.random.default_rng(0).choice(count - 2 * ends, most - 2 * ends, replace=False)
    return np.concatenate(
        [np.arange(ends), ends + np.sort(between), np.arange(count - ends, count)]
    )


def first_questions(examples: Sequence[Example], questions: int) -> list[Example]:
    """The first examples that hold this many questions, or as many tokens as are read for them."""
    taken, total, tokens = [], 0, 0
    for example in examples:
        if total >= questions or tokens >= _TOKENS * questions:
            break
        taken.append(example)
        total += len(example.answer) + 1
        tokens += len(example.prompt) + len(example.answer)
    return taken


class Data:
    """Examples in the amounts that the steps of a search need."""

    def __init__(
        self, examples: Sequence[Example], vocabulary: Vocabulary, heard: Heard | None = None
    ) -> None:
        mixed = [examples[i] for i in np.random.default_rng(0).permutation(len(examples))]
        self.vocabulary, self._heard = vocabulary, heard
        self.examples = first_questions(mixed, _JUDGED)
        self.streams = Streams.of(self.examples, vocabulary, heard)
        self.printed = Streams.of(first_questions(mixed, _PRINTED), vocabulary, heard, _PRINTED)
        sizes = np.array([len(e.prompt) + len(e.answer) for e in self.examples])
        self._short = [self.examples[i] for i in np.argsort(sizes, kind="stable")]

    @cached_property
    def _held_out(self) -> NDArray[np.bool_]:
        """Which examples are held out: all that have the prompt, or none."""
        prompts: dict[Tokens, int] = {}
        numbers = [prompts.setdefault(e.prompt, len(prompts)) for e in self.examples]
        held: NDArray[np.bool_] = np.array(numbers) % HELD_OUT == HELD_OUT - 1
        return held

    @property
    def shown(self) -> list[Example]:
        """The examples that are not held out."""
        return [e for e, out in zip(self.examples, self._held_out, strict=True) if not out]

    @property
    def held_out(self) -> list[Example]:
        """The examples that are held out; no example that is shown has one of their prompts."""
        return [e for e, out in zip(self.examples, self._held_out, strict=True) if out]

    @cached_property
    def held(self) -> NDArray[np.bool_]:
        """Which questions belong to examples that are held out."""
        held: NDArray[np.bool_] = self._held_out[self.owner]
        return held

    @cached_property
    def owner(self) -> Ids:
        """The example that each question belongs to."""
        owner: Ids = np.searchsorted(self.streams.bounds, self.streams.asked, side="right") - 1
        return owner

    def sample(self, questions: int, wrong: Ids | None) -> Streams:
        """Half of them in the shortest examples, half in those answered wrongly and in others."""
        order = [] if wrong is None else dict.fromkeys(self.owner[wrong].tolist())
        failed = first_questions([self.examples[i] for i in order], questions // 4)
        rest = first_questions(
            self.examples, questions // 2 - sum(len(e.answer) + 1 for e in failed)
        )
        short = first_questions(self._short, questions // 2)
        examples = list(dict.fromkeys([*short, *failed, *rest]))
        return Streams.of(examples, self.vocabulary, self._heard, questions)
