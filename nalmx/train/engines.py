"""The engines by name: the fused kernel where there is one, plain torch elsewhere."""

from __future__ import annotations

import torch

from ..errors import DeviceError
from .engine import Engine
from .stacked import Stacked
from .torch_engine import TorchEngine


def new_engine(stack: Stacked, device: torch.device, name: str = "auto") -> Engine:
    """An engine by name: `kernel`, `torch`, or `auto` for the kernel where it is possible."""
    if name == "torch":
        return TorchEngine(stack, device)
    from .kernel_engine import KernelEngine  # Slow to import: it compiles.

    try:
        return KernelEngine(stack, str(device))
    except (NotImplementedError, DeviceError):  # no form, or a GPU without Triton
        if name == "kernel":
            raise
        return TorchEngine(stack, device)
