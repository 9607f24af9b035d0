"""Training kernels as the functions that training loops are: called with arrays of NumPy, run on a GPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from .maths_triton import INTERPRETED


class Models:
    """The functions of a training kernel on one device; see `loops.TrainingLoop`."""

    def __init__(self, module: Any, device: str) -> None:
        self._module, self._device = module, "cpu" if INTERPRETED else device

    def train(
        self,
        order: Any,
        raw: Any,
        m: Any,
        v: Any,
        u: Any,
        t: Any,
        length: Any,
        inputs: Any,
        *more: Any,
    ) -> None:
        """Advances the models of `order`; `raw`, `m` and `v` are changed."""
        state = [self._moved(array) for array in (raw, m, v)]
        given = [self._moved(array) for array in (u, t, np.array([length, inputs]), *more)]
        self._run(self._module.train, order, inputs, *state, *given)
        for array, tensor in zip((raw, m, v), state, strict=True):
            array[order] = tensor.cpu().numpy()[order]

    def evaluate(
        self,
        order: Any,
        raw: Any,
        x: Any,
        t: Any,
        size: Any,
        inputs: Any,
        dataset: Any,
        errors: Any,
    ) -> None:
        """Writes the mean squared error of each model of `order` into `errors`."""
        sizes = np.array([size, inputs])
        given = [self._moved(array) for array in (raw, x, t, sizes, dataset, errors)]
        self._run(self._module.evaluate, order, inputs, *given)
        errors[order] = given[-1].cpu().numpy()[order]

    def _run(self, kernel: Any, order: Any, inputs: Any, *given: Tensor) -> None:
        rows = max(2, 1 << (int(inputs) - 1).bit_length())
        # Eight numbers a thread, until a program has as many warps as its registers allow.
        warps = min(16, rows // 2)
        fused: dict[str, Any] = {} if INTERPRETED else {"enable_fp_fusion": True}
        with np.errstate(all="ignore"):
            kernel[(len(order),)](self._moved(order), *given, I=rows, num_warps=warps, **fused)

    def _moved(self, array: Any) -> Tensor:
        """An array on the device. Whole numbers are of 64 bits, and truth values too."""
        kept = np.ascontiguousarray(array)
        if kept.dtype.kind in "bui":
            kept = kept.astype(np.int64)
        # A copy, so that what a kernel writes in the interpreter is written in one place alone.
        return torch.tensor(kept, device=self._device)
