"""Duplicate: the prompt twice, with a bar between.

Example: a b → a b | a b.
"""

from __future__ import annotations

from ._draw import LETTERS
from ._word import word_task
from .specification import Stream, say, spell

BAR = "|"

TASK = word_task(
    "duplicate",
    "the prompt twice, with a bar between",
    LETTERS,
    lambda prompt: (*prompt, BAR, *prompt),
    *(spell(Stream()), say(BAR), spell(Stream())),
    besides=(BAR,),
)
