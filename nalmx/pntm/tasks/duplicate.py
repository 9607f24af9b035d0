"""Duplicate: the prompt twice, with a bar between.

Example: a b → a b | a b.
"""

from __future__ import annotations

from ._base import SequenceTask
from ._draw import LETTERS, letters
from .specification import Block, Specification, Stream, say, spell

BAR = "|"

TASK = SequenceTask(
    name="duplicate",
    summary="the prompt twice, with a bar between",
    counts="symbols",
    prompt_tokens=LETTERS,
    answer_tokens=(*LETTERS, BAR),
    draw=letters,
    answer=lambda prompt: (*prompt, BAR, *prompt),
    specification=Specification((Block(LETTERS),), (spell(Stream()), say(BAR), spell(Stream()))),
)
