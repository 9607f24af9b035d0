"""Cycle navigation: the position on a cycle of five after each move, from position 0.

Example: + + 0 - - - → 1 2 2 1 0 4.
"""

from __future__ import annotations

from functools import partial

from ._base import SequenceTask
from ._draw import symbols
from ._running import running
from .specification import after_each
from .tokens import Token

POSITIONS = tuple("01234")
MOVES = {"-": -1, "0": 0, "+": 1}


def _after(place: Token, move: Token) -> Token:
    return POSITIONS[(int(place) + MOVES[move]) % 5]


TASK = SequenceTask(
    name="cycle-navigation",
    summary="the position on a cycle of five, after each move",
    counts="moves",
    prompt_tokens=tuple(MOVES),
    answer_tokens=POSITIONS,
    draw=partial(symbols, alphabet=tuple(MOVES)),
    answer=running(_after, "0"),
    specification=after_each(tuple(MOVES), _after, "0"),
)
