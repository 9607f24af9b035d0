"""The table of a machine grown anew, on the tapes that it has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...machine import Machine
from .columns import ROW_COLUMNS
from .data import Data
from .judge import FittedMachine, coder_of, judge
from .library import no_tapes, with_hints
from .registers import Register
from .search import ChosenColumns


def refitted(machine: Machine, data: Data) -> FittedMachine:
    """The machine that these examples make of the tapes and the register of another one."""
    library = with_hints(no_tapes(machine.register.size), [machine], machine.register)
    kept = np.arange(len(library.tapes))
    columns = tuple(range(ROW_COLUMNS + len(kept)))
    choice = ChosenColumns((columns,), coder_of(data.streams).whole(), float(library.costs.sum()))
    rows, register = data.streams.rows(machine.register), Register(machine.register, 0.0)
    found, _ = judge(choice, library, kept, data, rows, register)
    return replace(found, hinted=False)
