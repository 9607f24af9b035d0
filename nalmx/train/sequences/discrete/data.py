"""Examples as one array of control rows, with the places where an answer is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....pntm.vocabulary import Ids, Vocabulary
from ....tasks.sequences import Example

Ints = NDArray[np.int32]


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
    def of(cls, examples: Sequence[Example], vocabulary: Vocabulary) -> Streams:
        symbols, bounds, asked, targets = [], [0], [], []
        for example in examples:
            stream = vocabulary.encode(example)
            begin = bounds[-1] + len(example.prompt)
            asked.append(np.arange(begin, begin + len(example.answer) + 1))
            targets.append(stream[len(example.prompt) + 1 :])
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


def first_questions(examples: Sequence[Example], questions: int) -> list[Example]:
    """The first examples that hold this many questions."""
    taken, total = [], 0
    for example in examples:
        if total >= questions:
            break
        taken.append(example)
        total += len(example.answer) + 1
    return taken
