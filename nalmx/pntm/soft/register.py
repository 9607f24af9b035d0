"""A register: what the controls of a machine know besides the token.

The register is one of K states, or a distribution h over them. A token u moves it by a matrix whose
rows are distributions:

    h_t = h_{t−1} A_u

`register_states_sequential` does this step by step, `register_states` in about 2 log₂ T steps:
neighbouring matrices are multiplied in pairs, the half as long sequence is solved the same way, and
the states between are one step from those found. `hard_states` does so with maps instead of matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ...errors import SettingError
from ._tables import look_up


def register_states_sequential(transitions: Tensor, tokens: Tensor, start: Tensor) -> Tensor:
    """States of the register after every token: h_t = h_{t−1} A_u, literally.

    Example: A_0 the identity, A_1 the swap of two states: the parity of the tokens 1.
    Shapes: transitions (…, V, K, K); tokens (…, B, T) or (B, T); start (…, K) → (…, B, T, K).
    Domain: rows of A and start are distributions.  Float risk: none beyond rounding.
    Errors: SettingError for tokens outside the vocabulary and shapes that do not fit.
    """
    matrices, state = _prepared(transitions, tokens, start)
    states = []
    for matrix in matrices:
        state = _moved(state, matrix)
        states.append(state)
    return torch.stack(states, -2)


def register_states(transitions: Tensor, tokens: Tensor, start: Tensor) -> Tensor:
    """States of the register after every token, by products of matrices in O(log T) depth.

    Shapes, domain, errors: as `register_states_sequential`; about T products of K × K matrices.
    """
    matrices, state = _prepared(transitions, tokens, start)
    return _scan(state, matrices, torch.matmul, _moved).movedim(0, -2)


def hard_states(transition: Tensor, tokens: Tensor, start: int = 0) -> Tensor:
    """The states of a register that moves by a table: state ← transition[state, token].

    Example: transition [[0, 1], [1, 0]] gives the parity of the tokens 1.
    Shapes: transition (K, V) int64, tokens (…, T) → (…, T), the states after each token.
    Errors: IndexError for tokens outside the vocabulary.
    """
    maps = transition.T[tokens].movedim(-2, 0)
    first = torch.full(tokens.shape[:-1], start, dtype=torch.int64, device=tokens.device)
    states = _scan(first, maps, lambda left, right: right.gather(-1, left), _mapped)
    return states.movedim(0, -1)


def last_separator(
    vocabulary: int, separators: Sequence[int], dtype: torch.dtype | None = None
) -> Tensor:
    """Matrices of the register that remembers the last separator: 0 is none yet, i is the i-th.

    Example: 3 tokens, of which 2 is a separator: A_0 = A_1 = the identity, A_2 leads to state 1.
    Shapes: → (vocabulary, K, K) with K = 1 + the number of separators. The table that `hard_states`
        takes is `last_separator(…).argmax(-1).T`.
    Errors: SettingError for a separator that is repeated or outside the vocabulary.
    """
    if len(set(separators)) < len(separators) or not set(separators) <= set(range(vocabulary)):
        raise SettingError(
            f"separators are different tokens from 0 to {vocabulary - 1}; {list(separators)} given"
        )
    matrices = torch.eye(1 + len(separators), dtype=dtype).repeat(vocabulary, 1, 1)
    for state, separator in enumerate(separators, 1):
        matrices[separator] = 0
        matrices[separator, :, state] = 1
    return matrices


def _scan(
    start: Tensor,
    steps: Tensor,
    join: Callable[[Tensor, Tensor], Tensor],
    move: Callable[[Tensor, Tensor], Tensor],
) -> Tensor:
    """States after every step, time first; `join` makes one step of two, `move` takes a step."""
    odd, even = steps[0::2], steps[1::2]
    if not len(even):
        return move(start.unsqueeze(0), steps)
    after_even = _scan(start, join(odd[: len(even)], even), join, move)
    before_odd = torch.cat((start.unsqueeze(0), after_even))[: len(odd)]
    after_odd = move(before_odd, odd)
    paired = torch.stack((after_odd[: len(even)], after_even), 1).flatten(0, 1)
    return torch.cat((paired, after_odd[len(even) :]))


def _moved(state: Tensor, matrix: Tensor) -> Tensor:
    return (state.unsqueeze(-2) @ matrix).squeeze(-2)


def _mapped(state: Tensor, table: Tensor) -> Tensor:
    return table.gather(-1, state.unsqueeze(-1)).squeeze(-1)


def _prepared(transitions: Tensor, tokens: Tensor, start: Tensor) -> tuple[Tensor, Tensor]:
    """Matrices by step (T, …, B, K, K) and the first state (…, B, K)."""
    *leading, _, rows, columns = transitions.shape
    if rows != columns or start.shape != (*leading, rows):
        raise SettingError(
            "transitions need the shape (…, tokens, states, states) and start (…, states); "
            f"{tuple(transitions.shape)} and {tuple(start.shape)} given"
        )
    matrices = look_up(transitions, tokens, -3).movedim(-3, 0)
    return matrices, start.unsqueeze(-2).expand(matrices.shape[1:-1])
