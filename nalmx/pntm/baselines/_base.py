"""What every baseline is: a causal network over tokens that can go on from where it stopped."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeAlias

from torch import Tensor, nn

State: TypeAlias = tuple[Tensor, ...]


class Baseline(nn.Module, ABC):
    """Next-token logits of a stream of tokens, all at once or piece by piece.

        advance(u₁…u_a u_{a+1}…u_b, start) = advance(u_{a+1}…u_b, state after u₁…u_a)

    Shapes: tokens (B, T) → logits (B, T, V); logits at t depend on the tokens up to t only.
    """

    @abstractmethod
    def start(self, batch: int, length: int) -> State:
        """The state before the first token of streams that will have up to `length` tokens."""

    @abstractmethod
    def advance(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        """Logits (B, T, V) after each of the next tokens (B, T), and the state after the last."""

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits (B, T, V) of whole streams (B, T)."""
        return self.advance(tokens, self.start(*tokens.shape))[0]

    def step(self, token: Tensor, state: State) -> tuple[Tensor, State]:
        """Logits (B, V) after one more token (B,), and the state after it."""
        logits, state = self.advance(token[:, None], state)
        return logits[:, 0], state
