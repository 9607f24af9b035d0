"""Neural arithmetic modules, each in one file.

Names of modules are known without torch; a module itself is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import SettingError
from ..plugins import Plugins, is_own
from ._facts import Facts, facts_of
from ._schedule import PUBLISHED_ITERATIONS, LateSchedule, SparsitySchedule, StepSchedule
from ._training import BATCH_SIZE, Reinitialisation, Training

if TYPE_CHECKING:
    from ._base import ArithmeticModule
    from ._combine import Beside, Choice, network_member, stack_networks
    from ._grid import Grid, Matrix
    from ._penalty import L1, AwayFromZero, GridDistance, Penalty
    from ._recurrent import Recurrent
    from ._reduce import matrix_products, pair, product, weighted_sum
    from ._stack import member, stack
    from .gnalu import GNALU
    from .inalu import INALU
    from .nac_mul import NACMul
    from .nac_plus import NACPlus
    from .nalu import NALU
    from .nau import NAU
    from .nlrl import NLRL
    from .nlrl_and import NLRLAnd
    from .nmu import NMU
    from .npu import NPU
    from .nsr import NSR
    from .real_npu import RealNPU

    MODULES: dict[str, type[ArithmeticModule]]

# A new module is its file and its line here: the name a user gives, the file, the class.
_CATALOGUE = {
    "nac+": ("nac_plus", "NACPlus"),
    "nac*": ("nac_mul", "NACMul"),
    "nalu": ("nalu", "NALU"),
    "g-nalu": ("gnalu", "GNALU"),
    "inalu": ("inalu", "INALU"),
    "nau": ("nau", "NAU"),
    "nmu": ("nmu", "NMU"),
    "npu": ("npu", "NPU"),
    "realnpu": ("real_npu", "RealNPU"),
    "nlrl": ("nlrl", "NLRL"),
    "nlrl-and": ("nlrl_and", "NLRLAnd"),
    "nsr": ("nsr", "NSR"),
}
# Modules of logic: none of the arithmetic operations is theirs to learn.
_LOGIC = ("nlrl", "nlrl-and", "nsr")
# Spellings for keyboards and shells to which the published name is a pattern.
_ALIASES: dict[str, str] = {
    "nac•": "nac*",
    "nac-mul": "nac*",
    "gnalu": "g-nalu",
    "real-npu": "realnpu",
}
_HOMES = {
    "ArithmeticModule": "_base",
    "AwayFromZero": "_penalty",
    "Beside": "_combine",
    "Choice": "_combine",
    "Grid": "_grid",
    "GridDistance": "_penalty",
    "L1": "_penalty",
    "Matrix": "_grid",
    "Penalty": "_penalty",
    "Recurrent": "_recurrent",
    "matrix_products": "_reduce",
    "member": "_stack",
    "network_member": "_combine",
    "pair": "_reduce",
    "product": "_reduce",
    "stack": "_stack",
    "stack_networks": "_combine",
    "weighted_sum": "_reduce",
    **{class_name: file for file, class_name in _CATALOGUE.values()},
}

__all__ = [
    "BATCH_SIZE",
    "GNALU",
    "INALU",
    "L1",
    "MODULES",
    "NALU",
    "NAU",
    "NLRL",
    "NMU",
    "NPU",
    "NSR",
    "OWN_MODULES",
    "PUBLISHED_ITERATIONS",
    "ArithmeticModule",
    "AwayFromZero",
    "Beside",
    "Choice",
    "Facts",
    "Grid",
    "GridDistance",
    "LateSchedule",
    "Matrix",
    "NACMul",
    "NACPlus",
    "NLRLAnd",
    "Penalty",
    "RealNPU",
    "Recurrent",
    "Reinitialisation",
    "SparsitySchedule",
    "StepSchedule",
    "Training",
    "arithmetic_module_name",
    "listed_modules",
    "matrix_products",
    "member",
    "module_class",
    "module_name",
    "module_names",
    "network_member",
    "pair",
    "product",
    "register",
    "stack",
    "stack_networks",
    "weighted_sum",
]


def _made(name: str, thing: object) -> "type[ArithmeticModule]":
    """A module of the user's, which is complete and is taken for none of this package."""
    from ._base import checked_module

    kind = checked_module(name, thing)
    if kind.label in {module_class(known).label for known in _CATALOGUE}:
        raise SettingError(
            f"the label {kind.label!r} of {name} is that of a module of nalmx, whose published values "
            "would stand beside yours; give it another label"
        )
    return kind


OWN_MODULES: "Plugins[type[ArithmeticModule]]" = Plugins("module", "nalmx.modules", _made)
"""Modules of users: registered, named as `package.module:Class`, or of installed packages."""


def register(module: "type[ArithmeticModule]") -> None:
    """Make a module of the user's known by its name, to trainings and to what reads their runs."""
    if module.name in _CATALOGUE or module.name in _ALIASES or module.name != module.name.lower():
        raise SettingError(
            f"{module.name[:40]!r} cannot name a module of yours; give it a small-lettered name that "
            f"is none of {', '.join((*_CATALOGUE, *_ALIASES))}"
        )
    OWN_MODULES.add(module.name, module)


def module_name(name: str) -> str:
    """The one spelling of a module's name, given in capitals or not. Example: `NMU` is `nmu`."""
    known = name if is_own(name) else _ALIASES.get(name.lower(), name.lower())
    return known if known in _CATALOGUE else OWN_MODULES.known(known, _CATALOGUE)


def arithmetic_module_name(name: str) -> str:
    """The one spelling of the name of a module that learns arithmetic; others are an error."""
    known = module_name(name)
    if known in _LOGIC:
        raise SettingError(
            f"the module {known!r} learns logic, not arithmetic; choose one of: "
            f"{', '.join(n for n in _CATALOGUE if n not in _LOGIC)} (or train it with "
            "nalmx.train.network.train_network)"
        )
    return known


def module_class(name: str) -> "type[ArithmeticModule]":
    """The module of a name. Example: `module_class("nmu")` is `NMU`."""
    known = module_name(name)
    if known not in _CATALOGUE:
        return OWN_MODULES.get(known)
    file, class_name = _CATALOGUE[known]
    found: type[ArithmeticModule] = getattr(import_module(f"{__name__}.{file}"), class_name)
    return found


def module_names() -> list[str]:
    """The names of all modules, those of installed packages last."""
    return [*_CATALOGUE, *OWN_MODULES.names()]


def listed_modules() -> list[Facts]:
    """What each module says of itself; those of this package without torch."""
    return [
        *(facts_of(*home) for home in _CATALOGUE.values()),
        *map(_own_facts, OWN_MODULES.names()),
    ]


def _own_facts(name: str) -> Facts:
    try:
        kind = OWN_MODULES.get(name)
    except SettingError as error:
        return Facts(name, str(error), (), {})
    grids = {weight: grid.points for weight, grid in kind.grids.items()}
    return Facts(name, kind.title, kind.operations, grids)


def __getattr__(name: str) -> Any:
    if name == "MODULES":
        return {known: module_class(known) for known in _CATALOGUE}
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
