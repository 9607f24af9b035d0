"""Answers that follow a state: one answer token after each step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import accumulate, islice
from typing import TypeVar

from .tokens import Token, Tokens

Step = TypeVar("Step")


def running(
    move: Callable[[Token, Step], Token], start: Token
) -> Callable[[Iterable[Step]], Tokens]:
    """A function from steps to the states after each of them; `move(state, step)` is the next."""
    return lambda steps: tuple(islice(accumulate(steps, move, initial=start), 1, None))
