"""Neural Turing machines that compute all steps at once, and the machines extracted from them.

Importing this package loads nothing heavy; each name is loaded when it is first used.
"""

from typing import TYPE_CHECKING

from ..lazy_names import lazy_names

if TYPE_CHECKING:
    from .soft.conversion import from_machine as from_machine
    from .soft.heads import (
        head_weights as head_weights,
        head_weights_sequential as head_weights_sequential,
    )
    from .soft.memory import (
        memory_reads as memory_reads,
        memory_reads_sequential as memory_reads_sequential,
    )
    from .soft.module import PNTM as PNTM, Controls as Controls
    from .soft.register import (
        hard_states as hard_states,
        last_separator as last_separator,
        register_states as register_states,
        register_states_sequential as register_states_sequential,
    )
    from .vocabulary import Vocabulary as Vocabulary

__getattr__, __dir__ = lazy_names(__name__, __file__)
