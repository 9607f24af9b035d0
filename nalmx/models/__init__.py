"""Neural arithmetic modules, each in one file."""

from ..errors import UnknownNameError
from ._base import ArithmeticModule
from ._grid import Grid
from ._stack import member, stack
from ._training import PUBLISHED_ITERATIONS, SparsitySchedule, Training
from .nac_plus import NACPlus
from .nau import NAU
from .nmu import NMU

MODULES: dict[str, type[ArithmeticModule]] = {m.name: m for m in (NACPlus, NAU, NMU)}


def module_class(name: str) -> type[ArithmeticModule]:
    """The module of a name, in capitals or not. Example: `module_class("NMU")`."""
    try:
        return MODULES[name.lower()]
    except KeyError:
        raise UnknownNameError("module", name[:40], list(MODULES)) from None


__all__ = [
    "MODULES",
    "NAU",
    "NMU",
    "PUBLISHED_ITERATIONS",
    "ArithmeticModule",
    "Grid",
    "NACPlus",
    "SparsitySchedule",
    "Training",
    "member",
    "module_class",
    "stack",
]
