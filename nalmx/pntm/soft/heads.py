"""Where the heads of a neural Turing machine stand after every step.

A position is a distribution w over a ring of N cells. A token moves it by a distribution s of
shifts and may send it, with probability j, to a target cell:

    w_t = (1 − j_u) (s_u ∗ w_{t−1}) + j_u · target_u,    u = token of step t,  w_0 = start

`head_weights_sequential` is this equation, step by step. `head_weights` computes the same in the
Fourier domain, where the convolution is a product for each frequency f:

    ŵ_t(f) = a_u(f) ŵ_{t−1}(f) + b_u(f),    a = (1 − j) ŝ,  b = j · target^,
    ŝ(f) = Σ_k s(k) exp(−2πi k f / N)
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from ...errors import SettingError
from ._tables import look_up, own_rows, stacked_tokens

# Rounding grows with the chunk, the number of exact restarts falls with it.
_CHUNK = 32
# The logarithm of zero, without its infinity: powers of it are zero or too small to matter.
_TINY = 1e-300


def head_weights_sequential(
    shifts: Tensor,
    tokens: Tensor,
    start: Tensor,
    jump: Tensor | None = None,
    target: Tensor | None = None,
) -> Tensor:
    """Positions of all heads after every step: the equation of this file, literally.

    Example: the shift +1 with probability 1 and a start at cell 0 give cell t after t steps.
    Shapes: shifts (…, V, R, S) with S odd, for shifts −(S//2) … S//2; tokens (…, B, T) or (B, T);
        start (…, R, N); jump (…, V, R); target (…, V, R, N), by default the start
        → (…, B, T, R, N).
    Domain: distributions along the last dimension; jump in [0, 1].  Float risk: in float32 many
        steps with mild shifts add up their rounding.
    Errors: SettingError for an even S, tokens outside the vocabulary, shapes that do not fit.
    Reference: Graves, Wayne & Danihelka (2014), equation 8, with tables instead of a controller.
    """
    _check(shifts, start, jump, target)
    reach = shifts.shape[-1] // 2
    moves = look_up(shifts, tokens, -3).unbind(-3)
    jumps = None if jump is None else look_up(jump, tokens, -2).unsqueeze(-1).unbind(-3)
    targets = None if target is None else look_up(target, tokens, -3).unbind(-3)
    home = weights = start.unsqueeze(-3)
    found = []
    for t, move in enumerate(moves):
        weights = sum(
            (p * weights.roll(k - reach, -1) for k, p in enumerate(move.unsqueeze(-2).unbind(-1))),
            start=torch.zeros_like(weights),
        )
        if jumps is not None:
            weights = (1 - jumps[t]) * weights + jumps[t] * (
                home if targets is None else targets[t]
            )
        found.append(weights)
    return torch.stack(found, -3)


def head_weights(
    shifts: Tensor,
    tokens: Tensor,
    start: Tensor,
    jump: Tensor | None = None,
    target: Tensor | None = None,
) -> Tensor:
    """Positions of all heads after every step, many steps at a time.

    Only the V kernels are transformed. Time is cut into chunks: every chunk starts from a state
    that is known in double precision, from the counts of the tokens before, and all chunks are
    computed side by side. Gradients come from the adjoint recurrence and divide by nothing, so
    that a frequency which a kernel wipes out (ŝ = 0) or a certain jump (a = 0) is no special case.

    Shapes, domain, errors: as `head_weights_sequential`; float32 or float64; S may exceed N.
    Float risk: weights that are zero come out as some 1e-8 (float32) of either sign.
    """
    _check(shifts, start, jump, target)
    cells, leading = start.shape[-1], shifts.shape[:-3]
    tokens = stacked_tokens(tokens, leading, shifts.shape[-3])
    rate = torch.einsum("...s,sf->...f", shifts.to(torch.complex128), _phases(shifts, cells))
    origin = torch.fft.rfft(start.double())
    push = None
    if jump is not None:
        chance = jump.double().unsqueeze(-1)
        rate = (1 - chance) * rate
        push = chance * (
            origin.unsqueeze(-3) if target is None else torch.fft.rfft(target.double())
        )
    time = tokens.shape[-1]
    chunk = min(_CHUNK, time)
    padded = functional.pad(tokens, (0, -time % chunk))
    chunked = torch.unflatten(padded, -1, (-1, chunk))
    rate, origin = rate.flatten(-2), origin.flatten(-2)
    stack = tokens.shape[:-1]
    spectrum: Tensor = _Scan.apply(  # type: ignore[no-untyped-call]
        _working(rate, shifts.dtype),
        None if push is None else _working(push.flatten(-2), shifts.dtype),
        own_rows(chunked, leading, shifts.shape[-3]).flatten(0, -3),
        origin.unsqueeze(-2).expand(*stack, -1).flatten(0, -2),
        _chunk_products(rate.detach(), chunked).flatten(0, -3),
    )
    steps = torch.unflatten(spectrum.flatten(1, 2)[:, :time], 0, stack)
    by_head = torch.unflatten(steps, -1, (start.shape[-2], -1))
    weights: Tensor = torch.fft.irfft(by_head, n=cells)
    return weights


class _Scan(torch.autograd.Function):
    """x_t = a_u x_{t−1} + b_u for every frequency, and the same backwards for gradients.

        λ_t = g_t + ā_{t+1} λ_{t+1},   ∂a_u = Σ_{t: u_t = u} λ_t x̄_{t−1},   ∂b_u = Σ_{t: u_t = u} λ_t

    Shapes: a, b (E, Q): rows of all members, frequencies; tokens (R, K, C), numbers of these rows
    for all chunks and their steps; start (R, Q); products (R, K, Q) of a over each chunk, in double
    precision, without a gradient → x (R, K, C, Q).
    Rows are looked up when their step comes, so that x alone is as long as the stream. The backward
    pass works with the conjugates of λ and g, which leaves a and x as they are.
    """

    @staticmethod
    def forward(
        ctx: Any,
        rates: Tensor,
        pushes: Tensor | None,
        tokens: Tensor,
        start: Tensor,
        products: Tensor,
    ) -> Tensor:
        steps, sums = tokens.unbind(-1), None
        if pushes is not None:
            total = _rows(pushes, steps[0])
            for u in steps[1:]:
                total = torch.addcmul(_rows(pushes, u), _rows(rates, u), total)
            sums = total.to(products.dtype)
        starts = _carried(start, products, sums).to(rates.dtype)
        states = rates.new_empty(*tokens.shape, rates.shape[-1])
        x = starts
        for u, out in zip(steps, states.unbind(-2), strict=True):
            x = torch.mul(_rows(rates, u), x, out=out)
            if pushes is not None:
                x += _rows(pushes, u)
        ctx.save_for_backward(rates, pushes, tokens, states, starts, products)
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        rates, pushes, tokens, states, starts, products = ctx.saved_tensors
        before = (starts, *states.unbind(-2)[:-1])
        backwards = list(zip(tokens.unbind(-1), gradient.unbind(-2), before, strict=True))[::-1]
        total = torch.zeros_like(starts)
        for u, g, _ in backwards:
            total.add_(g.conj_physical()).mul_(_rows(rates, u))
        nothing = torch.zeros_like(products[..., 0, :])
        carried = _carried(nothing, products.flip(-2), total.to(products.dtype).flip(-2))
        x = carried.flip(-2).to(rates.dtype)
        by_rate = rates.new_zeros(rates.shape)
        by_push = None if pushes is None else pushes.new_zeros(pushes.shape)
        for u, g, state in backwards:
            adjoint = g.conj_physical().add_(x)
            torch.mul(_rows(rates, u), adjoint, out=x)
            if by_push is not None:
                _add_rows(by_push, u, adjoint)
            _add_rows(by_rate, u, adjoint.mul_(state))
        by_start = x[..., 0, :].conj().to(products.dtype)
        return by_rate.conj(), None if by_push is None else by_push.conj(), None, by_start, None


def _rows(table: Tensor, tokens: Tensor) -> Tensor:
    """Rows of a complex table (E, Q) by token (R, K): (R, K, Q). Real numbers are copied faster."""
    rows = torch.view_as_real(table).flatten(1).index_select(0, tokens.flatten())
    return torch.view_as_complex(rows.view(*tokens.shape, -1, 2))


def _add_rows(table: Tensor, tokens: Tensor, rows: Tensor) -> None:
    """Adds rows (R, K, Q) to those of a complex table (E, Q) that the tokens (R, K) name."""
    numbers = torch.view_as_real(rows).reshape(tokens.numel(), -1)
    torch.view_as_real(table).flatten(1).index_add_(0, tokens.flatten(), numbers)


def _carried(start: Tensor, products: Tensor, sums: Tensor | None) -> Tensor:
    """What each chunk starts from: x ← product · x + sum, from chunk to chunk."""
    x, found = start, [start]
    added = None if sums is None else sums.unbind(-2)
    for k, product in enumerate(products.unbind(-2)[:-1]):
        x = product * x if added is None else torch.addcmul(added[k], product, x)
        found.append(x)
    return torch.stack(found, -2)


def _chunk_products(rate: Tensor, tokens: Tensor) -> Tensor:
    """∏ a_u over the tokens of each chunk, from their counts: exp(Σ_v count_v · log a_v).

    Shapes: rate (…, V, Q) complex128, tokens (…, B, K, C) → (…, B, K, Q) complex128.
    """
    counts = torch.zeros(
        *tokens.shape[:-1], rate.shape[-2], dtype=torch.float64, device=rate.device
    )
    counts = counts.scatter_add_(-1, tokens, torch.ones_like(tokens, dtype=torch.float64))
    counts, shape = counts.flatten(-3, -2), tokens.shape[-3:-1]
    size = (counts @ rate.abs().clamp(min=_TINY).log()).exp()
    return torch.unflatten(torch.polar(size, counts @ rate.angle()), -2, shape)


def _working(table: Tensor, dtype: torch.dtype) -> Tensor:
    """A complex table (…, V, Q) in working precision, the rows of all members: (E, Q)."""
    return torch.view_as_complex(torch.view_as_real(table).to(dtype)).flatten(0, -2)


def _phases(shifts: Tensor, cells: int) -> Tensor:
    """exp(−2πi k f / N) for every shift k and frequency f; angles are reduced exactly."""
    reach = shifts.shape[-1] // 2
    k = torch.arange(-reach, reach + 1, device=shifts.device).unsqueeze(-1)
    f = torch.arange(cells // 2 + 1, device=shifts.device)
    angle = (k * f % cells).double() * (-2 * torch.pi / cells)
    return torch.polar(torch.ones_like(angle), angle)


def _check(shifts: Tensor, start: Tensor, jump: Tensor | None, target: Tensor | None) -> None:
    *leading, vocabulary, heads, number = shifts.shape
    if number % 2 == 0:
        raise SettingError(f"shifts reach equally far both ways: 3 or 5 of them, {number} given")
    wanted = {
        "start": (start, (*leading, heads, start.shape[-1])),
        "jump": (jump, (*leading, vocabulary, heads)),
        "target": (target, (*leading, vocabulary, heads, start.shape[-1])),
    }
    for name, (given, shape) in wanted.items():
        if given is not None and given.shape != shape:
            raise SettingError(f"{name} needs the shape {shape}; {tuple(given.shape)} given")
