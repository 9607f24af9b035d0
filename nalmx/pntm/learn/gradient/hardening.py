"""A soft machine with the controls of a hard one, and the training of what is left of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from ....train.one_thread import one_thread
from ...soft.module import PNTM
from .batches import Pool
from .rounding import Hard

_RATE = 0.005
_AVERAGED = 0.2
_LEARNT = 0.01
SPARE_CELLS = 12


@torch.no_grad()
def harden(module: PNTM, hard: Hard, tapes: Sequence[int]) -> PNTM:
    """Set and freeze the controls of a module that has some tapes of hard controls.

    A write erases first, as in a hard machine.
    """
    shifts = module.raw_shift.shape[-1]
    moves = hard.moves[:, tapes].reshape(len(hard.moves), -1) + shifts // 2
    module.raw_shift.copy_(torch.from_numpy(np.eye(shifts)[moves]))
    gate = torch.from_numpy(np.where(hard.write[:, tapes], 1.0, -1.0))
    module.raw_write.copy_(gate)
    module.raw_erase.copy_(gate)
    return module.harden_()


def train_output(
    module: PNTM, pool: Pool, steps: int, batch: int, ended: Callable[[], bool]
) -> float:
    """Train symbols and output on examples of all lengths until they are learnt, so many steps at
    most; the loss, averaged over late steps."""
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    adam = torch.optim.Adam(trained, lr=_RATE, foreach=True)
    smooth = float("nan")
    for _ in range(steps):
        drawn = pool.draw(batch, pool.longest)
        with one_thread():
            logits = module(drawn.tokens, cells=drawn.tokens.shape[-1] + SPARE_CELLS)
            loss = drawn.losses(logits.unsqueeze(0)).sum()
            adam.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            adam.step()
        now = float(loss.detach())
        smooth = now if np.isnan(smooth) else smooth + _AVERAGED * (now - smooth)
        if smooth < _LEARNT or ended():
            break
    return smooth
