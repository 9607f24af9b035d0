"""Sort: the prompt in ascending order.

Example: 3 1 2 1 → 1 1 2 3.
"""

from __future__ import annotations

from functools import partial

from ._base import SequenceTask
from ._draw import symbols
from .specification import Block, Specification, Stream, spell

SYMBOLS = ("1", "2", "3")

TASK = SequenceTask(
    name="sort",
    summary="the prompt in ascending order",
    counts="symbols",
    prompt_tokens=SYMBOLS,
    answer_tokens=SYMBOLS,
    draw=partial(symbols, alphabet=SYMBOLS),
    answer=lambda prompt: tuple(sorted(prompt)),
    specification=Specification(
        (Block(SYMBOLS),), tuple(spell(Stream(only=(symbol,))) for symbol in SYMBOLS)
    ),
)
