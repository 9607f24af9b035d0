"""The neural Turing machine, step by step, initialised so that its training is stable."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ._base import Baseline, State

_EMPTY = 1e-6
# Keeps the direction of an almost empty cell from turning on the spot: its gradient is ≤ 100.
_SMALLEST_SQUARE = 1e-4
_SMALLEST_WEIGHT = 1e-12
_LARGEST_HIDDEN = 20.0
_WRITE, _READ = 0, 1


class Address(NamedTuple):
    """What a head is told at a step: where to look, and how far to go from where it stood.

    Shapes: key (…, W), shift (…, 3) for −1, 0, +1, and one number (…, 1) each for the rest.
    """

    key: Tensor
    strength: Tensor
    gate: Tensor
    shift: Tensor
    sharpness: Tensor

    @classmethod
    def of(cls, raw: Tensor, width: int) -> Address:
        """Numbers without limits (…, W + 6) brought into those of an address."""
        key, strength, gate, shift, sharpness = torch.split(raw, [width, 1, 1, 3, 1], -1)
        return cls(
            key.tanh(),
            softplus(strength),
            gate.sigmoid(),
            shift.softmax(-1),
            1 + softplus(sharpness),
        )


def addressed(memory: Tensor, previous: Tensor, address: Address) -> Tensor:
    """Where heads stand after a step: by content, then from there or from before, by a shift.

        c(i) = softmax_i β cos(k, M(i)),      v(i) = g c(i) + (1 − g) w(i)
        ṽ(i) = s₋ v(i+1) + s₀ v(i) + s₊ v(i−1),   w'(i) = ṽ(i)^γ / Σ_j ṽ(j)^γ

    Shapes: memory (B, N, W), previous (B, H, N), address (B, H, …) → (B, H, N).
    Float risk: cos has 10⁻⁴ added to both squared norms, and ṽ has 10⁻¹² added before its power.
    Reference: Graves et al. (2014), equations 5 to 9.
    """
    key = address.key * (address.key.square().sum(-1, keepdim=True) + _SMALLEST_SQUARE).rsqrt()
    direction = (memory.square().sum(-1) + _SMALLEST_SQUARE).rsqrt()
    cosine = (key @ memory.transpose(1, 2)) * direction[:, None]
    content = torch.softmax(address.strength * cosine, -1)
    mixed = torch.lerp(previous, content, address.gate)
    back, stay, forth = address.shift.unsqueeze(-2).unbind(-1)
    shifted = back * mixed.roll(-1, -1) + stay * mixed + forth * mixed.roll(1, -1)
    return torch.softmax(address.sharpness * torch.log(shifted + _SMALLEST_WEIGHT), -1)


class NTM(Baseline):
    """Neural Turing machine with one write and one read head.

        h_t = controller(E u_t, r_{t−1}, h_{t−1})
        M_t(i) = M_{t−1}(i) ∘ (1 − w_t(i) e_t) + w_t(i) a_t,   r_t = Σ_i w'_t(i) M_t(i)
        logits_t = MLP(h_t, r_t)

    Both heads find their cells in M_{t−1}. Every cell starts as 10⁻⁶ and both heads at cell 0, so
    no weight depends on the number of cells: a longer stream gets a larger memory.
    Shapes: state (h, c) (B, hidden), M (B, N, W), head weights (B, 2, N), r (B, W), with
    N = max(cells, stream length). Work per token is constant for a given N.
    Reference: Graves et al. (2014); Collier & Beel (2018) for the constant initialisation.
    """

    def __init__(
        self,
        vocabulary_size: int,
        cells: int = 64,
        width: int = 16,
        hidden: int = 100,
        controller: Literal["lstm", "feedforward"] = "lstm",
        embedding: int = 32,
    ) -> None:
        super().__init__()
        self.cells, self.width, self.hidden = cells, width, hidden
        self.embedding = nn.Embedding(vocabulary_size, embedding)
        self.controller = (
            nn.LSTMCell(embedding + width, hidden)
            if controller == "lstm"
            else nn.Linear(embedding + width, hidden)
        )
        self.heads = nn.Linear(hidden, 2 * (width + 6))
        self.content = nn.Linear(hidden, 2 * width)
        self.output = nn.Sequential(
            nn.Linear(hidden + width, hidden), nn.ReLU(), nn.Linear(hidden, vocabulary_size)
        )

    def start(self, batch: int, length: int) -> State:
        new = self.heads.weight.new_zeros
        cells = max(self.cells, length)
        weights = new(batch, 2, cells)
        weights[..., 0] = 1
        memory = new(batch, cells, self.width) + _EMPTY
        return (
            new(batch, self.hidden),
            new(batch, self.hidden),
            memory,
            weights,
            new(batch, self.width),
        )

    def advance(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        hidden, cell, memory, weights, read = state
        features = []
        for embedded in self.embedding(tokens).unbind(1):
            hidden, cell = self._controlled(torch.cat([embedded, read], -1), hidden, cell)
            address = Address.of(self.heads(hidden).unflatten(-1, (2, -1)), self.width)
            weights = addressed(memory, weights, address)
            memory = self._written(memory, weights[:, _WRITE], self.content(hidden))
            read = (weights[:, _READ, None] @ memory)[:, 0]
            features.append(torch.cat([hidden, read], -1))
        return self.output(torch.stack(features, 1)), (hidden, cell, memory, weights, read)

    def _controlled(self, x: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        if isinstance(self.controller, nn.LSTMCell):
            hidden, cell = self.controller(x, (hidden, cell))
            return hidden, cell.clamp(-_LARGEST_HIDDEN, _LARGEST_HIDDEN)
        return self.controller(x).tanh(), cell

    @staticmethod
    def _written(memory: Tensor, weight: Tensor, raw: Tensor) -> Tensor:
        erase, add = raw.unsqueeze(-2).chunk(2, -1)
        change = add.tanh() - erase.sigmoid() * memory
        return torch.addcmul(memory, weight.unsqueeze(-1), change)
