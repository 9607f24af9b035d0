"""Cycle navigation: the position on a cycle of five after each move, from position 0.

Example: + + 0 - - - → 1 2 2 1 0 4.
"""

from __future__ import annotations

from ._running import running_task
from .tokens import Token

POSITIONS = tuple("01234")
MOVES = {"-": -1, "0": 0, "+": 1}


def _after(place: Token, move: Token) -> Token:
    return POSITIONS[(int(place) + MOVES[move]) % 5]


TASK = running_task(
    "cycle-navigation",
    "the position on a cycle of five, after each move",
    "moves",
    tuple(MOVES),
    POSITIONS,
    _after,
)
