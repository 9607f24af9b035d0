"""All prompts of a task, from the shortest on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from ._base import SequenceTask
from .specification import Block, Specification
from .tokens import Token, Tokens


def prompts_of(task: SequenceTask, tokens: int) -> Iterator[Tokens]:
    """Every prompt of a task that has this many tokens, each once.

    Example: `prompts_of(sequence_task("addition"), 3)` gives 0 + 0, 0 + 1, 1 + 0 and 1 + 1.
    """
    if task.every is not None:
        return task.every(tokens)
    assert task.specification is not None
    shape = task.specification.shape
    return filter(task.specification.admits, _fillings(shape, tokens))


def describe(specification: Specification) -> str:
    """The shape of prompts in words. Example: `{0, 1}+ "+" {0, 1}+`."""
    return " ".join(
        f'"{part}"'
        if isinstance(part, str)
        else f"{{{', '.join(part.tokens)}}}{'+' if part.least else '*'}"
        for part in specification.shape
    )


def _fillings(shape: tuple[Block | Token, ...], tokens: int) -> Iterator[Tokens]:
    if not shape:
        if tokens == 0:
            yield ()
        return
    first, rest = shape[0], shape[1:]
    needed = sum(1 if isinstance(part, str) else part.least for part in rest)
    if isinstance(first, str):
        for others in _fillings(rest, tokens - 1) if tokens > needed else ():
            yield (first, *others)
        return
    shortest = first.least if rest else max(first.least, tokens)
    for length in range(shortest, tokens - needed + 1):
        for word in product(first.tokens, repeat=length):
            for others in _fillings(rest, tokens - length):
                yield (*word, *others)
