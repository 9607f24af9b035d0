"""What a tape with given controls reads: the machine of `pntm.machine`, one tape, many examples."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from ....threads import in_parts
from ...machine import BLANK
from ...step import led, mark

_BLANK = BLANK


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def run_tape(
    rows: Any, bounds: Any, asked: Any, write: Any, read: Any, begins: Any, cells: Any, out: Any
) -> None:
    """Fill `out` (questions,) with the symbols read where something is asked.

    `write` (rows, 2, 2) has the actions of the write head and the cell for each control row, `read`
    (rows, 2) those of the read head, `begins` both starting cells. `cells` is working storage
    (2, length): symbols, and the example that wrote them.
    """
    middle = cells.shape[1] // 2
    question = 0
    cells[1, :] = -1
    for example in range(bounds.shape[0] - 1):
        pen, eye = begins[0], begins[1]
        for at in range(bounds[example], bounds[example + 1]):
            row = rows[at]
            pen = led(pen, write[row, 0, 0], write[row, 0, 1])
            eye = led(eye, read[row, 0], read[row, 1])
            mark(cells, middle + pen, write[row, 1, 0], write[row, 1, 1], example)
            if question < asked.shape[0] and asked[question] == at:
                seen = cells[1, middle + eye] == example
                out[question] = cells[0, middle + eye] if seen else _BLANK
                question += 1


def fingerprints(
    rows: Any, bounds: Any, asked: Any, writes: Any, reads: Any, pairs: Any, reach: int, parts: int
) -> NDArray[np.uint64]:
    """A 64-bit number for what each candidate reads; 0 where it reads the same everywhere.

    `pairs` (candidates, 3) has the indices into `writes` and `reads` and the read head's start;
    `parts` says among how many threads the work is divided.
    """
    found = np.zeros(len(pairs), np.uint64)
    given = (rows, bounds, asked, writes, reads, pairs, reach, found)
    in_parts(lambda part, parts: _fingerprints(*given, part, parts), parts)
    return found


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fingerprints(
    rows: Any, bounds: Any, asked: Any, writes: Any, reads: Any, pairs: Any, reach: int,
    found: Any, part: int, parts: int,
) -> None:  # fmt: skip
    cells = np.zeros((2, reach), np.int32)
    out = np.zeros(asked.shape[0], np.int32)
    begins = np.zeros(2, np.int64)
    for i in range(part, pairs.shape[0], parts):
        begins[1] = pairs[i, 2]
        run_tape(rows, bounds, asked, writes[pairs[i, 0]], reads[pairs[i, 1]], begins, cells, out)
        value, same = np.uint64(1469598103934665603), True
        for question in range(out.shape[0]):
            value = (value ^ np.uint64(out[question] + 1)) * np.uint64(1099511628211)
            value ^= value >> np.uint64(29)
            same = same and out[question] == out[0]
        found[i] = np.uint64(0) if same else value | np.uint64(1)


def reach_of(bounds: NDArray[Any], far: int) -> int:
    """Cells that no head can leave: twice the longest example each way, and the farthest jump."""
    longest = int(np.diff(bounds).max())
    return 2 * (2 * longest + far + 8) + 1


def readings(
    rows: Any, bounds: Any, asked: Any, writes: Any, reads: Any, pairs: Any, reach: int, parts: int
) -> NDArray[np.int32]:
    """What each candidate reads: (candidates, questions)."""
    found = np.zeros((len(pairs), len(asked)), np.int32)
    given = (rows, bounds, asked, writes, reads, pairs, reach, found)
    in_parts(lambda part, parts: _readings(*given, part, parts), parts)
    return found


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _readings(
    rows: Any, bounds: Any, asked: Any, writes: Any, reads: Any, pairs: Any, reach: int,
    found: Any, part: int, parts: int,
) -> None:  # fmt: skip
    cells = np.zeros((2, reach), np.int32)
    begins = np.zeros(2, np.int64)
    for i in range(part, pairs.shape[0], parts):
        begins[1] = pairs[i, 2]
        write, read = writes[pairs[i, 0]], reads[pairs[i, 1]]
        run_tape(rows, bounds, asked, write, read, begins, cells, found[i])
