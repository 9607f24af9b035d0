"""Tasks whose prompt is a word: a string over an alphabet, of which the answer says parts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ._base import SequenceTask
from ._draw import symbols
from .specification import Block, Instruction, Specification, Stream, spell
from .tokens import Tokens


def word_task(
    name: str,
    summary: str,
    alphabet: Tokens,
    answer: Callable[[Tokens], Tokens],
    *said: Instruction,
    besides: Tokens = (),
    draw: Callable[[np.random.Generator, int], Tokens] | None = None,
) -> SequenceTask:
    """The task to answer a word by what is `said`; answers have its letters, and tokens `besides`."""
    return SequenceTask(
        name,
        summary,
        "symbols",
        prompt_tokens=alphabet,
        answer_tokens=(*alphabet, *besides),
        draw=draw or partial(symbols, alphabet=alphabet),
        answer=answer,
        specification=Specification((Block(alphabet),), said),
    )


def sort_task(name: str, summary: str, symbols: Tokens) -> SequenceTask:
    """The task to say the symbols of a word in the order in which they are listed here."""
    return word_task(
        name,
        summary,
        symbols,
        lambda prompt: tuple(sorted(prompt, key=symbols.index)),
        *(spell(Stream(only=(symbol,))) for symbol in symbols),
    )
