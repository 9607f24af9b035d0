"""Solve equation: the x for which an expression in brackets with + and - has a value modulo 5.

Example: ( 1 - x ) = 3 → 3.
Reference: Delétang et al. (2023), Neural networks and the Chomsky hierarchy.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ._base import SequenceTask
from ._brackets import (
    BRACKETS,
    MODULUS,
    RESIDUES,
    SIGNS,
    drawn,
    every,
    is_expression,
    value_of,
)
from .tokens import Tokens

UNKNOWN, EQUALS = "x", "="
TOKENS = (*RESIDUES, *SIGNS, *BRACKETS, UNKNOWN, EQUALS)


def _draw(random: np.random.Generator, length: int) -> Tokens:
    expression = drawn(random, length - 2)
    numbers = [at for at, token in enumerate(expression) if token in RESIDUES]
    at = numbers[random.integers(len(numbers))]
    value = RESIDUES[value_of(expression)]
    return (*expression[:at], UNKNOWN, *expression[at + 1 :], EQUALS, value)


def _answer(prompt: Tokens) -> Tokens:
    """The value is that for 0, and for each 1 more of x it is 1 more, or 1 less."""
    expression, value = prompt[:-2], int(prompt[-1])
    least = value_of(expression)
    return (RESIDUES[(value - least) * (value_of(expression, 1) - least) % MODULUS],)


def _every(tokens: int) -> Iterator[Tokens]:
    for expression in every(tokens - 2) if tokens > 2 else ():
        for at, token in enumerate(expression):
            if token == RESIDUES[0]:
                for value in RESIDUES:
                    yield (*expression[:at], UNKNOWN, *expression[at + 1 :], EQUALS, value)


def _admits(prompt: Tokens) -> bool:
    expression, end = prompt[:-2], prompt[-2:]
    known = set(TOKENS).issuperset(prompt) and expression.count(UNKNOWN) == 1
    return (
        known and end[:1] == (EQUALS,) and end[1] in RESIDUES and is_expression("".join(expression))
    )


TASK = SequenceTask(
    name="solve-equation",
    summary="the x for which an expression in brackets has a value modulo 5",
    counts="tokens",
    prompt_tokens=TOKENS,
    answer_tokens=RESIDUES,
    draw=_draw,
    answer=_answer,
    shortest=3,
    every=_every,
    admits=_admits,
)
