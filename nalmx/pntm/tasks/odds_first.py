"""Odds first: the tokens at odd places, and then those at even places.

Example: 0 0 1 1 0 → 0 1 0 0 1.
Reference: Delétang et al. (2023), Neural networks and the Chomsky hierarchy.
"""

from __future__ import annotations

from itertools import product

from ._base import SequenceTask
from ._draw import BITS, bits

TASK = SequenceTask(
    name="odds-first",
    summary="the tokens at odd places, and then those at even places",
    counts="symbols",
    prompt_tokens=BITS,
    answer_tokens=BITS,
    draw=bits,
    answer=lambda prompt: prompt[::2] + prompt[1::2],
    every=lambda tokens: product(BITS, repeat=tokens),
    admits=lambda prompt: bool(prompt) and set(BITS).issuperset(prompt),
)
