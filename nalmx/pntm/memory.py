"""What the heads of a neural Turing machine write and read.

A tape is a matrix M with N cells of width W. With the write head at w, the read head at q, an erase
gate e, a write gate g and a symbol a, a step first erases and writes, then reads:

    M_t = (1 − e_t w_t) ∘ M_{t−1} + g_t w_t a_tᵀ,    r_t = M_tᵀ q_t,    M_0 = 0

`memory_reads_sequential` does this step by step. `memory_reads` computes the reads without the
tapes: a read is a sum over earlier writes,

    r_t = Σ_{s≤t} ⟨q_t, (∏_{s<τ≤t} d_τ) ∘ k_s⟩ a_s,    d = 1 − e w,  k = g w

and where s and t lie in two neighbouring blocks, the product splits at the border: what is kept from
s to the end of the left block times what is kept from there to t. So blocks of 1, 2, 4, … steps are
joined in pairs, each time by two matrix products. Nothing is divided and no logarithm is taken, so
that a cell wiped out entirely (d = 0) is no special case, neither in values nor in gradients.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ..errors import SettingError

# Steps in the largest block; from block to block the tape itself is carried on.
_CHUNK = 32


def memory_reads_sequential(
    write_weights: Tensor, read_weights: Tensor, erase: Tensor, write: Tensor, symbols: Tensor
) -> Tensor:
    """Reads of a tape after every step: the equation of this file, literally.

    Example: both heads at one cell, e = g = 1: r_t = a_t.
    Shapes: write_weights, read_weights (…, T, N); erase, write (…, T); symbols (…, T, W)
        → (…, T, W).
    Domain: weights, erase and write in [0, 1].  Float risk: none beyond rounding.
    Errors: SettingError for shapes that do not fit.
    Reference: Graves, Wayne & Danihelka (2014), equations 2–4, with one erase gate per step.
    """
    _check(write_weights, read_weights, erase, write, symbols)
    kept = (1 - erase.unsqueeze(-1) * write_weights).unsqueeze(-1)
    keys = (write.unsqueeze(-1) * write_weights).unsqueeze(-1)
    tape = torch.zeros_like(keys[..., 0, :, :] * symbols[..., 0, None, :])
    reads = []
    for d, k, a, q in zip(
        kept.unbind(-3),
        keys.unbind(-3),
        symbols.unsqueeze(-2).unbind(-3),
        read_weights.unsqueeze(-2).unbind(-3),
        strict=True,
    ):
        tape = d * tape + k * a
        reads.append((q @ tape).squeeze(-2))
    return torch.stack(reads, -2)


def memory_reads(
    write_weights: Tensor, read_weights: Tensor, erase: Tensor, write: Tensor, symbols: Tensor
) -> Tensor:
    """Reads of a tape after every step, many steps at a time; memory is linear in T.

    Shapes, domain, errors: as `memory_reads_sequential`.  Float risk: none beyond rounding; weights
    a little below 0 or above 1 are as good as any.
    Reference: chunked gated linear attention, Yang et al. (2024), without logarithms.
    """
    _check(write_weights, read_weights, erase, write, symbols)
    time = symbols.shape[-2]
    chunk = min(_CHUNK, 1 << (time - 1).bit_length())
    spare = (0, 0, 0, -time % chunk)

    def chunks(x: Tensor, value: float = 0.0) -> Tensor:
        return torch.unflatten(functional.pad(x, spare, value=value), -2, (-1, chunk))

    kept = chunks(1 - erase.unsqueeze(-1) * write_weights, 1.0)
    keys = chunks(write.unsqueeze(-1) * write_weights)
    queries, symbols = chunks(read_weights), chunks(symbols)
    reads, queries, keys, kept = _within_chunks(queries, keys, kept, symbols)
    if kept.shape[-2] > 1:
        reads = reads + queries @ _tapes(kept, keys.mT @ symbols)
    return reads.flatten(-3, -2)[..., :time, :]


def _within_chunks(
    queries: Tensor, keys: Tensor, kept: Tensor, symbols: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Reads of what was written in the same chunk, and the chunk as one block.

    A block has its queries times what is kept from its start, its keys times what is kept to its
    end, and what is kept from start to end.
    Shapes: queries, keys, kept (…, C, N), symbols (…, C, W), C a power of two
        → reads (…, C, W), queries (…, C, N), keys (…, C, N), kept (…, N).
    """
    reads = (queries * keys).sum(-1, keepdim=True) * symbols
    queries = queries * kept
    size = 1
    while size < symbols.shape[-2]:
        pairs = (-1, 2, size)
        left_query, query = torch.unflatten(queries, -2, pairs).unbind(-3)
        key, right_key = torch.unflatten(keys, -2, pairs).unbind(-3)
        left_reads, right_reads = torch.unflatten(reads, -2, pairs).unbind(-3)
        left_kept, right_kept = torch.unflatten(kept.unsqueeze(-2), -3, (-1, 2)).unbind(-3)
        left_symbols = torch.unflatten(symbols, -2, pairs).select(-3, 0)
        # Products of single rows and columns are slow as matrix products.
        scores = query @ key.mT if size > 1 else (query * key).sum(-1, keepdim=True)
        right_reads = right_reads + scores @ left_symbols
        reads = _joined(left_reads, right_reads)
        queries = _joined(left_query, query * left_kept)
        keys = _joined(key * right_kept, right_key)
        kept = (left_kept * right_kept).squeeze(-2)
        size *= 2
    return reads, queries, keys, kept.squeeze(-2)


def _joined(left: Tensor, right: Tensor) -> Tensor:
    """Left and right halves (…, blocks, size, F) in their order in time: (…, steps, F)."""
    return torch.stack((left, right), -3).flatten(-4, -2)


def _tapes(kept: Tensor, written: Tensor) -> Tensor:
    """The tape that each chunk finds: kept (…, K, N) and written (…, K, N, W) → (…, K, N, W)."""
    tape, found = torch.zeros_like(written[..., 0, :, :]), []
    for d, new in zip(kept.unsqueeze(-1).unbind(-3), written.unbind(-3), strict=True):
        found.append(tape)
        tape = torch.addcmul(new, d, tape)
    return torch.stack(found, -3)


def _check(
    write_weights: Tensor, read_weights: Tensor, erase: Tensor, write: Tensor, symbols: Tensor
) -> None:
    steps = symbols.shape[:-1]
    if not steps or steps[-1] < 1:
        raise SettingError(f"symbols need the shape (…, time ≥ 1, width); {(*steps,)} given")
    wanted = {
        "write_weights": (write_weights, (*steps, write_weights.shape[-1])),
        "read_weights": (read_weights, (*steps, write_weights.shape[-1])),
        "erase": (erase, steps),
        "write": (write, steps),
    }
    for name, (given, shape) in wanted.items():
        if given.shape != shape:
            raise SettingError(f"{name} needs the shape {(*shape,)}; {tuple(given.shape)} given")
