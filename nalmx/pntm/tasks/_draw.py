"""Ways to draw prompts that several tasks share."""

from __future__ import annotations

import numpy as np

from .tokens import Tokens

LETTERS: Tokens = tuple("abcdefgh")
BITS: Tokens = ("0", "1")


def symbols(random: np.random.Generator, length: int, alphabet: Tokens) -> Tokens:
    """Tokens drawn independently and uniformly from an alphabet."""
    return tuple(alphabet[i] for i in random.integers(len(alphabet), size=length))


def letters(random: np.random.Generator, length: int) -> Tokens:
    """A string over a…h."""
    return symbols(random, length, LETTERS)


def bits(random: np.random.Generator, length: int) -> Tokens:
    """A string over 0 and 1."""
    return symbols(random, length, BITS)


def positive(random: np.random.Generator, length: int) -> Tokens:
    """A string over 0 and 1 that has a 1."""
    while True:
        drawn = bits(random, length)
        if "1" in drawn:
            return drawn


def up_to(random: np.random.Generator, highest: int) -> int:
    """A whole number drawn uniformly from 1 to `highest`."""
    return int(random.integers(1, highest, endpoint=True))
