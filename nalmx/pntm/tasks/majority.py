"""Majority: the symbol that occurs more often, or = for a tie.

Example: a b a → a, and a b → =.
"""

from __future__ import annotations

import numpy as np

from ._word import word_task
from .specification import Compare, Stream
from .tokens import Tokens

SYMBOLS = ("a", "b")
TIE = "="


def _draw(random: np.random.Generator, length: int) -> Tokens:
    """A third uniform strings, a third of any count of a, a third ties and their neighbours."""
    counts = (
        random.binomial(length, 0.5),
        random.integers(length, endpoint=True),
        (length + random.integers(-2, 2, endpoint=True)) // 2,
    )
    count = counts[random.integers(3)]
    return tuple("a" if place < count else "b" for place in random.permutation(length))


def _answer(prompt: Tokens) -> Tokens:
    lead = prompt.count("a") - prompt.count("b")
    if lead == 0:
        return (TIE,)
    return ("a",) if lead > 0 else ("b",)


TASK = word_task(
    "majority",
    "the symbol that occurs more often, or = for a tie",
    SYMBOLS,
    _answer,
    Compare(Stream(only=("a",)), Stream(only=("b",)), ("b", TIE, "a")),
    besides=(TIE,),
    draw=_draw,
)
