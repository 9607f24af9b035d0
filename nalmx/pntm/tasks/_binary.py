"""Tasks of two binary numbers with a sign between, least significant digit first unless they say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ._base import SequenceTask
from ._draw import BITS, bits, up_to
from .specification import Block, Specification
from .tokens import Token, Tokens

Operands: TypeAlias = tuple[Tokens, Tokens]


def binary_task(
    name: str,
    summary: str,
    sign: Token,
    answer: Callable[[Tokens, Tokens], Tokens],
    specification: Specification,
    *,
    draw: Callable[[np.random.Generator, int], Operands] | None = None,
    counts: str = "digits of the longer operand",
    answer_tokens: Tokens = BITS,
) -> SequenceTask:
    """The task to answer two operands, drawn as `draw` does (by `operands`)."""

    def draw_prompt(random: np.random.Generator, length: int) -> Tokens:
        left, right = (draw or operands)(random, length)
        return (*left, sign, *right)

    def answer_prompt(prompt: Tokens) -> Tokens:
        place = prompt.index(sign)
        return answer(prompt[:place], prompt[place + 1 :])

    return SequenceTask(
        name,
        summary,
        counts,
        prompt_tokens=(*BITS, sign),
        answer_tokens=answer_tokens,
        draw=draw_prompt,
        answer=answer_prompt,
        specification=specification,
    )


def operands(random: np.random.Generator, length: int) -> Operands:
    """Two bit strings, one of `length` bits and one of 1 to `length`, in either order."""
    longer, other = bits(random, length), bits(random, up_to(random, length))
    return (longer, other) if random.random() < 0.5 else (other, longer)


def shape(sign: Token) -> tuple[Block | Token, ...]:
    """The shape of two binary numbers with a sign between."""
    return Block(BITS), sign, Block(BITS)
