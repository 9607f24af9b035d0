"""Columns to look at: the control row, and what tapes of a library read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....clock import look
from ....threads import cores
from ...vocabulary import Ids
from .data import Streams
from .library import Library
from .table import Floats, Ints
from .tapes import fingerprints, reach_of, readings

ROW_COLUMNS = 1  # the first column is the control row, those after it are tapes
_ROW_COST = 0.5
_TAPE_COST = 2.0
_STEPS = 1 << 23  # of tapes, between two looks at the clock


@dataclass(frozen=True, eq=False)
class Columns:
    """Values (columns, questions), and how elaborate each column is."""

    values: Ints
    penalties: Floats


def distinct_tapes(library: Library, streams: Streams, rows: Ids, most: int) -> Ids:
    """The tapes (tapes, 3) that read differently, the simplest of each kind, at most so many."""
    kept: list[int] = []
    seen = {0}
    for begin, block in _blocks(library.tapes, streams):
        prints = fingerprints(
            rows, streams.bounds, streams.asked, library.writes, library.reads, block,
            reach_of(streams.bounds, library.far), cores(),
        )  # fmt: skip
        for offset, value in enumerate(prints.tolist()):
            if value not in seen:
                seen.add(value)
                kept.append(begin + offset)
        if len(kept) >= most:
            break
    return np.array(kept[:most], np.int64)


def read_tapes(library: Library, chosen: NDArray[np.int64], streams: Streams, rows: Ids) -> Ints:
    """What chosen tapes of a library read: (tapes, questions)."""
    found = np.zeros((len(chosen), len(streams.asked)), np.int32)
    for begin, block in _blocks(library.tapes[chosen], streams):
        found[begin : begin + len(block)] = readings(
            rows, streams.bounds, streams.asked, library.writes, library.reads, block,
            reach_of(streams.bounds, library.far), cores(),
        )  # fmt: skip
    return found


def _blocks(tapes: Ids, streams: Streams) -> Iterator[tuple[int, Ids]]:
    """Tapes that together take few enough steps, and where they begin."""
    size = max(1, _STEPS // max(1, len(streams.symbols)))
    for begin in range(0, len(tapes), size):
        look()
        yield begin, tapes[begin : begin + size]


def columns_of(library: Library, kept: Ids, streams: Streams, rows: Ids) -> Columns:
    """The row and these tapes as columns."""
    asked = rows[streams.asked].astype(np.int32)
    values = np.concatenate([asked[None], read_tapes(library, kept, streams, rows)])
    return Columns(values, np.concatenate([[_ROW_COST], _TAPE_COST + library.costs[kept]]))
