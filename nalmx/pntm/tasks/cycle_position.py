"""Cycle position: where moves on a cycle of five end, from position 0.

Example: + + 0 - - - → 4.
Reference: Delétang et al. (2023), Neural networks and the Chomsky hierarchy, who call it cycle navigation.
"""

from __future__ import annotations

from ._fold import fold_task
from .cycle_navigation import MOVES, POSITIONS

TASK = fold_task(
    "cycle-position",
    "the position on a cycle of five, in the end",
    tuple(MOVES),
    POSITIONS,
    lambda prompt: POSITIONS[(prompt.count("+") - prompt.count("-")) % 5],
    "0",
    lambda place, move: POSITIONS[(int(str(place)) + MOVES[move]) % 5],
    str,
)
