"""Products and sums whose result for one module does not depend on its neighbours in a stack.

Library reductions choose an order of summation, or a branch, by the shape and content of the whole
tensor. These use elementwise arithmetic in a fixed order, so that a seed trained alone and the
same seed trained in a stack agree bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import sympy
import torch
from torch import Tensor
from torch.nn import functional

from ..expression.symbols import Total

_LEAST_LOGIT = -80.0
_BY_MATRICES: ContextVar[bool] = ContextVar("by_matrices", default=False)


@contextmanager
def matrix_products() -> Iterator[None]:
    """A block in which a stack's sums are matrix products: many times as fast, rounded otherwise.

    Nothing depends on the stack but the order of sums.
    """
    token = _BY_MATRICES.set(True)
    try:
        yield
    finally:
        _BY_MATRICES.reset(token)


def pair(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """x and weight shaped so that they multiply to (…, out_features, in_features)."""
    return x.unsqueeze(-2), weight if weight.dim() == 2 else weight.unsqueeze(-3)


def per_input(weight: Tensor) -> Tensor:
    """A weight (…, 1, in_features) shaped so that it multiplies x (…, in_features)."""
    return weight.squeeze(-2) if weight.dim() == 2 else weight


def per_output(weight: Tensor) -> Tensor:
    """A weight (…, out_features, 1) shaped so that it multiplies y (…, out_features)."""
    return weight.squeeze(-1) if weight.dim() == 2 else weight.mT


def weighted_sum(x: Tensor, weight: Tensor) -> Tensor:
    """Σᵢ wₒᵢ·xᵢ: a matrix product for one module, elementwise for a stack.

    A matrix product orders its sums by the size of the whole stack; elementwise does not, which
    `matrix_products` gives up.
    """
    if weight.dim() == 2:
        return functional.linear(x, weight)
    if _BY_MATRICES.get():
        if x.dim() > 2 or weight.dim() > 3:
            return x @ weight.mT
        stack, outputs, _ = weight.shape
        together = functional.linear(x, weight.flatten(0, 1))
        return together.view(-1, stack, outputs).movedim(-2, 0)
    x, weight = pair(x, weight)
    return (x * weight).sum(-1)


def exact_weighted_sum(
    x: Sequence[sympy.Expr], weight: Sequence[Sequence[sympy.Expr]]
) -> list[sympy.Expr]:
    """The same sum over exact numbers, one expression for each output."""
    return [Total(*(w * v for w, v in zip(row, x, strict=True))) for row in weight]


def product(factors: Tensor) -> Tensor:
    """∏ over the last dimension by halves: exact gradients at zeros, no data-dependent branch.

    torch joins the gradients of the halves in a layout that it guesses from their strides, and in a
    stack of one it may guess another than in a larger stack; sums over the batch then have another
    order. So the factors come first and the stack second: there the guesses are one layout.
    """
    factors = factors.movedim(-1, 0)
    size = len(factors)
    padding = (1 << (size - 1).bit_length()) - size
    if padding:
        factors = functional.pad(factors, (0, 0) * (factors.dim() - 1) + (0, padding), value=1.0)
    while len(factors) > 1:
        left, right = factors.chunk(2)
        factors = left * right
    return factors.squeeze(0)


def sigmoid(logit: Tensor) -> Tensor:
    """σ(m) = 1 / (1 + e⁻ᵐ).

    torch rounds exp alike in vectors and in their scalar tails, its sigmoid not, and a module must
    not depend on its place in a stack. Below -80 the gradient is 0 anyway.
    """
    return 1 / (1 + torch.exp(-logit.clamp(min=_LEAST_LOGIT)))
