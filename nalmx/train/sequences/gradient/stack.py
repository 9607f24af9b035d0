"""A stack of P-NTMs in training: many initialisations at once, the bad ones begun anew.

Rows of the same kind (the digits of a prompt, say) have a common part in their controls, and each
row its own: the common part gathers the gradients of all of them, so that what holds for all digits
is learnt once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from ....pntm.module import PNTM, Controls
from ....pntm.vocabulary import Ids
from .batches import Batch
from .rounding import Hard, Logits

Parameters: TypeAlias = dict[str, Tensor]

_COMMON = ("raw_shift", "raw_write", "raw_erase")
_OWN = 0.1  # how much rows of a kind differ at first, as a part of how much kinds differ
_CONTROL_RATE, _OTHER_RATE = 0.05, 0.005
_SURE = 5.0  # margin of the logits of a control that is kept from another machine
_SPARE_CELLS = 12


class Stack:
    """`members` machines; `kinds` (rows,) numbers the kind of each control row."""

    def __init__(
        self,
        settings: dict[str, Any],
        kinds: Ids,
        register: Ids,
        starts: Ids,
        members: int,
        device: torch.device | str,
        generator: torch.Generator,
    ) -> None:
        self._settings, self._generator, self._device = settings, generator, device
        self._kinds = torch.from_numpy(kinds).to(device)
        self._register = torch.from_numpy(register).to(device)
        self._starts = torch.from_numpy(starts.reshape(-1)).to(device)
        self.members, self.tapes = members, int(starts.shape[0])
        self.module, self.common = self._drawn(members)
        controls = [*self.module.control_parameters(), *self.common.values()]
        known = {id(parameter) for parameter in controls}
        others = [p for p in self.module.parameters() if id(p) not in known]
        self._adam = torch.optim.Adam(
            [{"params": controls, "lr": _CONTROL_RATE}, {"params": others, "lr": _OTHER_RATE}],
            betas=(0.9, 0.98),
            foreach=True,
        )

    def step(self, batch: Batch, temperature: float) -> Tensor:
        """One update of every member; their losses before it."""
        losses = batch.losses(self.logits(batch.tokens, temperature))
        self._adam.zero_grad(set_to_none=True)
        losses.sum().backward()  # type: ignore[no-untyped-call]
        self._adam.step()
        return losses.detach()

    def logits(self, tokens: Tensor, temperature: float) -> Tensor:
        """Logits (members, batch, time, V); the temperature sharpens shifts and gates."""
        module = self.module
        shift, write, erase = (part / temperature for part in self._combined())
        controls = Controls(
            shift.softmax(-1), write.sigmoid(), erase.sigmoid(), module.symbol, None
        )
        rows = module.rows(tokens.expand(self.members, *tokens.shape))
        cells = tokens.shape[-1] + _SPARE_CELLS
        weights = module.weights(rows, controls, cells=cells + cells % 2)
        return module.output(module.reads(rows, controls, weights), rows)

    @torch.no_grad()
    def control_logits(self, member: int) -> Logits:
        """The controls of a member, for rounding."""
        return Logits(*(part[member].cpu().double().numpy() for part in self._combined()))

    @torch.no_grad()
    def parameters_of(self, member: int) -> Parameters:
        """Copies of the parameters of a member."""
        return {name: parameter[member].clone() for name, parameter in self._named()}

    @torch.no_grad()
    def begin(self, member: int, parent: Parameters, hard: Hard, kept: Collection[int]) -> None:
        """Begin a member anew, with some tapes of a parent, their controls as they were rounded."""
        module, common = self._drawn(1)
        fresh = {**dict(module.named_parameters()), **common_names(common)}
        for name, parameter in self._named():
            mine = parameter[member]
            by_tape = name not in ("row_bias", "output_weight", "output_bias")
            mine.copy_(parent[name] if kept and not by_tape else fresh[name][0])
            for tape in kept if by_tape else ():
                tapes = (mine.shape[0], self.tapes, -1)
                mine.view(tapes)[:, tape] = parent[name].view(tapes)[:, tape]
            for state in self._adam.state[parameter].values():
                if state.shape == parameter.shape:
                    state[member] = 0
        for tape in kept:
            self._settle(member, hard, tape)

    def _settle(self, member: int, hard: Hard, tape: int) -> None:
        for common in self.common.values():
            part = common[member]
            part.view(part.shape[0], self.tapes, -1)[:, tape] = 0
        module = self.module
        shifts = module.raw_shift.shape[-1]
        moves = torch.from_numpy(hard.moves[:, tape] + shifts // 2).to(self._device)
        module.raw_shift[member][:, 2 * tape : 2 * tape + 2] = _SURE * nn.functional.one_hot(
            moves, shifts
        ).to(module.raw_shift.dtype)
        for gate, opened in ((module.raw_write, hard.write), (module.raw_erase, hard.erase)):
            signs = 2.0 * torch.from_numpy(opened[:, tape]).to(gate) - 1.0
            gate[member][:, tape] = _SURE / 2 * signs

    def _combined(self) -> tuple[Tensor, Tensor, Tensor]:
        module, common = self.module, self.common
        shift, write, erase = (common[name][:, self._kinds] for name in _COMMON)
        return module.raw_shift + shift, module.raw_write + write, module.raw_erase + erase

    def _named(self) -> Iterator[tuple[str, nn.Parameter]]:
        yield from self.module.named_parameters()
        yield from common_names(self.common).items()

    def _drawn(self, members: int) -> tuple[PNTM, dict[str, nn.Parameter]]:
        module = PNTM(
            **self._settings, ensemble=(members,), device=self._device, generator=self._generator
        )
        module.transition.copy_(self._register)
        module.start_cell.copy_(self._starts)
        count = int(self._kinds.max()) + 1
        first = [int((self._kinds == kind).nonzero()[0, 0]) for kind in range(count)]
        common = {}
        with torch.no_grad():
            for name, own in zip(_COMMON, module.control_parameters(), strict=True):
                common[name] = nn.Parameter(own[:, first].clone())
                own -= 0.0 if name == "raw_shift" else 1.0
                own *= _OWN
        return module, common


def common_names(common: dict[str, nn.Parameter]) -> dict[str, nn.Parameter]:
    return {f"common.{name}": parameter for name, parameter in common.items()}
