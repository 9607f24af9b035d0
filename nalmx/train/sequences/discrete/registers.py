"""Registers worth trying: what controls may depend on besides the token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ....pntm.vocabulary import Ids, Vocabulary
from ....tasks.sequences import Example

_MOST_SEGMENTS = 4
_CYCLES = (2, 3)


def candidate_registers(vocabulary: Vocabulary, examples: Sequence[Example]) -> Iterator[Ids]:
    """Transition tables (states, vocabulary), simplest first: none, segments, places in a cycle."""
    none = np.zeros((1, vocabulary.size), np.int64)
    yield none
    separators = _constant_tokens(vocabulary, examples)
    total = sum(separators.values())
    if 0 < total <= _MOST_SEGMENTS:
        yield _segments(vocabulary, list(separators), total)
    for length in _CYCLES:
        yield _cycle(vocabulary, list(separators), length)


def _constant_tokens(vocabulary: Vocabulary, examples: Sequence[Example]) -> dict[int, int]:
    """Prompt symbols that every prompt has, always equally often."""
    counts = np.zeros((len(examples), len(vocabulary.prompt)), np.int32)
    for at, example in enumerate(examples):
        ids = vocabulary.encode_prompt(example.prompt)[:-1]
        np.add.at(counts[at], ids, 1)
    low, high = counts.min(0), counts.max(0)
    return {int(i): int(low[i]) for i in np.flatnonzero((low == high) & (low > 0))}


def _segments(vocabulary: Vocabulary, separators: Sequence[int], total: int) -> Ids:
    """The number of separators so far."""
    table = np.repeat(np.arange(total + 1)[:, None], vocabulary.size, axis=1)
    table[:, separators] = np.minimum(np.arange(total + 1) + 1, total)[:, None]
    table[:, vocabulary.equals :] = 0
    return table


def _cycle(vocabulary: Vocabulary, separators: Sequence[int], length: int) -> Ids:
    """The place of a prompt token modulo a length, counted anew after each separator."""
    table = np.repeat(((np.arange(length) + 1) % length)[:, None], vocabulary.size, axis=1)
    table[:, separators] = 0
    table[:, vocabulary.equals :] = 0
    return table
