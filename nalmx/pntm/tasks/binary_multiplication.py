"""Binary multiplication: the product of two numbers from 1 on, least significant digit first.

The product has no zeros behind its last 1; the operands may.

Example: 0 1 * 1 1 0 (2 · 3) → 0 1 1.
Reference: Delétang et al. (2023), Neural networks and the Chomsky hierarchy.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from ._base import SequenceTask
from ._digits import bits_of, number
from ._draw import BITS, positive, up_to
from .tokens import Tokens

TIMES = "*"


def _draw(random: np.random.Generator, length: int) -> Tokens:
    first = up_to(random, length - 2)
    return (*positive(random, first), TIMES, *positive(random, length - 1 - first))


def _answer(prompt: Tokens) -> Tokens:
    place = prompt.index(TIMES)
    return bits_of(number(prompt[:place]) * number(prompt[place + 1 :]), 1)


def _every(tokens: int) -> Iterator[Tokens]:
    for first in range(1, tokens - 1):
        for left, right in product(*(product(BITS, repeat=n) for n in (first, tokens - 1 - first))):
            if "1" in left and "1" in right:
                yield (*left, TIMES, *right)


def _admits(prompt: Tokens) -> bool:
    if prompt.count(TIMES) != 1 or not {*BITS, TIMES}.issuperset(prompt):
        return False
    place = prompt.index(TIMES)
    return "1" in prompt[:place] and "1" in prompt[place + 1 :]


TASK = SequenceTask(
    name="binary-multiplication",
    summary="the product of two binary numbers, least significant digit first",
    counts="tokens",
    prompt_tokens=(*BITS, TIMES),
    answer_tokens=BITS,
    draw=_draw,
    answer=_answer,
    shortest=3,
    every=_every,
    admits=_admits,
)
