"""Neural arithmetic modules, each in one file.

Names of modules are known without torch; a module itself is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import UnknownNameError
from ._training import PUBLISHED_ITERATIONS, SparsitySchedule, Training

if TYPE_CHECKING:
    from ._base import ArithmeticModule
    from ._grid import Grid
    from ._stack import member, stack
    from .nac_plus import NACPlus
    from .nau import NAU
    from .nmu import NMU

    MODULES: dict[str, type[ArithmeticModule]]

# A new module is its file and its line here: the name a user gives, the file, the class.
_CATALOGUE = {
    "nac+": ("nac_plus", "NACPlus"),
    "nau": ("nau", "NAU"),
    "nmu": ("nmu", "NMU"),
}
_HOMES = {
    "ArithmeticModule": "_base",
    "Grid": "_grid",
    "member": "_stack",
    "stack": "_stack",
    **{class_name: file for file, class_name in _CATALOGUE.values()},
}

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
    "module_name",
    "stack",
]


def module_name(name: str) -> str:
    """The one spelling of a module's name, given in capitals or not. Example: `NMU` is `nmu`."""
    if name.lower() not in _CATALOGUE:
        raise UnknownNameError("module", name[:40], list(_CATALOGUE))
    return name.lower()


def module_class(name: str) -> "type[ArithmeticModule]":
    """The module of a name. Example: `module_class("nmu")` is `NMU`."""
    file, class_name = _CATALOGUE[module_name(name)]
    found: type[ArithmeticModule] = getattr(import_module(f"{__name__}.{file}"), class_name)
    return found


def __getattr__(name: str) -> Any:
    if name == "MODULES":
        return {known: module_class(known) for known in _CATALOGUE}
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
