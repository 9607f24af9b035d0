"""Recurrent use of a network: the same step at every item of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from ..errors import SettingError
from ._combine import aligned


class Recurrent(nn.Module):
    """A network applied to one item of a sequence after the other, with its last output.

        h_t = cell(x_t, h_{t-1}),   y = h_T

    `initial` is h_0: one number for each output of the cell, or "first" where the first item is the
    state and the steps begin at the second.

    Example: `Recurrent(cell, initial=[0])` with a cell that adds x1 == x2 to x3 counts equal pairs.
    Shapes: x (…, time, features) → y (…, states), with a cell features + states → states.
    Domain: that of the cell.  Float risk: errors of a step add up over the sequence.
    Reference: Faber & Wattenhofer (2020); survey by Mistry et al. (2022), section 7.2.
    """

    initial: tuple[float, ...] | None

    def __init__(self, cell: nn.Module, initial: Sequence[float] | Literal["first"]) -> None:
        super().__init__()
        self.cell = cell
        self.initial = None if initial == "first" else tuple(float(value) for value in initial)
        if self.initial == ():
            raise SettingError('initial needs one number for each state, or "first"; none given')

    def forward(self, x: Tensor) -> Tensor:
        if self.initial is None:
            if x.shape[-2] < 1:
                raise SettingError("a sequence needs an item to start from; an empty one given")
            state, x = x[..., 0, :], x[..., 1:, :]
        else:
            state = torch.tensor(self.initial, dtype=x.dtype, device=x.device)
            state = state.expand(*x.shape[:-2], -1)
        for item in x.unbind(-2):
            state = self.cell(torch.cat(aligned([item, state]), -1))
        return state

    def extra_repr(self) -> str:
        return f"initial={'first' if self.initial is None else list(self.initial)}"
