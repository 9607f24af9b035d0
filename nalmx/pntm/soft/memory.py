"""What the heads of a neural Turing machine write and read.

A tape is a matrix M with N cells of width W. With the write head at w, the read head at q, an erase
gate e, a write gate g and a symbol a, a step first erases and writes, then reads:

    M_t = (1 − e_t w_t) ∘ M_{t−1} + g_t w_t a_tᵀ,    r_t = M_tᵀ q_t,    M_0 = 0

`memory_reads_sequential` does this step by step. `memory_reads` computes the reads with one tape
per chunk of steps: within a chunk a read is a sum over earlier writes,

    r_t = Σ_{s≤t} ⟨q_t, (∏_{s<τ≤t} d_τ) ∘ w_s⟩ g_s a_s,    d = 1 − e w

and where s and t lie in two neighbouring blocks, the product splits at the border: what is kept from
s to the end of the left block times what is kept from there to t. So blocks of 1, 2, 4, … steps are
joined in pairs, each time by a matrix product. Nothing is divided and no logarithm is taken, so
that a cell wiped out entirely (d = 0) is no special case, neither in values nor in gradients.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from ...errors import SettingError

# Steps in the largest block; from block to block the tape itself is carried on.
_CHUNK = 16
# Blocks of up to so many steps are joined without matrix products, which are slow when small.
_SMALL = 2
# On a processor, numbers of one kind worked on at once: few enough to stay in its cache.
_PIECE = 1 << 17

# What joins two blocks: queries of the right one, keys of the left one, what either one keeps.
_Level: TypeAlias = tuple[Tensor, Tensor, Tensor, Tensor]


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

    The backward pass computes the inside of every chunk once more and keeps only tapes: one for
    each chunk. It has no derivative of its own.
    Shapes, domain, errors: as `memory_reads_sequential`, all of one dtype.  Float risk: none beyond
    rounding; weights a little below 0 or above 1 are as good as any.
    Reference: chunked gated linear attention, Yang et al. (2024), without logarithms.
    """
    _check(write_weights, read_weights, erase, write, symbols)
    return reads_of_both(torch.stack((write_weights, read_weights), -2), erase, write, symbols)


def reads_of_both(heads: Tensor, erase: Tensor, write: Tensor, symbols: Tensor) -> Tensor:
    """As `memory_reads`, unchecked, of both heads together: (…, T, 2, N), first the one that writes.

    Heads that come from one tensor need not be taken apart, nor their gradients put together.
    """
    time = symbols.shape[-2]
    chunk = min(_CHUNK, 1 << (time - 1).bit_length())

    def rows(x: Tensor, *features: int) -> Tensor:
        # Blocks are views: of a batch of one, reshaping alone would keep the tapes interleaved.
        x = x.reshape(-1, time, *features).contiguous()
        unpadded = (0, 0) * len(features)
        return functional.pad(x, (*unpadded, 0, -time % chunk)) if time % chunk else x

    reads: Tensor = _Reads.apply(  # type: ignore[no-untyped-call]
        rows(heads, 2, heads.shape[-1]),
        rows(erase, 1),
        rows(write.unsqueeze(-1) * symbols, symbols.shape[-1]),
        chunk,
    )
    return reads[:, :time].reshape(symbols.shape)


