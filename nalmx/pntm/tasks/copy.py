"""Copy: the answer is the prompt."""

from __future__ import annotations

from ._draw import LETTERS
from ._word import word_task
from .specification import Stream, spell

TASK = word_task("copy", "the prompt again", LETTERS, lambda prompt: prompt, spell(Stream()))
