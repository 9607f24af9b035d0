"""Registers worth trying: what controls may depend on besides the token."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...tasks import Example
from ...vocabulary import Ids, Vocabulary
from .automaton import learn_automaton

_MOST_SEGMENTS = 4
_PLACES = ((1, 2), (2, 1), (2, 2), (1, 3), (3, 1))  # cycles within prompts and within answers


@dataclass(frozen=True, eq=False)
class Register:
    """Transitions (states, vocabulary), and how much there is to say about them, in nats.

    `apart`: a token is another one in every state. Otherwise the controls treat a token alike in
    all states, and a tape gets the state to keep.
    """

    table: Ids
    cost: float
    apart: bool = True


def candidate_registers(
    vocabulary: Vocabulary, examples: Sequence[Example]
) -> Iterator[Callable[[], Register | None]]:
    """Registers in the order of simplicity: none, segments, an automaton, places in a cycle.

    Each is made when it is called for; None where there is none of its kind.
    """
    yield lambda: Register(np.zeros((1, vocabulary.size), np.int64), 0.0)
    separators = _constant_tokens(vocabulary, examples)
    total = sum(separators.values())
    segmented = 0 < total <= _MOST_SEGMENTS
    if segmented:
        yield lambda: _segments(vocabulary, separators, 1)
    yield lambda: _automaton(vocabulary, examples)
    for prompt, answer in _PLACES:
        yield lambda p=prompt, a=answer: _cycles(vocabulary, list(separators), p, a)  # type: ignore[misc]
        if segmented and prompt == 1:
            yield lambda a=answer: _segments(vocabulary, separators, a)  # type: ignore[misc]


def _constant_tokens(vocabulary: Vocabulary, examples: Sequence[Example]) -> dict[int, int]:
    """Prompt symbols that every prompt has, always equally often."""
    common: dict[int, int] | None = None
    for example in examples:
        counts = Counter(vocabulary.encode_prompt(example.prompt)[:-1].tolist())
        common = dict(counts) if common is None else dict(common.items() & counts.items())
        if not common:
            break
    return dict(sorted((common or {}).items()))


def _segments(vocabulary: Vocabulary, separators: dict[int, int], answer: int) -> Register:
    """The number of separators so far; in the answer, the place in a cycle."""
    total = sum(separators.values())
    table = _answer_cycle(vocabulary, total + 1, answer)
    states = np.arange(total + 1)
    table[: total + 1, : vocabulary.equals] = states[:, None]
    table[: total + 1, list(separators)] = np.minimum(states + 1, total)[:, None]
    return Register(table, 2.0 * answer)


def _cycles(
    vocabulary: Vocabulary, separators: Sequence[int], prompt: int, answer: int
) -> Register:
    """Places modulo a number, counted anew after each separator and in the answer."""
    table = _answer_cycle(vocabulary, prompt, answer)
    table[:prompt, : vocabulary.equals] = ((np.arange(prompt) + 1) % prompt)[:, None]
    table[:prompt, separators] = 0
    return Register(table, 2.0 * (prompt + answer))


def _answer_cycle(vocabulary: Vocabulary, before: int, length: int) -> Ids:
    """States `before` the answer, and those of a cycle in it; a cycle of one shares the first."""
    if length == 1:
        return np.zeros((before, vocabulary.size), np.int64)
    table = np.full((before + length, vocabulary.size), before, np.int64)
    places = (np.arange(length) + 1) % length
    table[before:, vocabulary.equals + 1 :] = before + places[:, None]
    return table


def _automaton(vocabulary: Vocabulary, examples: Sequence[Example]) -> Register | None:
    table = learn_automaton(vocabulary, examples)
    if table is None or len(table) < 2:
        return None
    return Register(table, len(vocabulary.prompt) * len(table) * math.log(len(table)), apart=False)
