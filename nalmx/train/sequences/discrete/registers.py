"""Registers worth trying: what controls may depend on besides the token."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ....pntm.vocabulary import Ids, Vocabulary
from ....tasks.sequences import Example
from .automaton import learn_automaton

_MOST_SEGMENTS = 4
_CYCLES = (2, 3)


@dataclass(frozen=True, eq=False)
class Register:
    """Transitions (states, vocabulary). `apart`: a token is another one in every state.

    Otherwise the controls treat a token alike in all states, and a tape gets the state to keep.
    """

    table: Ids
    apart: bool = True


def candidate_registers(
    vocabulary: Vocabulary, examples: Sequence[Example]
) -> Iterator[Callable[[], Register | None]]:
    """Registers in the order of simplicity: none, segments, places in a cycle, an automaton.

    Each is made when it is called for; None where there is none of its kind.
    """
    none = np.zeros((1, vocabulary.size), np.int64)
    yield lambda: Register(none)
    separators = _constant_tokens(vocabulary, examples)
    total = sum(separators.values())
    if 0 < total <= _MOST_SEGMENTS:
        yield lambda: Register(_segments(vocabulary, list(separators), total))
    yield lambda: _automaton(vocabulary, examples)
    for length in _CYCLES:
        yield lambda length=length: Register(_cycle(vocabulary, list(separators), length))  # type: ignore[misc]


def _automaton(vocabulary: Vocabulary, examples: Sequence[Example]) -> Register | None:
    table = learn_automaton(vocabulary, examples)
    return None if table is None or len(table) < 2 else Register(table, apart=False)


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
