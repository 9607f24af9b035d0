"""A stack of P-NTMs in training: many initialisations at once, the bad ones begun anew.

Rows of the same kind (the digits of a prompt, say) have a common part in their controls, and each
row its own: the common part gathers the gradients of all of them, so that what holds for all digits
is learnt once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from ....train.one_thread import one_thread
from ...soft.module import PNTM, Controls
from ...vocabulary import Ids
from .batches import Batch
from .hardening import SPARE_CELLS
from .rounding import Hard, Logits

Parameters: TypeAlias = dict[str, Tensor]

_COMMON = ("raw_shift", "raw_write")
_OF_ALL_TAPES = ("row_bias", "output_weight", "output_bias")
_OWN = 0.01  # how much rows of a kind differ at first, as a part of how much kinds differ
_COMMON_RATE, _OWN_RATE, _OTHER_RATE = 0.05, 0.005, 0.005
_SURE = 6.0  # margin of the logits of a control that is kept from another machine


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
        # A write erases first, as in a hard machine: the erase gate is the write gate.
        own = [self.module.raw_shift, self.module.raw_write]
        others = ("symbol", "read_weight", *_OF_ALL_TAPES)
        self._adam = torch.optim.Adam(
            [
                {"params": list(self.common.values()), "lr": _COMMON_RATE},
                {"params": own, "lr": _OWN_RATE},
                {"params": [self.module.get_parameter(n) for n in others], "lr": _OTHER_RATE},
            ],
            betas=(0.9, 0.98),
            foreach=True,
        )

    def step(self, batch: Batch, temperature: float) -> Tensor:
        """One update of every member; their losses before it."""
        with one_thread():
            losses = batch.losses(self.logits(batch.tokens, temperature))
            self._adam.zero_grad(set_to_none=True)
            losses.sum().backward()  # type: ignore[no-untyped-call]
            self._adam.step()
        return losses.detach()

    def logits(self, tokens: Tensor, temperature: float) -> Tensor:
        """Logits (members, batch, time, V); the temperature sharpens shifts and gates."""
        module = self.module
        shift, write = (part / temperature for part in self._combined())
        gate = write.sigmoid()
        controls = Controls(shift.softmax(-1), gate, gate, module.symbol, None)
        rows = module.rows(tokens.expand(self.members, *tokens.shape))
        cells = tokens.shape[-1] + SPARE_CELLS
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
    def begin(
        self,
        member: int,
        parent: Parameters | None = None,
        hard: Hard | None = None,
        kept: Collection[int] = (),
    ) -> None:
        """Begin a member anew, but with some tapes of a parent, their controls as rounded."""
        module, common = self._drawn(1)
        fresh = {**dict(module.named_parameters()), **_prefixed(common)}
        for name, parameter in self._named():
            mine = parameter[member]
            mine.copy_(fresh[name][0])
            if parent is not None and kept and name in _OF_ALL_TAPES:
                mine.copy_(parent[name])
            elif parent is not None:
                for tape in kept:
                    self._tape(mine, tape).copy_(self._tape(parent[name], tape))
            for state in self._adam.state[parameter].values():
                if state.shape == parameter.shape:
                    state[member] = 0
        if hard is not None:
            for tape in kept:
                self._settle(member, hard, tape)

    @torch.no_grad()
    def alone(self, member: int, tapes: Sequence[int]) -> PNTM:
        """Some tapes of a member, with symbols and output, as a machine; its controls are not set."""
        found = PNTM(
            **{**self._settings, "tapes": len(tapes)},
            device=self._device,
            generator=torch.Generator(self._device),
        )
        mine = self.parameters_of(member)
        for name, parameter in found.named_parameters():
            if name in _OF_ALL_TAPES:
                parameter.copy_(mine[name])
            else:
                parts = parameter.view(len(parameter), len(tapes), -1)
                for at, tape in enumerate(tapes):
                    parts[:, at] = self._tape(mine[name], tape)
        found.transition.copy_(self._register)
        found.start_cell.copy_(self._starts.view(-1, 2)[list(tapes)].flatten())
        return found

    def _settle(self, member: int, hard: Hard, tape: int) -> None:
        """Set the controls of a tape: what rows of a kind share goes into the common part."""
        shifts = self.module.raw_shift.shape[-1]
        moves = torch.from_numpy(hard.moves[:, tape] + shifts // 2)
        shift = _SURE * nn.functional.one_hot(moves, shifts).flatten(1)
        write = _SURE * (torch.from_numpy(hard.write[:, tape, None]).float() - 0.5)
        for name, logits in zip(_COMMON, (shift, write), strict=True):
            wanted = logits.to(self.module.raw_shift)
            common = self.common[name][member]
            sums = wanted.new_zeros(len(common), wanted.shape[-1])
            counts = torch.bincount(self._kinds, minlength=len(common))
            means = sums.index_add_(0, self._kinds, wanted) / counts[:, None]
            self._tape(common, tape).copy_(means)
            own = self.module.get_parameter(name)[member]
            self._tape(own, tape).copy_(wanted - means[self._kinds])

    def _tape(self, parameter: Tensor, tape: int) -> Tensor:
        """What a parameter of a member has about one tape: (rows or hidden, …), a view."""
        return parameter.view(len(parameter), self.tapes, -1)[:, tape]

    def _combined(self) -> tuple[Tensor, Tensor]:
        module, common = self.module, self.common
        shift, write = (common[name][:, self._kinds] for name in _COMMON)
        return module.raw_shift + shift, module.raw_write + write

    def _named(self) -> Iterator[tuple[str, nn.Parameter]]:
        yield from self.module.named_parameters()
        yield from _prefixed(self.common).items()

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
            for name in _COMMON:
                own = module.get_parameter(name)
                common[name] = nn.Parameter(own[:, first].clone())
                own.copy_(_OWN * (own - own.mean(1, keepdim=True)))
        return module, common


def _prefixed(common: dict[str, nn.Parameter]) -> dict[str, nn.Parameter]:
    return {f"common.{name}": parameter for name, parameter in common.items()}
