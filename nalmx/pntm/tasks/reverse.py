"""Reverse: the prompt from its last token to its first."""

from __future__ import annotations

from ._base import SequenceTask
from ._draw import LETTERS, letters
from .specification import Block, Specification, Stream, spell

TASK = SequenceTask(
    name="reverse",
    summary="the prompt backwards",
    counts="symbols",
    prompt_tokens=LETTERS,
    answer_tokens=LETTERS,
    draw=letters,
    answer=lambda prompt: prompt[::-1],
    specification=Specification((Block(LETTERS),), (spell(Stream(backward=True)),)),
)
