"""Attention: a decoder whose memory is everything it has seen."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

from ._base import Baseline, State

_LONGEST_WAVE = 10_000.0


def rotated(x: Tensor, first: int) -> Tensor:
    """Queries or keys turned by their positions: (x₁ + i x₂) · exp(i t θ_f), θ_f = 10⁴^(−f/F).

    The product of a query at t and a key at s then depends on t − s only.
    Shapes: x (…, T, 2F), of which the first token is at position `first`; the same out.
    Reference: Su et al. (2021), equation 34.
    """
    frequencies = x.shape[-1] // 2
    exponents = torch.arange(frequencies, device=x.device) / frequencies
    times = torch.arange(first, first + x.shape[-2], device=x.device)
    angles = times[:, None] * _LONGEST_WAVE**-exponents
    cosine, sine = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    left, right = x.chunk(2, -1)
    return torch.cat([left * cosine - right * sine, left * sine + right * cosine], -1)


class _Block(nn.Module):
    """x + attention(norm x), then x + mlp(norm x)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm, self.mlp_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.queries_keys_values = nn.Linear(width, 3 * width, bias=False)
        self.mix = nn.Linear(width, width, bias=False)
        self.expand, self.contract = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(
        self, x: Tensor, keys: Tensor, values: Tensor, visible: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """x (B, T, width), with keys and values (B, heads, S, width/heads) of earlier tokens."""
        batch, length, width = x.shape
        projected = self.queries_keys_values(self.attention_norm(x))
        parts = projected.view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        seen = keys.shape[-2]
        keys = torch.cat([keys, rotated(parts[1], seen)], -2)
        values = torch.cat([values, parts[2]], -2)
        attended = scaled_dot_product_attention(
            rotated(parts[0], seen), keys, values, attn_mask=visible
        )
        x = x + self.mix(attended.transpose(1, 2).reshape(batch, length, width))
        return x + self.contract(gelu(self.expand(self.mlp_norm(x)))), keys, values


class Transformer(Baseline):
    """Decoder with rotary positions and norms before each part; keys and values are kept.

        x ← x + Attention(LN x),   x ← x + MLP(LN x),   logits = W LN x

    Shapes: state holds keys and values of each layer, (B, heads, tokens so far, width/heads).
    Work per token grows with the number of tokens so far.
    Reference: Vaswani et al. (2017); Su et al. (2021) for the positions; Xiong et al. (2020) for
    the place of the norms.
    """

    def __init__(
        self, vocabulary_size: int, *, width: int = 64, heads: int = 4, layers: int = 3
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, width)
        self.blocks = nn.ModuleList(_Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.output = nn.Linear(width, vocabulary_size, bias=False)
        self.heads = heads
        nn.init.normal_(self.embedding.weight, std=width**-0.5)

    def start(self, batch: int, length: int) -> State:
        weight = self.embedding.weight
        nothing = weight.new_zeros(batch, self.heads, 0, weight.shape[1] // self.heads)
        return (nothing,) * (2 * len(self.blocks))

    def advance(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        length, seen = tokens.shape[1], state[0].shape[-2]
        visible = torch.ones(length, seen + length, dtype=torch.bool, device=tokens.device)
        visible = visible.tril(seen)
        x = self.embedding(tokens)
        after: list[Tensor] = []
        for block, keys, values in zip(self.blocks, state[::2], state[1::2], strict=True):
            x, keys, values = block(x, keys, values, visible)
            after += [keys, values]
        return self.output(self.norm(x)), tuple(after)
