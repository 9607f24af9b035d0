"""Repeat copy: a string as many times as there are marks after it, each time closed by a bar.

Example: a b # # → a b | a b |.
"""

from __future__ import annotations

import numpy as np

from ._base import SequenceTask
from ._draw import LETTERS, letters, up_to
from .specification import Block, Repeat, Specification, Stream, say, spell
from .tokens import Tokens

MARK, BAR = "#", "|"
MOST_TIMES = 4


def _draw(random: np.random.Generator, length: int) -> Tokens:
    return (*letters(random, length), *[MARK] * up_to(random, MOST_TIMES))


def _answer(prompt: Tokens) -> Tokens:
    times = prompt.count(MARK)
    return (*prompt[: len(prompt) - times], BAR) * times


TASK = SequenceTask(
    name="repeat-copy",
    summary="a string, once for each mark after it",
    counts="symbols of the string",
    prompt_tokens=(*LETTERS, MARK),
    answer_tokens=(*LETTERS, BAR),
    draw=_draw,
    answer=_answer,
    specification=Specification(
        (Block(LETTERS), Block((MARK,))), (Repeat(1, (spell(Stream()), say(BAR))),)
    ),
)
