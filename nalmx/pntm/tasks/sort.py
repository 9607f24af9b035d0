"""Sort: the prompt in ascending order.

Example: 3 1 2 1 → 1 1 2 3.
"""

from __future__ import annotations

from ._word import word_task
from .specification import Stream, spell

SYMBOLS = ("1", "2", "3")

TASK = word_task(
    "sort",
    "the prompt in ascending order",
    SYMBOLS,
    lambda prompt: tuple(sorted(prompt)),
    *(spell(Stream(only=(symbol,))) for symbol in SYMBOLS),
)
