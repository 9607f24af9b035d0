"""Modular arithmetic (simple): the value modulo 5 of numbers with + - * between; * binds closer.

Example: 1 + 2 * 3 → 2.
Reference: Delétang et al. (2023), Neural networks and the Chomsky hierarchy.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TypeAlias

import numpy as np

from ._draw import symbols
from ._fold import fold_task
from .specification import State
from .tokens import Token, Tokens

RESIDUES = tuple("01234")
SIGNS = tuple("+-*")
# Sum of the terms before, the last term, and the sign that awaits a number: none after a number.
_Value: TypeAlias = tuple[int, int, Token]
_START: _Value = (0, 0, "+")


def _draw(random: np.random.Generator, length: int) -> Tokens:
    numbers = symbols(random, length, RESIDUES)
    signs = symbols(random, length - 1, SIGNS)
    pairs = zip(numbers, (*signs, ""), strict=True)
    return tuple(token for pair in pairs for token in pair if token)


def _every(tokens: int) -> Iterator[Tokens]:
    parts = (SIGNS if at % 2 else RESIDUES for at in range(tokens))
    return product(*parts) if tokens % 2 else iter(())


def _answer(prompt: Tokens) -> Token:
    """Products are taken first: a sign and a product for every term."""
    terms, sign = [], 1
    for token in prompt:
        if token in "+-":
            sign = 1 if token == "+" else -1
            terms.append((sign, 1))
        elif token != "*":
            sign, product = terms.pop() if terms else (1, 1)
            terms.append((sign, product * int(token) % 5))
    return RESIDUES[sum(sign * product for sign, product in terms) % 5]


def _step(state: State, token: Token) -> State:
    if not isinstance(state, tuple):  # no expression begins so
        return state
    total, term, sign = state
    if (token in SIGNS) == bool(sign):
        return None
    if token in SIGNS:
        return total, term, token
    number = int(token)
    if sign == "*":
        return total, term * number % 5, ""
    return (total + term) % 5, (number if sign == "+" else -number) % 5, ""


def _token(state: State) -> Token:
    return RESIDUES[sum(state[:2]) % 5] if isinstance(state, tuple) else RESIDUES[0]


TASK = fold_task(
    "modular-arithmetic-simple",
    "the value modulo 5 of numbers with + - * between",
    (*RESIDUES, *SIGNS),
    RESIDUES,
    _answer,
    _START,
    _step,
    _token,
    counts="numbers",
    draw=_draw,
    ends_in=lambda state: isinstance(state, tuple) and state[2] == "",
    every=_every,
)
