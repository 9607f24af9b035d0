"""Table entries that no example shows, by splitting a table into a table of a table.

A carry depends on the last digits, and the next digit on the carry and the digits now. Where rows of
a table, over some of its columns, never contradict each other over the rest, they say the same thing,
and one has the entries that another lacks (functional decomposition, Ashenhurst 1957). Among all ways
to divide the columns, the one with the shortest description is taken.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from ....clock import look
from .table import Ints

_MOST_COLUMNS = 7
_MOST_KEYS = 4_000
_MOST_FILLED = 20_000
_MOST_ROWS = 150

Key = tuple[int, ...]
Table = dict[Key, int]


def filled(columns: Ints, targets: Ints, outputs: int) -> Table:
    """Entries that the examples imply without showing them: values of all columns, and the answer.

    Empty where no division of the columns describes the table better than its list of entries.
    """
    table = dict(zip(map(tuple, columns.T.tolist()), targets.tolist(), strict=True))
    if not 2 <= len(columns) <= _MOST_COLUMNS or len(table) > _MOST_KEYS:
        return {}
    best, least = None, len(table) * math.log(max(2, outputs))
    for chosen in _divisions(len(columns)):
        rows = _rows(table, chosen)
        if len(rows) > _MOST_ROWS:
            continue
        classes, members = _merged(rows)
        entries = sum(len(entries) for entries in classes)
        cost = entries * math.log(max(2, outputs)) + len(rows) * math.log(len(classes) + 1)
        if cost < least:
            best, least = (chosen, classes, members), cost
    return {} if best is None else _implied(table, len(columns), *best)


def _divisions(count: int) -> Iterator[tuple[int, ...]]:
    for size in range(1, count):
        yield from combinations(range(count), size)


def _rows(table: Table, chosen: Sequence[int]) -> dict[Key, Table]:
    """For values of the chosen columns, the answers over those of the others."""
    rows: dict[Key, Table] = {}
    for key, answer in table.items():
        row = tuple(key[c] for c in chosen)
        rest = tuple(v for c, v in enumerate(key) if c not in chosen)
        rows.setdefault(row, {})[rest] = answer
    return rows


def _merged(rows: dict[Key, Table]) -> tuple[list[Table], dict[Key, int]]:
    """Rows in classes without contradictions, those that share most joined first."""
    names = sorted(rows)
    numbers = {row: at for at, row in enumerate(names)}
    classes: dict[int, Table] = {numbers[row]: dict(rows[row]) for row in names}
    members = {row: numbers[row] for row in names}
    shares = {
        (i, j): shared
        for i, j in combinations(range(len(names)), 2)
        if (shared := _shared(classes[i], classes[j])) > 0
    }
    while shares:
        look()
        kept, gone = min(shares, key=lambda pair: (-shares[pair], pair))
        classes[kept].update(classes.pop(gone))
        members = {row: kept if number == gone else number for row, number in members.items()}
        shares = {pair: n for pair, n in shares.items() if not {kept, gone} & set(pair)}
        for other, entries in classes.items():
            if other != kept and (shared := _shared(classes[kept], entries)) > 0:
                shares[min(kept, other), max(kept, other)] = shared
    places = {number: at for at, number in enumerate(classes)}
    return list(classes.values()), {row: places[number] for row, number in members.items()}


def _shared(one: Table, other: Table) -> int:
    """Entries that two rows have in common; −1 where they contradict each other."""
    look()
    common = one.keys() & other.keys()
    return len(common) if all(one[key] == other[key] for key in common) else -1


def _implied(
    table: Table, count: int, chosen: Sequence[int], classes: list[Table], members: dict[Key, int]
) -> Table:
    others = [c for c in range(count) if c not in chosen]
    found: Table = {}
    key = np.zeros(count, np.int64)
    for row, number in members.items():
        key[list(chosen)] = row
        for rest, answer in classes[number].items():
            key[others] = rest
            whole = tuple(key.tolist())
            if whole not in table:
                found[whole] = answer
        if len(found) > _MOST_FILLED:
            return {}
    return found
