"""Permutations in one-line notation: "231" sends 1 to 2, 2 to 3 and 3 to 1."""

from __future__ import annotations

from itertools import permutations

from .tokens import Token, Tokens


def permutations_of(degree: int) -> Tokens:
    """All permutations of 1…degree, at most 9, in alphabetical order."""
    points = "123456789"[:degree]
    return tuple("".join(images) for images in permutations(points))


def then(first: Token, second: Token) -> Token:
    """The product that applies `first`, then `second`. Example: "213" then "132" is "312"."""
    return "".join(second[int(image) - 1] for image in first)
