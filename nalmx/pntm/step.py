"""What actions do to a tape, compiled: the one stepper of all loops over machines.

It is the meaning of `Runner.take`, for actions that `action.check_known` lets through.
"""

from __future__ import annotations

from typing import Any

import numba

from . import action

_JUMP, _WRITE = action.JUMP, action.WRITE


@numba.njit(inline="always")  # type: ignore[untyped-decorator]
def led(position: int, code: int, number: int) -> int:
    """Where a head is after its action."""
    return number if code == _JUMP else position + number


@numba.njit(inline="always")  # type: ignore[untyped-decorator]
def mark(cells: Any, at: int, code: int, symbol: int, stamp: int) -> None:
    """Act on a cell: `cells` (2, length) has symbols, and the stamp of who wrote them, so that
    nothing need be cleared."""
    if code == _WRITE:
        cells[0, at] = symbol
        cells[1, at] = stamp