class _Reads(torch.autograd.Function):
    """Reads, and the same for gradients: the adjoint tape G runs backwards.

        G_t = d_{t+1} ∘ G_{t+1} + q_t ρ_tᵀ,   ∂a_t = G_tᵀ w_t,   ∂w_t = G_t a_t,   ∂q_t = M_t ρ_t,
        ∂d_t = rowsum(M_{t−1} ∘ G_t),   ρ = the gradient of r

    Shapes: heads (R, T, 2, N), erase (R, T, 1), symbols with their gates (R, T, W), T a multiple
    of the chunk → (R, T, W). Tapes are stored as (R, T / chunk, W, N).
    """

    @staticmethod
    def forward(ctx: Any, heads: Tensor, erase: Tensor, symbols: Tensor, chunk: int) -> Tensor:
        rows, time, width = symbols.shape
        reads = symbols.new_empty(symbols.shape)
        tapes = symbols.new_empty(rows, time // chunk, width, heads.shape[-1])
        inputs = (*heads.unbind(2), erase, symbols)
        for some in _pieces(inputs[0]):
            w, q, e, a = (_chunks(x[some], chunk) for x in inputs)
            scores, query, key, kept = _block(w, q, _kept(e, w))
            _carry(tapes[some], a.mT @ key, kept)
            found = torch.baddbmm(scores @ a, query, tapes[some].flatten(0, 1).mT)
            reads[some] = found.view(-1, time, width)
        ctx.save_for_backward(heads, erase, symbols, tapes)
        return reads

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        heads, erase, symbols, tapes = ctx.saved_tensors
        chunk = gradient.shape[1] // tapes.shape[1]
        # Where controls are fixed, only the symbols are trained.
        symbols_only = not any(ctx.needs_input_grad[:2])
        found = [x.new_empty(x.shape) for x in (heads, erase, symbols)]
        inputs, outputs = (
            (*both.unbind(2), *rest) for both, *rest in ((heads, erase, symbols), found)
        )
        for some in _pieces(inputs[0]):
            w, q, e, a, r = (_chunks(x[some], chunk) for x in (*inputs, gradient))
            by_w, by_q, by_e, by_a = (_chunks(x[some], chunk) for x in outputs)
            d = _kept(e, w)
            levels: list[_Level] | None = None if symbols_only else []
            scores, query, key, kept = _block(w, q, d, levels)
            ends = torch.empty_like(tapes[some])
            _carry(ends, r.mT @ query, kept, backwards=True)
            tape, end = tapes[some].flatten(0, 1), ends.flatten(0, 1)
            torch.baddbmm(scores.mT @ r, key, end.mT, out=by_a)
            if levels is None:
                continue
            by_query, by_key, by_d = r @ tape, a @ end, (tape * end).sum(1)
            by_scores = r @ a.mT
            by_d = _block_backward(by_scores, by_query, by_key, by_d, levels).view(w.shape)
            by_same = by_scores.diagonal(0, 1, 2).unsqueeze(-1)
            by_d.addcmul_(by_query, q)
            torch.mul(by_query, d, out=by_q).addcmul_(by_same, w)
            torch.addcmul(by_key.addcmul_(by_same, q), e, by_d, value=-1, out=by_w)
            torch.sum(by_d.mul_(w), -1, keepdim=True, out=by_e).neg_()
        if symbols_only:
            return None, None, found[2], None
        return *found, None


def _pieces(x: Tensor) -> list[slice]:
    """Rows of x (R, T, N) to work on together: on a processor few, elsewhere all."""
    rows, time, cells = x.shape
    size = max(1, _PIECE // (time * cells) if x.device.type == "cpu" else rows)
    return [slice(row, row + size) for row in range(0, rows, size)]


def _chunks(x: Tensor, chunk: int) -> Tensor:
    """(R, T, F) → (P, C, F): chunks side by side; a view of whatever is contiguous."""
    return torch.unflatten(x, 1, (-1, chunk)).flatten(0, 1)


def _kept(erase: Tensor, writes: Tensor) -> Tensor:
    return torch.addcmul(writes.new_ones(()), erase, writes, value=-1)


def _carry(tapes: Tensor, new: Tensor, kept: Tensor, backwards: bool = False) -> None:
    """Fills in the tape that each chunk finds: the next one is kept ∘ this one + new.

    Shapes: tapes (R, K, W, N), new (R·K, W, N), kept (R·K, N).
    """
    rows, count, _, cells = tapes.shape
    found, added = list(tapes.unbind(1)), list(new.view(tapes.shape).unbind(1))
    keeps = list(kept.view(rows, count, 1, cells).unbind(1))
    if backwards:
        found, added, keeps = found[::-1], added[::-1], keeps[::-1]
    found[0].zero_()
    for k, tape in enumerate(found[:-1]):
        torch.addcmul(added[k], keeps[k], tape, out=found[k + 1])


def _block(
    writes: Tensor, queries: Tensor, kept: Tensor, levels: list[_Level] | None = None
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Every chunk as one block: its scores, and what joins it to others.

    A block has its queries times what is kept from its start, its keys times what is kept to its
    end, and what is kept from start to end. What each level joined is noted in `levels`.
    Shapes: writes, queries, kept (P, C, N), C a power of two
        → scores (P, C, C), queries (P, C, N), keys (P, C, N), kept (P, N).
    """
    count, chunk, cells = writes.shape
    scores = writes.new_zeros(count, chunk, chunk)
    scores.diagonal(0, 1, 2).copy_((queries * writes).sum(-1))
    queries = queries * kept
    keys = writes.clone(memory_format=torch.contiguous_format)
    size = 1
    while size < chunk:
        right, left = _right(queries, size), _left(keys, size)
        first, second = kept.view(-1, 2, 1, cells).unbind(1)
        joined = right @ left.mT if size > 1 else (right * left).sum(-1, keepdim=True)
        _squares(scores, size).copy_(joined.view(count, -1, size, size))
        if levels is not None:
            levels.append((right.contiguous(), left.contiguous(), first, second))
        right.mul_(first)
        left.mul_(second)
        kept = first * second
        size *= 2
    return scores, queries, keys, kept.view(count, cells)


def _block_backward(
    by_scores: Tensor, by_queries: Tensor, by_keys: Tensor, by_kept: Tensor, levels: list[_Level]
) -> Tensor:
    """Gradients through the joining of blocks, the largest first.

    Those by queries and keys are changed in place, from those of the chunk to those of its steps;
    the one by what is kept is returned. Shapes as in `_block`; by_kept (P, N) → (P · C, 1, N).
    """
    cells = by_kept.shape[-1]
    for query, key, first, second in reversed(levels):
        size = query.shape[1]
        by_joined = _squares(by_scores, size).reshape(-1, size, size)
        whole, by_kept = by_kept.view(-1, 1, cells), by_kept.new_empty(len(first), 2, 1, cells)
        for by_x, x, by_mine, mine, other, weight, partner in (
            (_right(by_queries, size), query, by_kept[:, 0], first, second, by_joined, key),
            (_left(by_keys, size), key, by_kept[:, 1], second, first, by_joined.mT, query),
        ):
            torch.mul(whole, other, out=by_mine)
            if size > _SMALL:
                by_mine.add_((by_x * x).sum(1, keepdim=True))
                by_x.mul_(mine).add_(weight @ partner)
                continue
            for k in range(size):
                by_mine.addcmul_(by_x[:, k : k + 1], x[:, k : k + 1])
            by_x.mul_(mine)
            for k in range(size):
                by_x.addcmul_(weight[:, :, k : k + 1], partner[:, k : k + 1])
    return by_kept


def _left(x: Tensor, size: int) -> Tensor:
    """Left blocks of all pairs: (P, C, N) → (pairs, size, N), a view."""
    return x.view(-1, 2, size, x.shape[-1])[:, 0]


def _right(x: Tensor, size: int) -> Tensor:
    return x.view(-1, 2, size, x.shape[-1])[:, 1]


def _squares(scores: Tensor, size: int) -> Tensor:
    """Scores of right blocks with the left ones of their pairs: (P, pairs, size, size), a view."""
    pairs = torch.unflatten(torch.unflatten(scores, 2, (-1, 2, size)), 1, (-1, 2, size))
    return pairs[:, :, 1, :, :, 0].diagonal(0, 1, 3).movedim(-1, 1)


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
