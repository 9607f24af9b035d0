"""Neural Turing machines that compute all steps at once, and the machines extracted from them.

Importing this package loads nothing heavy; each name is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .conversion import from_machine
    from .heads import head_weights, head_weights_sequential
    from .memory import memory_reads, memory_reads_sequential
    from .module import PNTM, Controls
    from .register import (
        hard_states,
        last_separator,
        register_states,
        register_states_sequential,
    )
    from .vocabulary import Vocabulary

_HOMES = {
    "Controls": "module",
    "PNTM": "module",
    "Vocabulary": "vocabulary",
    "from_machine": "conversion",
    "hard_states": "register",
    "head_weights": "heads",
    "head_weights_sequential": "heads",
    "last_separator": "register",
    "memory_reads": "memory",
    "memory_reads_sequential": "memory",
    "register_states": "register",
    "register_states_sequential": "register",
}

__all__ = [
    "PNTM",
    "Controls",
    "Vocabulary",
    "from_machine",
    "hard_states",
    "head_weights",
    "head_weights_sequential",
    "last_separator",
    "memory_reads",
    "memory_reads_sequential",
    "register_states",
    "register_states_sequential",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
