"""Reverse: the prompt from its last token to its first."""

from __future__ import annotations

from ._draw import LETTERS
from ._word import word_task
from .specification import Stream, spell

TASK = word_task(
    "reverse",
    "the prompt backwards",
    LETTERS,
    lambda prompt: prompt[::-1],
    spell(Stream(backward=True)),
)
