"""Stack manipulation: a stack from bottom to top, and what is done to it, give it from top to bottom.

A pop of an empty stack does nothing.

Example: 0 1 pop push0 → 0 0, and 1 pop pop → nothing.
Reference: Delétang et al. (2023), Neural networks and the Chomsky hierarchy.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from ._base import SequenceTask
from ._draw import BITS, bits, symbols, up_to
from .tokens import Tokens

POP = "pop"
PUSHES = {"push0": "0", "push1": "1"}
ACTIONS = (POP, *PUSHES)


def _draw(random: np.random.Generator, length: int) -> Tokens:
    given = up_to(random, max(1, length - 1))
    return (*bits(random, given), *symbols(random, length - given, ACTIONS))


def _answer(prompt: Tokens) -> Tokens:
    stack: list[str] = []
    for token in prompt:
        if token != POP:
            stack.append(PUSHES.get(token, token))
        elif stack:
            stack.pop()
    return tuple(reversed(stack))


def _every(tokens: int) -> Iterator[Tokens]:
    for given in range(1, tokens + 1):
        for stack in product(BITS, repeat=given):
            for actions in product(ACTIONS, repeat=tokens - given):
                yield (*stack, *actions)


def _admits(prompt: Tokens) -> bool:
    given = next((at for at, token in enumerate(prompt) if token not in BITS), len(prompt))
    return given > 0 and set(ACTIONS).issuperset(prompt[given:])


TASK = SequenceTask(
    name="stack-manipulation",
    summary="a stack after pushes and pops, from top to bottom",
    counts="tokens",
    prompt_tokens=(*BITS, *ACTIONS),
    answer_tokens=BITS,
    draw=_draw,
    answer=_answer,
    every=_every,
    admits=_admits,
)
