"""Tasks with one answer token when the prompt has ended: what a finite automaton has come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from ._base import SequenceTask
from ._draw import symbols
from .specification import Block, Fold, Say, Specification, State
from .tokens import Token, Tokens


def fold_task(
    name: str,
    summary: str,
    tokens: Tokens,
    answers: Tokens,
    answer: Callable[[Tokens], Token],
    start: State,
    step: Callable[[State, Token], State],
    token: Callable[[State], Token],
    *,
    counts: str = "symbols",
    draw: Callable[[np.random.Generator, int], Tokens] | None = None,
    ends_in: Callable[[State], bool] | None = None,
    every: Callable[[int], Iterator[Tokens]] | None = None,
) -> SequenceTask:
    """The task to say `answer`, which is the `token` of the state that steps from `start` lead to.

    Prompts are those that end in a state that `ends_in` holds for, which `every` lists: all, where
    these are not given.
    """
    return SequenceTask(
        name,
        summary,
        counts,
        prompt_tokens=tokens,
        answer_tokens=answers,
        draw=draw or partial(symbols, alphabet=tokens),
        answer=lambda prompt: (answer(prompt),),
        specification=Specification((Block(tokens),), (Fold(step), Say(token)), start, ends_in),
        every=every,
    )
