"""Neural arithmetic modules, each in one file.

Names of modules are known without torch; a module itself is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import SettingError
from ..lazy_names import lazy_names
from ..plugins import Plugins, is_own

if TYPE_CHECKING:
    from ._base import ArithmeticModule as ArithmeticModule
    from ._combine import (
        Beside as Beside,
        Choice as Choice,
        network_member as network_member,
        stack_networks as stack_networks,
    )
    from ._facts import Facts as Facts
    from ._grid import Grid as Grid, Matrix as Matrix
    from ._penalty import (
        L1 as L1,
        AwayFromZero as AwayFromZero,
        GridDistance as GridDistance,
        Penalty as Penalty,
    )
    from ._recurrent import Recurrent as Recurrent
    from ._reduce import (
        matrix_products as matrix_products,
        pair as pair,
        product as product,
        weighted_sum as weighted_sum,
    )
    from ._schedule import (
        PUBLISHED_ITERATIONS as PUBLISHED_ITERATIONS,
        LateSchedule as LateSchedule,
        SparsitySchedule as SparsitySchedule,
        StepSchedule as StepSchedule,
    )
    from ._stack import member as member, stack as stack
    from ._training import (
        BATCH_SIZE as BATCH_SIZE,
        Reinitialisation as Reinitialisation,
        Training as Training,
    )
    from .gnalu import GNALU as GNALU
    from .inalu import INALU as INALU
    from .nac_mul import NACMul as NACMul
    from .nac_plus import NACPlus as NACPlus
    from .nalu import NALU as NALU
    from .nau import NAU as NAU
    from .nlrl import NLRL as NLRL
    from .nlrl_and import NLRLAnd as NLRLAnd
    from .nmu import NMU as NMU
    from .npu import NPU as NPU
    from .nsr import NSR as NSR
    from .real_npu import RealNPU as RealNPU

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
_load, __dir__ = lazy_names(
    *(__name__, __file__, "MODULES", "OWN_MODULES", "arithmetic_module_name", "listed_modules"),
    *("module_class", "module_name", "module_names", "register"),
)


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


def listed_modules() -> "list[Facts]":
    """What each module says of itself; those of this package without torch."""
    from ._facts import facts_of

    return [
        *(facts_of(*home) for home in _CATALOGUE.values()),
        *map(_own_facts, OWN_MODULES.names()),
    ]


def _own_facts(name: str) -> "Facts":
    from ._facts import Facts

    try:
        kind = OWN_MODULES.get(name)
    except SettingError as error:
        return Facts(name, str(error), (), {})
    grids = {weight: grid.points for weight, grid in kind.grids.items()}
    return Facts(name, kind.title, kind.operations, grids)


def __getattr__(name: str) -> Any:
    if name == "MODULES":
        return {known: module_class(known) for known in _CATALOGUE}
    return _load(name)
