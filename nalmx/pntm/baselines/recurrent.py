"""Recurrent networks: their whole memory is one vector of fixed size."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ._base import Baseline, State


class LSTM(Baseline):
    """Long short-term memory between an embedding and a linear output.

        h_t, c_t = LSTM(E u_t, h_{t−1}, c_{t−1}),   logits_t = W h_t + b

    Shapes: state (h, c), each (layers, B, hidden).  Work per token is constant.
    Reference: Hochreiter & Schmidhuber (1997), with the forget gate of Gers et al. (2000), whose
    bias starts at 1.
    """

    def __init__(
        self, vocabulary_size: int, *, width: int = 32, hidden: int = 128, layers: int = 1
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, width)
        self.core = nn.LSTM(width, hidden, layers, batch_first=True)
        self.output = nn.Linear(hidden, vocabulary_size)
        with torch.no_grad():
            for layer in range(layers):
                getattr(self.core, f"bias_hh_l{layer}")[hidden : 2 * hidden] = 1

    def start(self, batch: int, length: int) -> State:
        zeros = _zeros(self.core, batch)
        return zeros, zeros

    def advance(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        hidden, after = self.core(self.embedding(tokens), state)
        return self.output(hidden), after


class GRU(Baseline):
    """Gated recurrent unit between an embedding and a linear output.

        h_t = GRU(E u_t, h_{t−1}),   logits_t = W h_t + b

    Shapes: state (h,) of (layers, B, hidden).  Work per token is constant.
    Reference: Cho et al. (2014).
    """

    def __init__(
        self, vocabulary_size: int, *, width: int = 32, hidden: int = 128, layers: int = 1
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, width)
        self.core = nn.GRU(width, hidden, layers, batch_first=True)
        self.output = nn.Linear(hidden, vocabulary_size)

    def start(self, batch: int, length: int) -> State:
        return (_zeros(self.core, batch),)

    def advance(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        hidden, after = self.core(self.embedding(tokens), state[0])
        return self.output(hidden), (after,)


def _zeros(core: nn.RNNBase, batch: int) -> Tensor:
    weight = core.all_weights[0][0]
    return weight.new_zeros(core.num_layers, batch, core.hidden_size)
