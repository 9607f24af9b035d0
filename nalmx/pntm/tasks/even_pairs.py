"""Even pairs: whether the number of 01 and 10 in a string is odd.

Example: 0 0 1 → 1, and 0 1 1 0 → 0.
Reference: Delétang et al. (2023), Neural networks and the Chomsky hierarchy.
"""

from __future__ import annotations

from ._draw import BITS
from ._fold import fold_task
from .specification import State
from .tokens import Token


def _step(state: State, bit: Token) -> State:
    """The last bit, and whether there was an odd number of changes."""
    last, odd = state if isinstance(state, tuple) else (bit, False)
    return bit, odd != (bit != last)


TASK = fold_task(
    "even-pairs",
    "whether the number of changes between neighbours is odd",
    BITS,
    BITS,
    lambda prompt: "0" if prompt[0] == prompt[-1] else "1",
    None,
    _step,
    lambda state: "1" if isinstance(state, tuple) and state[1] else "0",
)
