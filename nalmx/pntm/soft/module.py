"""P-NTM: a neural Turing machine whose controls are tables, so that all steps are computed at once.

The token u_t of step t moves a register; state and token together name a row of every table:

    state_t = transition[state_{t−1}, u_t],   row_t = state_t · V + u_t,   state_0 = 0

The row sets the shifts of all heads, the gates and the symbol of each tape. In a step the register
moves, then the heads, then each tape is erased and written, then read. The reads of all tapes and
the row give the logits of the next token. What is said comes back as the next token: that is all the
feedback there is, and positions depend on the tokens alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...errors import SettingError
from ._tables import look_up, stacked_tokens
from .heads import head_weights, head_weights_sequential
from .memory import memory_reads_sequential, reads_of_both
from .register import hard_states

# Far enough for softmax and sigmoid to be 0 and 1 exactly, near enough to stay finite.
_CERTAIN = 1e4
_CONTROLS = ("raw_shift", "raw_write", "raw_erase", "raw_jump")


@dataclass(frozen=True)
class Controls:
    """What each row does: probabilities of shifts, gates and jumps, and the symbols written.

    Shapes, with E rows and H tapes: shifts (…, E, 2H, S), heads in the order write, read, write,
    read, …; write, erase (…, E, H); symbols (…, E, H, width); jump (…, E, 2H) or None.
    """

    shifts: Tensor
    write: Tensor
    erase: Tensor
    symbols: Tensor
    jump: Tensor | None


class PNTM(nn.Module):
    """A parallelizable neural Turing machine, or a stack of independent ones.

        w_t = (1 − j) (s ∗ w_{t−1}) + j · target          for every head
        M_t = (1 − e w_t) ∘ M_{t−1} + g w_t aᵀ,  r_t = M_tᵀ q_t      for every tape
        logits_t = B · relu(A · r_t + c_row) + d

    with s, j, e, g, a and c from the row of step t, w of a write head and q of a read head.

    Example: `PNTM(9, tapes=1, ensemble=(5,))(tokens)` gives the logits of five seeds.
    Shapes: tokens (batch, time), or (*ensemble, batch, time), int64 → (*ensemble, batch, time, V).
    Domain: tokens from 0 to V − 1. The tapes are rings: take more cells than the heads ever walk.
    Float risk: positions err by some 1e-7 in float32, whatever the length.
    Buffers that may be set: `transition` (states, V); `start_cell` (*ensemble, 2·tapes) and
    `jump_cell` (*ensemble, E, 2·tapes), both read modulo the number of cells.
    Reference: Faria & Candido Junior (2026) for the idea; Graves et al. (2014) for the machine.
    """

    transition: Tensor
    start_cell: Tensor
    jump_cell: Tensor
    raw_jump: nn.Parameter | None

    def __init__(
        self,
        vocabulary_size: int,
        tapes: int = 2,
        cells: int = 64,
        width: int = 16,
        shifts: int = 3,
        states: int = 1,
        hidden: int = 64,
        jumps: bool = False,
        ensemble: tuple[int, ...] = (),
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self._settings: dict[str, Any] = {
            "vocabulary_size": vocabulary_size,
            "tapes": tapes,
            "cells": cells,
            "width": width,
            "shifts": shifts,
            "states": states,
            "hidden": hidden,
            "jumps": jumps,
        }
        for name, value in self._settings.items():
            if name != "jumps" and value < 1:
                raise SettingError(f"{name} is at least 1; {value} given")
        if shifts % 2 == 0:
            raise SettingError(f"shifts reach equally far both ways: 3 or 5; {shifts} given")
        self.vocabulary_size, self.tapes, self.cells, self.states = (
            vocabulary_size,
            tapes,
            cells,
            states,
        )
        self.ensemble = tuple(ensemble)
        rows, heads = states * vocabulary_size, 2 * tapes

        def drawn(*shape: int, mean: float = 0.0, spread: float) -> nn.Parameter:
            drawing = torch.empty(*self.ensemble, *shape, device=device, dtype=dtype)
            return nn.Parameter(drawing.normal_(mean, spread, generator=generator))

        self.raw_shift = drawn(rows, heads, shifts, spread=1.0)
        # Open gates let gradients through: a closed one never learns that it should open.
        self.raw_write = drawn(rows, tapes, mean=1.0, spread=0.5)
        self.raw_erase = drawn(rows, tapes, mean=1.0, spread=0.5)
        self.symbol = drawn(rows, tapes, width, spread=1.0)
        self.raw_jump = drawn(rows, heads, mean=-2.0, spread=0.5) if jumps else None
        self.read_weight = drawn(hidden, tapes * width, spread=(tapes * width) ** -0.5)
        self.row_bias = drawn(rows, hidden, spread=1.0)
        self.output_weight = drawn(vocabulary_size, hidden, spread=hidden**-0.5)
        self.output_bias = drawn(vocabulary_size, spread=0.0)

        def numbers(*shape: int) -> Tensor:
            return torch.zeros(*shape, dtype=torch.int64, device=device)

        self.register_buffer("transition", numbers(states, vocabulary_size))
        self.register_buffer("start_cell", numbers(*self.ensemble, heads))
        self.register_buffer("jump_cell", numbers(*self.ensemble, rows, heads))

    def controls(self, temperature: float = 1.0) -> Controls:
        """The probabilities of all rows; the temperature divides the logits of the shifts."""
        if not temperature > 0:
            raise SettingError(f"the temperature is above 0; {temperature} given")
        return Controls(
            shifts=(self.raw_shift / temperature).softmax(-1),
            write=self.raw_write.sigmoid(),
            erase=self.raw_erase.sigmoid(),
            symbols=self.symbol,
            jump=None if self.raw_jump is None else self.raw_jump.sigmoid(),
        )

    def rows(self, tokens: Tensor) -> Tensor:
        """The row of every step: tokens (…, T) → (…, T)."""
        if self.states == 1:
            return tokens
        return hard_states(self.transition, tokens) * self.vocabulary_size + tokens

    def forward(
        self,
        tokens: Tensor,
        *,
        cells: int | None = None,
        temperature: float = 1.0,
        parallel: bool = True,
    ) -> Tensor:
        """Logits of the next token after every token, on tapes of `cells` cells.

        `parallel=False` takes the same steps one by one.
        """
        tokens = stacked_tokens(tokens, torch.Size(self.ensemble), self.vocabulary_size)
        rows, controls = self.rows(tokens), self.controls(temperature)
        weights = self.weights(rows, controls, cells=cells, parallel=parallel)
        return self.output(self.reads(rows, controls, weights, parallel=parallel), rows)

    def weights(
        self, rows: Tensor, controls: Controls, *, cells: int | None = None, parallel: bool = True
    ) -> Tensor:
        """Positions of all heads: rows (*ensemble, B, T) → (*ensemble, B, T, 2·tapes, cells)."""
        count = self.cells if cells is None else cells
        if count < 1:
            raise SettingError(f"a tape has at least 1 cell; {count} given")
        start, target = (
            functional.one_hot(cell % count, count).to(controls.shifts.dtype)
            for cell in (self.start_cell, self.jump_cell)
        )
        walk = head_weights if parallel else head_weights_sequential
        jump = controls.jump
        return walk(controls.shifts, rows, start, jump, None if jump is None else target)

    def reads(
        self, rows: Tensor, controls: Controls, weights: Tensor, *, parallel: bool = True
    ) -> Tensor:
        """What the read heads see: (*ensemble, B, T, tapes · width)."""
        heads = torch.unflatten(weights, -2, (-1, 2)).movedim(-3, -4)  # (…, B, H, T, 2, N)
        gates = torch.stack((controls.erase, controls.write), -1)
        erase, write = look_up(gates, rows, -3).movedim(-2, -3).unbind(-1)
        symbols = look_up(controls.symbols, rows, -3).movedim(-2, -3)
        if parallel:
            reads = reads_of_both(heads, erase, write, symbols)
        else:
            writing, reading = heads.unbind(-2)
            reads = memory_reads_sequential(writing, reading, erase, write, symbols)
        return reads.movedim(-3, -2).flatten(-2)

    def output(self, reads: Tensor, rows: Tensor) -> Tensor:
        """Logits from what was read and the row: the last equation of the class."""
        seen = reads @ self.read_weight.mT.unsqueeze(-3)
        hidden = (seen + look_up(self.row_bias, rows, -2)).relu()
        return hidden @ self.output_weight.mT.unsqueeze(-3) + self.output_bias[..., None, None, :]

    def control_parameters(self) -> Iterator[nn.Parameter]:
        """What hardening makes certain: the logits of shifts, gates and jumps."""
        return (self.get_parameter(name) for name in _CONTROLS if getattr(self, name) is not None)

    @torch.no_grad()
    def harden_(self, *, freeze: bool = True) -> PNTM:
        """Makes every control certain: the likeliest shift, each gate open or shut, exactly.

        With `freeze`, these parameters are not trained any more; symbols and output still are.
        """
        for parameter in self.control_parameters():
            certain = parameter > 0
            if parameter is self.raw_shift:
                likeliest = parameter.argmax(-1)
                certain = functional.one_hot(likeliest, parameter.shape[-1]).bool()
            parameter.copy_(torch.where(certain, _CERTAIN, -_CERTAIN))
            parameter.requires_grad_(parameter.requires_grad and not freeze)
        return self

    @torch.no_grad()
    def member(self, index: int) -> PNTM:
        """One machine of the stack, alone, with copies of its parameters and buffers."""
        if not self.ensemble:
            raise SettingError("this machine is not a stack: it has no members")
        like = self.raw_shift
        alone = PNTM(
            **self._settings,
            ensemble=self.ensemble[1:],
            device=like.device,
            dtype=like.dtype,
            # Its own: taking a member must not move the generator that training draws from.
            generator=torch.Generator(like.device),
        )
        for name, parameter in self.named_parameters():
            alone.get_parameter(name).copy_(parameter[index])
            alone.get_parameter(name).requires_grad_(parameter.requires_grad)
        alone.transition.copy_(self.transition)
        alone.start_cell.copy_(self.start_cell[index])
        alone.jump_cell.copy_(self.jump_cell[index])
        return alone.train(self.training)

    def extra_repr(self) -> str:
        settings = [*self._settings.items(), ("ensemble", self.ensemble)]
        return ", ".join(f"{name}={value}" for name, value in settings)
