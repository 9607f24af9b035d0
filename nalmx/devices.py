"""Names of devices, checked before anything long starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .errors import DeviceError

if TYPE_CHECKING:
    import torch

_NAME = re.compile(r"auto|cpu|cuda(:\d{1,3})?")


def check_device_name(name: str) -> str:
    """`name`, if it is `auto`, `cpu`, `cuda` or `cuda:N`; a GPU must be there."""
    if not _NAME.fullmatch(name):
        raise DeviceError(f"there is no device {name[:40]!r}; choose auto, cpu, cuda or cuda:N")
    if name.startswith("cuda"):
        find_device(name)
    return name


def find_device(name: str) -> torch.device:
    """The torch device of a name; `auto` is a GPU where there is one, otherwise the CPU."""
    import torch

    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(name)
    if device.type == "cuda":
        count = torch.cuda.device_count()
        if (device.index or 0) >= count:
            raise DeviceError(
                f"there is no device {name!r} ({count} GPUs found); use --device cpu or auto"
            )
    return device
