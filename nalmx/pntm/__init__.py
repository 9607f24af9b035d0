"""Neural Turing machines that compute all steps at once, and the machines extracted from them.

Importing this package loads nothing heavy; each name is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .soft.conversion import from_machine
    from .soft.heads import head_weights, head_weights_sequential
    from .soft.memory import memory_reads, memory_reads_sequential
    from .soft.module import PNTM, Controls
    from .soft.register import (
        hard_states,
        last_separator,
        register_states,
        register_states_sequential,
    )
    from .vocabulary import Vocabulary

_HOMES = {
    "Controls": "soft.module",
    "PNTM": "soft.module",
    "Vocabulary": "vocabulary",
    "from_machine": "soft.conversion",
    "hard_states": "soft.register",
    "head_weights": "soft.heads",
    "head_weights_sequential": "soft.heads",
    "last_separator": "soft.register",
    "memory_reads": "soft.memory",
    "memory_reads_sequential": "soft.memory",
    "register_states": "soft.register",
    "register_states_sequential": "soft.register",
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
