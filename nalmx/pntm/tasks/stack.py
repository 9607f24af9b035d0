"""Stack: what is left after pushes and pops, from top to bottom.

Example: a b pop c → c a.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

import numpy as np

from ._base import SequenceTask
from ._draw import symbols
from .tokens import Tokens

ITEMS = tuple("abcd")
POP = "pop"


def _draw(random: np.random.Generator, length: int) -> Tokens:
    """Pops of a rate between none and every second operation, so that stacks of all depths occur."""
    pushes, pops = symbols(random, length, ITEMS), random.random(length) < random.uniform(0, 0.5)
    operations = []
    depth = 0
    for item, pop in zip(pushes, pops, strict=True):
        pop = pop and depth > 0
        operations.append(POP if pop else item)
        depth += -1 if pop else 1
    return tuple(operations)


def _answer(prompt: Tokens) -> Tokens:
    stack: list[str] = []
    for operation in prompt:
        if operation == POP:
            stack.pop()
        else:
            stack.append(operation)
    return tuple(reversed(stack))


def _every(tokens: int, depth: int = 0) -> Iterator[Tokens]:
    """All operations that never pop an empty stack."""
    if tokens == 0:
        yield ()
        return
    for first in TASK.prompt_tokens if depth else ITEMS:
        for others in _every(tokens - 1, depth + (-1 if first == POP else 1)):
            yield (first, *others)


def _admits(prompt: Tokens) -> bool:
    depths = accumulate(-1 if operation == POP else 1 for operation in prompt)
    known = set(TASK.prompt_tokens)
    return bool(prompt) and known.issuperset(prompt) and all(depth >= 0 for depth in depths)


TASK = SequenceTask(
    name="stack",
    summary="what is left after pushes and pops, from top to bottom",
    counts="operations",
    prompt_tokens=(*ITEMS, POP),
    answer_tokens=ITEMS,
    draw=_draw,
    answer=_answer,
    every=_every,
    admits=_admits,
)
