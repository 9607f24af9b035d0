"""Square root: the root of a number from 1 on, rounded down, most significant digit first.

A number of n digits, zeros before it included, has a root of ⌈n/2⌉ digits.

Example: 1 0 0 1 0 1 (37) → 1 1 0.
Reference: Delétang et al. (2023), Neural networks and the Chomsky hierarchy.
"""

from __future__ import annotations

from itertools import product
from math import isqrt

from ._base import SequenceTask
from ._digits import bits_of, number
from ._draw import BITS, positive
from .tokens import Tokens


def _answer(prompt: Tokens) -> Tokens:
    return bits_of(isqrt(number(prompt[::-1])), (len(prompt) + 1) // 2)[::-1]


TASK = SequenceTask(
    name="compute-sqrt",
    summary="the square root of a binary number, most significant digit first",
    counts="digits",
    prompt_tokens=BITS,
    answer_tokens=BITS,
    draw=positive,
    answer=_answer,
    every=lambda tokens: (p for p in product(BITS, repeat=tokens) if "1" in p),
    admits=lambda prompt: set(BITS).issuperset(prompt) and "1" in prompt,
)
