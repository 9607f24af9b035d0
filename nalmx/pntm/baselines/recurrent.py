"""Recurrent networks: their whole memory is one vector of fixed size."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from ._base import Baseline, State


class _Recurrent(Baseline):
    """A recurrent core between an embedding and a linear output."""

    kind: ClassVar[type[nn.LSTM | nn.GRU]]

    def __init__(
        self, vocabulary_size: int, *, width: int = 32, hidden: int = 128, layers: int = 1
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, width)
        self.core = self.kind(width, hidden, layers, batch_first=True)
        self.output = nn.Linear(hidden, vocabulary_size)

    def _zeros(self, batch: int) -> Tensor:
        weight = self.core.all_weights[0][0]
        return weight.new_zeros(self.core.num_layers, batch, self.core.hidden_size)


class LSTM(_Recurrent):
    """Long short-term memory between an embedding and a linear output.

        h_t, c_t = LSTM(E u_t, h_{t−1}, c_{t−1}),   logits_t = W h_t + b

    Shapes: state (h, c), each (layers, B, hidden).  Work per token is constant.
    Reference: Hochreiter & Schmidhuber (1997), with the forget gate of Gers et al. (2000), whose
    bias starts at 1.
    """

    kind: ClassVar = nn.LSTM

    def __init__(self, vocabulary_size: int, **sizes: int) -> None:
        super().__init__(vocabulary_size, **sizes)
        size = self.core.hidden_size
        with torch.no_grad():
            for layer in range(self.core.num_layers):
                getattr(self.core, f"bias_hh_l{layer}")[size : 2 * size] = 1

    def start(self, batch: int, length: int) -> State:
        zeros = self._zeros(batch)
        return zeros, zeros

    def advance(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        hidden, after = self.core(self.embedding(tokens), state)
        return self.output(hidden), after


class GRU(_Recurrent):
    """Gated recurrent unit between an embedding and a linear output.

        h_t = GRU(E u_t, h_{t−1}),   logits_t = W h_t + b

    Shapes: state (h,) of (layers, B, hidden).  Work per token is constant.
    Reference: Cho et al. (2014).
    """

    kind: ClassVar = nn.GRU

    def start(self, batch: int, length: int) -> State:
        return (self._zeros(batch),)

    def advance(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        hidden, after = self.core(self.embedding(tokens), state[0])
        return self.output(hidden), (after,)
