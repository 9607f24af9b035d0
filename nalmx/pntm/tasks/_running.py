"""Tasks whose answers follow a state: one answer token after each token."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import accumulate, islice
from typing import TypeVar

from ._base import SequenceTask
from ._draw import symbols
from .specification import after_each
from .tokens import Token, Tokens

Step = TypeVar("Step")


def running(
    move: Callable[[Token, Step], Token], start: Token
) -> Callable[[Iterable[Step]], Tokens]:
    """A function from steps to the states after each of them; `move(state, step)` is the next."""
    return lambda steps: tuple(islice(accumulate(steps, move, initial=start), 1, None))


def running_task(
    name: str,
    summary: str,
    counts: str,
    tokens: Tokens,
    states: Tokens,
    move: Callable[[Token, Token], Token],
) -> SequenceTask:
    """The task to say the state after each token of a string, from the first of the states on."""
    return SequenceTask(
        name,
        summary,
        counts,
        prompt_tokens=tokens,
        answer_tokens=states,
        draw=partial(symbols, alphabet=tokens),
        answer=running(move, states[0]),
        specification=after_each(tokens, move, states[0]),
    )
