"""Associative recall: the last value given to a key.

Example: a 3 b 5 a 0 ? a → 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, product

import numpy as np

from ._base import SequenceTask
from ._draw import LETTERS, letters, symbols
from .tokens import Tokens

VALUES = tuple("01234567")
ASK = "?"


def _draw(random: np.random.Generator, length: int) -> Tokens:
    keys, values = letters(random, length), symbols(random, length, VALUES)
    # From the set of keys, so that one that occurs once is asked for as often as any other.
    (asked,) = symbols(random, 1, tuple(sorted(set(keys))))
    pairs = (token for pair in zip(keys, values, strict=True) for token in pair)
    return (*pairs, ASK, asked)


def _answer(prompt: Tokens) -> Tokens:
    *pairs, _, asked = prompt
    return (dict(zip(pairs[::2], pairs[1::2], strict=True))[asked],)


def _every(tokens: int) -> Iterator[Tokens]:
    pairs, rest = divmod(tokens - 2, 2)
    if rest or pairs < 1:
        return
    for listed in product(product(LETTERS, VALUES), repeat=pairs):
        for asked in sorted({key for key, _ in listed}):
            yield (*chain.from_iterable(listed), ASK, asked)


def _admits(prompt: Tokens) -> bool:
    *pairs, mark, asked = prompt if len(prompt) >= 4 else ("", "")
    keys, values = pairs[::2], pairs[1::2]
    paired = len(keys) == len(values) and set(LETTERS).issuperset(keys)
    return paired and set(VALUES).issuperset(values) and mark == ASK and asked in keys


TASK = SequenceTask(
    name="associative-recall",
    summary="the last value given to a key",
    counts="pairs of a key and a value",
    prompt_tokens=(*LETTERS, *VALUES, ASK),
    answer_tokens=VALUES,
    draw=_draw,
    answer=_answer,
    every=_every,
    admits=_admits,
)
