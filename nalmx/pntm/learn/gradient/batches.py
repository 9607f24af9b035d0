"""Batches of examples: padded streams, their control rows, and the answers asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from ...tasks import Example
from ...vocabulary import Vocabulary

_IGNORED = -100
# Widths that batches are padded to: tapes and tensors of few sizes.
_ROUNDED = 4


@dataclass(frozen=True, eq=False)
class Batch:
    """Tokens (batch, time), and what follows each of them where an answer is asked for."""

    tokens: Tensor
    targets: Tensor

    def losses(self, logits: Tensor) -> Tensor:
        """Mean cross entropy of each member: logits (members, batch, time, V) → (members,)."""
        members = logits.shape[0]
        targets = self.targets.expand(members, *self.targets.shape).reshape(members, -1)
        each = cross_entropy(
            logits.flatten(1, 2).mT, targets, ignore_index=_IGNORED, reduction="none"
        )
        return each.sum(-1) / (self.targets != _IGNORED).sum()


class Pool:
    """Examples by length of their streams, the shortest first."""

    def __init__(
        self,
        examples: Sequence[Example],
        vocabulary: Vocabulary,
        device: torch.device | str,
        generator: np.random.Generator,
    ) -> None:
        streams = [vocabulary.encode(example) for example in examples]
        order = sorted(range(len(streams)), key=lambda i: (len(streams[i]), i))
        self.lengths = np.array([len(streams[i]) - 1 for i in order])
        width = int(self.lengths[-1])
        self._tokens = np.full((len(order), width), vocabulary.end, np.int64)
        self._targets = np.full((len(order), width), _IGNORED, np.int64)
        for at, i in enumerate(order):
            stream, asked = streams[i], len(examples[i].prompt)
            self._tokens[at, : len(stream) - 1] = stream[:-1]
            self._targets[at, asked : len(stream) - 1] = stream[asked + 1 :]
        self._device, self._generator = device, generator

    @property
    def longest(self) -> int:
        return int(self.lengths[-1])

    def shortest(self, least: int) -> int:
        """The length up to which there are this many examples."""
        return int(self.lengths[min(least, len(self.lengths)) - 1])

    def draw(self, size: int, longest: int) -> Batch:
        """Examples of streams no longer than `longest`, as long as one of them or shorter."""
        within = int(np.searchsorted(self.lengths, longest, side="right"))
        chosen = self._generator.integers(0, max(1, within), size)
        width = int(self.lengths[chosen].max())
        width = min(-(-width // _ROUNDED) * _ROUNDED, self._tokens.shape[1])
        return Batch(
            torch.from_numpy(self._tokens[chosen, :width]).to(self._device),
            torch.from_numpy(self._targets[chosen, :width]).to(self._device),
        )
