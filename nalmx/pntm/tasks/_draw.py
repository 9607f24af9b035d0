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


def operands(random: np.random.Generator, length: int) -> tuple[Tokens, Tokens]:
    """Two bit strings, one of `length` bits and one of 1 to `length`, in either order."""
    longer, other = bits(random, length), bits(random, up_to(random, length))
    return (longer, other) if random.random() < 0.5 else (other, longer)


def up_to(random: np.random.Generator, highest: int) -> int:
    """A whole number drawn uniformly from 1 to `highest`."""
    return int(random.integers(1, highest, endpoint=True))
