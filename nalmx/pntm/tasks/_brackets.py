"""Expressions of residues modulo 5 in brackets, with + and -.

An expression is a number, a number with a minus before it, either of them in brackets, or two
expressions with a sign between, in brackets: every number of tokens has some.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import numpy as np

from .tokens import Tokens

MODULUS = 5
RESIDUES = tuple("01234")
SIGNS = ("+", "-")
BRACKETS = ("(", ")")
# Besides two expressions in brackets: what stands before a number, and behind it.
_NUMBERS: dict[int, tuple[Tokens, Tokens]] = {
    1: ((), ()), 2: (("-",), ()), 3: (("(",), (")",)), 4: (("(", "-"), (")",)),
}  # fmt: skip
_AROUND = 3  # tokens about two expressions


def drawn(random: np.random.Generator, length: int) -> Tokens:
    """An expression of so many tokens; what is left of the sign has any length that there is."""
    said: list[str] = []
    ahead: list[int | str] = [length]
    while ahead:
        part = ahead.pop()
        if isinstance(part, str):
            said.append(part)
        elif part in _NUMBERS:
            before, behind = _NUMBERS[part]
            said += [*before, RESIDUES[random.integers(MODULUS)], *behind]
        else:
            left = int(random.integers(1, part - _AROUND))
            sign = SIGNS[random.integers(len(SIGNS))]
            ahead += [")", part - _AROUND - left, sign, left, "("]
    return tuple(said)


def every(tokens: int) -> Iterator[Tokens]:
    """All expressions of so many tokens."""
    if tokens in _NUMBERS:
        before, behind = _NUMBERS[tokens]
        yield from ((*before, residue, *behind) for residue in RESIDUES)
    for left in range(1, tokens - _AROUND):
        for one, sign in product(every(left), SIGNS):
            for other in every(tokens - _AROUND - left):
                yield ("(", *one, sign, *other, ")")


def value_of(expression: Tokens, unknown: int = 0) -> int:
    """The value of an expression in which x is `unknown`."""
    open_: list[tuple[int, int]] = []  # of each bracket: what was before its sign, and the sign
    total, sign = 0, 1
    for token in expression:
        if token == "(":
            open_.append((total, sign))
            total, sign = 0, 1
        elif token == ")":
            value, (total, sign) = total, open_.pop()
            total, sign = total + sign * value, 1
        elif token in SIGNS:
            sign = sign if token == "+" else -sign
        else:
            total, sign = total + sign * (unknown if token == "x" else int(token)), 1
    return total % MODULUS


def is_expression(text: str) -> bool:
    """Whether a text without blanks is an expression, in which x may be a number."""
    left = re.sub(r"\(-?[0-4x]\)", "E", text)
    while (less := re.sub(r"\((E|-?[0-4x])[-+](E|-?[0-4x])\)", "E", left)) != left:
        left = less
    return re.fullmatch("E|-?[0-4x]", left) is not None and "E" not in text
