"""Names of devices, checked before anything long starts, and what `auto` is for each kind of work."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Literal

from .errors import DeviceError

if TYPE_CHECKING:
    import torch

Work = Literal["modules", "sequences", "sweep"]
# What `auto` takes, and what to say of it where a GPU is idle. It takes what was measured to be faster,
# and the generated kernels of a GPU were not yet measured (`make gpu`). Beside an H200 the CPU's kernel
# trains modules 20 to 40 times faster than torch on the card, which is left for what has no kernel. A
# training step of a P-NTM takes the card 19 ms at 64 tokens and 22 ms at 256, since it waits for
# launches, and a CPU 12 ms and 32 ms; the streams of a training have about 40. What has no kernel, and
# other models of sequences, were not compared.
AUTO: dict[Work, tuple[str, str]] = {
    "modules": ("cpu", "whether it trains faster than the CPU's kernel is not measured yet"),
    "sequences": ("cpu", "sequences as short as these train on the CPU"),
    "sweep": ("cpu", "whether it is faster than the CPU's loop is not measured yet"),
}
_NAME = re.compile(r"auto|cpu|cuda(:\d{1,3})?")


def check_device_name(name: str) -> str:
    """`name`, if it is `auto`, `cpu`, `cuda` or `cuda:N`; a GPU must be there."""
    if not _NAME.fullmatch(name):
        raise DeviceError(f"there is no device {name[:40]!r}; choose auto, cpu, cuda or cuda:N")
    if name.startswith("cuda"):
        _found(name)
    return name


def device_name(name: str, work: Work) -> str:
    """The name itself, or what `auto` is for a kind of work; torch is not needed for this."""
    return AUTO[work][0] if name == "auto" else name


def find_device(name: str, work: Work) -> torch.device:
    """The torch device of a name; what `auto` is depends on the kind of work."""
    return _found(device_name(name, work))


def idle_gpu(name: str, work: Work) -> str | None:
    """What to say where `auto` leaves a GPU idle; None where it does not.

    Only a torch that is loaded is asked: whoever did without it had no use for a GPU.
    """
    torch = sys.modules.get("torch")
    chosen, reason = AUTO[work]
    if name != "auto" or chosen != "cpu" or torch is None or not torch.cuda.is_available():
        return None
    return f"a GPU is there but idle: {reason}; --device cuda uses the GPU"


def _found(name: str) -> torch.device:
    import torch

    device = torch.device(name)
    if device.type == "cuda":
        count = torch.cuda.device_count()
        if (device.index or 0) >= count:
            raise DeviceError(
                f"there is no device {name!r} ({count} GPUs found); use --device cpu or auto"
            )
    return device
