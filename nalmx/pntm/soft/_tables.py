"""Reading rows of tables by token, for one machine or for a stack of them."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ...errors import SettingError


def stacked_tokens(tokens: Tensor, leading: torch.Size, vocabulary: int) -> Tensor:
    """Tokens (…, B, T) with the leading dimensions of a stack; shared tokens are repeated.

    Errors: a number outside the vocabulary, which in a stack would read another member's row. On a GPU
    it ends the process's use of the device, since to ask for the numbers would wait for all that runs.
    """
    if tokens.ndim < 2 or tokens.shape[-1] < 1 or tokens.shape[:-2] not in (leading, ()):
        raise SettingError(
            f"tokens need the shape {(*leading, 'batch', 'time')} or (batch, time) with time ≥ 1; "
            f"{tuple(tokens.shape)} given"
        )
    if _waits(tokens):
        torch._assert_async(((tokens >= 0) & (tokens < vocabulary)).all())
    elif tokens.numel() and not 0 <= int(tokens.min()) <= int(tokens.max()) < vocabulary:
        raise SettingError(
            f"tokens are numbers from 0 to {vocabulary - 1}; "
            f"{int(tokens.min())} to {int(tokens.max())} given"
        )
    return tokens.expand(*leading, *tokens.shape[-2:])


def _waits(tokens: Tensor) -> bool:
    """Whether to ask for a number would wait until the device has done all that it was given."""
    return tokens.is_cuda


def look_up(table: Tensor, tokens: Tensor, axis: int) -> Tensor:
    """Rows of a table by token: table (…, V, *row) and tokens (…, B, T) give (…, B, T, *row).

    `axis`, negative, is where V stands in the table. What is before it is the stack.
    """
    leading, vocabulary, row = table.shape[:axis], table.shape[axis], table.shape[axis:][1:]
    tokens = stacked_tokens(tokens, leading, vocabulary)
    rows = functional.embedding(
        own_rows(tokens, leading, vocabulary), table.reshape(-1, row.numel())
    )
    return torch.unflatten(rows, -1, row)


def own_rows(tokens: Tensor, leading: torch.Size, vocabulary: int) -> Tensor:
    """Numbers of the tokens' rows where the tables of all members stand below each other."""
    members = torch.arange(leading.numel(), device=tokens.device)
    return tokens + vocabulary * members.view(*leading, *[1] * (tokens.ndim - len(leading)))
