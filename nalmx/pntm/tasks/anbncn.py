"""aⁿbⁿcⁿ: what must follow aⁿ in the language of these strings.

Example: a a → b b c c.
Reference: Gers & Schmidhuber (2001), who predict the next symbol of aⁿbⁿcⁿ; from the first b on it
is determined by n.
"""

from __future__ import annotations

from ._base import SequenceTask
from .specification import Block, Pass, Specification, Stream
from .tokens import Token


def _as_many(token: Token) -> Pass:
    return Pass((Stream(),), lambda state, seen: (state, token))


TASK = SequenceTask(
    name="anbncn",
    summary="bⁿcⁿ after aⁿ",
    counts="a's",
    prompt_tokens=("a",),
    answer_tokens=("b", "c"),
    draw=lambda random, length: ("a",) * length,
    answer=lambda prompt: ("b",) * len(prompt) + ("c",) * len(prompt),
    specification=Specification(
        (Block(("a",)),),
        (_as_many("b"), _as_many("c")),
    ),
)
