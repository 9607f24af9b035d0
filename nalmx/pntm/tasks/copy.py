"""Copy: the answer is the prompt."""

from __future__ import annotations

from ._base import SequenceTask
from ._draw import LETTERS, letters
from .specification import Block, Specification, Stream, spell

TASK = SequenceTask(
    name="copy",
    summary="the prompt again",
    counts="symbols",
    prompt_tokens=LETTERS,
    answer_tokens=LETTERS,
    draw=letters,
    answer=lambda prompt: prompt,
    specification=Specification((Block(LETTERS),), (spell(Stream()),)),
)
