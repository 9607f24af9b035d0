"""What a table says despite wrong tokens, by splitting it into a table of a table.

An entry that few examples show is often wrong where tokens are. Rows of the table, over some of its
columns, that say much the same over the rest are taken for one row, whose entries all of them show.
Which columns and which rows: those by which the examples have the shortest code, wrong tokens
included. Without wrong tokens, `fill` does the same for entries that no example shows.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ....clock import look
from .table import Floats, Ints

_MOST_COLUMNS = 6
_MOST_ROWS = 60
_MOST_CELLS = 4_000_000  # of a table of counts

Counts = NDArray[np.int64]


def smoothed(columns: Ints, targets: Ints, outputs: int) -> tuple[Ints, Ints] | None:
    """Entries: values of the columns (columns, entries), and the answer of each.

    Those that the examples show, and those that follow where rows are taken for one. None where no
    division of the columns gives a shorter code.
    """
    if len(columns) > _MOST_COLUMNS:
        return None
    keys, at = np.unique(columns, axis=1, return_inverse=True)
    if keys.shape[1] * outputs > _MOST_CELLS:
        return None
    counts = np.zeros((keys.shape[1], outputs), np.int64)
    np.add.at(counts, (at.ravel(), targets), 1)
    best: tuple[Ints, Ints] | None = None
    least = float(_lengths(counts).sum())
    for size in range(1, len(columns)):
        for chosen in combinations(range(len(columns)), size):
            others = [c for c in range(len(columns)) if c not in chosen]
            rows, row = np.unique(keys[list(chosen)], axis=1, return_inverse=True)
            rests, rest = np.unique(keys[others], axis=1, return_inverse=True)
            if rows.shape[1] > _MOST_ROWS or rows.shape[1] * rests.shape[1] * outputs > _MOST_CELLS:
                continue
            table = np.zeros((rows.shape[1], rests.shape[1], outputs), np.int64)
            table[row.ravel(), rest.ravel()] = counts
            classes, of = _merged(table)
            cost = float(_lengths(classes).sum()) + len(of) * np.log(len(classes) + 1)
            if cost < least:
                # A row may have what another row of its class shows.
                known = classes.sum(axis=2) > 0
                i, j = np.nonzero(known[of])
                found = np.zeros((len(columns), len(i)), np.int32)
                found[list(chosen)], found[others] = rows[:, i], rests[:, j]
                best, least = (found, classes.argmax(axis=2)[of[i], j].astype(np.int32)), cost
    return best


def _merged(table: Counts) -> tuple[Counts, NDArray[np.int64]]:
    """Rows (rows, rest, outputs) in classes, joined as long as that saves; and the class of each."""
    classes, of = table.copy(), np.arange(len(table))
    own = _lengths(classes).sum(axis=1)
    saved = np.full((len(table), len(table)), -np.inf)
    alive = np.ones(len(table), bool)

    def compare(at: int) -> None:
        look()
        joined = _lengths(classes + classes[at]).sum(axis=1)
        saving = np.where(alive, own + own[at] - joined, -np.inf)
        saving[at] = -np.inf
        saved[at], saved[:, at] = saving, saving

    for at in range(len(table)):
        compare(at)
    while saved.size and saved.max() > 0:
        kept, gone = sorted(divmod(int(saved.argmax()), len(table)))
        classes[kept] += classes[gone]
        of[of == gone] = kept
        alive[gone] = False
        saved[gone], saved[:, gone] = -np.inf, -np.inf
        own[kept] = float(_lengths(classes[kept]).sum())
        compare(kept)
    names, numbers = np.unique(of, return_inverse=True)
    return classes[names], numbers.ravel()


def _lengths(counts: Counts) -> Floats:
    """Code lengths of answers with these counts (..., outputs), as of `Coder`."""
    outputs, total = counts.shape[-1], counts.sum(axis=-1)
    most = int(total.max(initial=0)) + 1
    steps = np.arange(most)
    hits = np.concatenate([[0.0], np.cumsum(np.log(steps + 0.5 / outputs))])
    alls = np.concatenate([[0.0], np.cumsum(np.log(steps + 0.5))])
    found: Floats = alls[total] - hits[counts].sum(axis=-1)
    return found
