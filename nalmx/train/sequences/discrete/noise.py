"""Examples with wrong tokens: the machine that agrees best, and what it makes of the examples.

Where a wrong token is fed back it spoils the next questions too, and a table that hedges against that
codes the examples better than the true one. Answers decoded from the prompt alone do not see wrong
tokens, so machines are compared by those; and what the best one says, where it nearly agrees with an
example, takes the place of the example in another search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ....pntm.machine import Machine
from ....tasks.sequences import Example, Tokens

_NEAR = 0.6  # of its tokens an example must share with what a machine says to be mended by it
_KEPT = 0.85  # of all examples must be mended for what is left to be noise


@dataclass(frozen=True)
class Agreement:
    """Examples as a machine says them where it nearly agrees, and how far it agrees with all."""

    mended: tuple[Example, ...]
    tokens: float
    examples: float

    @property
    def only_noise(self) -> bool:
        """Whether nearly every example is answered but for a few of its tokens."""
        return self.examples >= _KEPT


def agreement(machine: Machine, examples: Sequence[Example]) -> Agreement:
    """How far decoded answers agree with examples that may hold wrong tokens."""
    mended: list[Example] = []
    same = total = 0
    for example in examples:
        said = machine.decode(example.prompt, len(example.answer))
        share = _shared(said, example.answer)
        same += share
        total += len(example.answer) + 1
        if said is not None and share >= _NEAR * (len(example.answer) + 1):
            mended.append(Example(example.prompt, said))
    return Agreement(tuple(mended), same / max(1, total), len(mended) / max(1, len(examples)))


def _shared(said: Tokens | None, answer: Tokens) -> int:
    """Tokens said where the answer has them, the end included."""
    if said is None:
        return 0
    same = sum(a == b for a, b in zip(said, answer, strict=False))
    return same + (len(said) == len(answer))
