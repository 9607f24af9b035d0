"""Missing duplicate: what stands where a string that is given twice has a gap.

A prompt of an odd number of tokens ends with a token that means nothing.

Example: 0 1 1 0 0 1 _ 0 → 1, and 1 0 1 1 _ 1 . → 0.
Reference: Delétang et al. (2023), Neural networks and the Chomsky hierarchy.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from ._base import SequenceTask
from ._draw import BITS, bits
from .tokens import Tokens

GAP, PAD = "_", "."


def _with_gap(word: Tokens, place: int, tokens: int) -> Tokens:
    twice = word * 2
    return (*twice[:place], GAP, *twice[place + 1 :], *[PAD] * (tokens % 2))


def _draw(random: np.random.Generator, length: int) -> Tokens:
    half = length // 2
    return _with_gap(bits(random, half), int(random.integers(2 * half)), length)


def _answer(prompt: Tokens) -> Tokens:
    half, place = len(prompt) // 2, prompt.index(GAP)
    return (prompt[place - half if place >= half else place + half],)


def _every(tokens: int) -> Iterator[Tokens]:
    half = tokens // 2
    words = product(BITS, repeat=half)
    return (_with_gap(word, place, tokens) for word in words for place in range(2 * half))


def _admits(prompt: Tokens) -> bool:
    half = len(prompt) // 2
    if (
        len(prompt) < 2
        or prompt.count(GAP) != 1
        or prompt[2 * half :] != (PAD,) * (len(prompt) % 2)
    ):
        return False
    filled = prompt[: prompt.index(GAP)] + _answer(prompt) + prompt[prompt.index(GAP) + 1 :]
    return set(BITS).issuperset(filled[: 2 * half]) and filled[:half] == filled[half : 2 * half]


TASK = SequenceTask(
    name="missing-duplicate",
    summary="what stands where a string that is given twice has a gap",
    counts="tokens",
    prompt_tokens=(*BITS, GAP, PAD),
    answer_tokens=BITS,
    draw=_draw,
    answer=_answer,
    shortest=2,
    every=_every,
    admits=_admits,
)
