"""Which control rows may be treated alike: tokens that stand in the same kinds of places."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ...vocabulary import Ids
from .data import Streams

_SURE = 7.0  # what was expected this often and never seen is taken to be impossible
_ALL_UNIONS = 5
_SINGLE_ROWS = 24

Rows = frozenset[int]


@dataclass(frozen=True)
class Groups:
    """Groups of control rows. Fixed ones hold a row that every example has equally often."""

    prompt: tuple[Rows, ...]
    answer: tuple[Rows, ...]
    fixed: tuple[Rows, ...]

    @property
    def moving(self) -> tuple[Rows, ...]:
        return self.prompt + self.answer


def find_groups(streams: Streams, rows: Ids, *, apart: bool = True) -> Groups:
    """Rows in groups by role, by register state (`apart`), and by what they can follow and precede."""
    vocabulary, bounds = streams.vocabulary, streams.bounds
    size = vocabulary.size
    count = np.bincount(rows)
    constant = _constant(rows, bounds, len(count))
    first = np.zeros(len(rows), bool)
    first[bounds[:-1]] = True
    symbols = rows % size
    last = np.zeros(len(rows), bool)
    equals = np.flatnonzero(symbols == vocabulary.equals)
    last[equals[~first[equals]] - 1] = True
    first[equals[equals + 1 < len(rows)] + 1] |= (
        symbols[equals[equals + 1 < len(rows)] + 1] > vocabulary.equals
    )
    last[bounds[1:] - 1] = True
    answers = symbols > vocabulary.equals
    roles = [(symbols < vocabulary.equals), answers]
    usual = [[flag[role].mean() if role.any() else 0.0 for flag in (first, last)] for role in roles]
    met = [np.bincount(rows, flag) > 0 for flag in (first, last)]
    fixed: list[Rows] = []
    groups: dict[tuple[object, ...], set[int]] = {}
    for row in np.flatnonzero(count).tolist():
        symbol = row % size
        if symbol == vocabulary.equals or (apart and constant[row] and streams.examples > 4):
            fixed.append(frozenset([row]))
            continue
        role = symbol > vocabulary.equals
        flags = tuple(
            bool(flag[row]) or bool(count[row] * often < _SURE)
            for flag, often in zip(met, usual[role], strict=True)
        )
        groups.setdefault((role, row // size if apart else 0, flags if apart else ()), set()).add(
            row
        )
    return Groups(
        tuple(frozenset(g) for key, g in groups.items() if not key[0]),
        tuple(frozenset(g) for key, g in groups.items() if key[0]),
        tuple(fixed),
    )


def _constant(rows: Ids, bounds: Ids, size: int) -> NDArray[np.bool_]:
    """Which of so many rows every example has, always equally often."""
    owner = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    pairs, often = np.unique(owner * size + rows, return_counts=True)
    row, examples = pairs % size, len(bounds) - 1
    least, most = np.full(size, len(rows) + 1), np.zeros(size, np.int64)
    np.minimum.at(least, row, often)
    np.maximum.at(most, row, often)
    constant: NDArray[np.bool_] = (np.bincount(row, minlength=size) == examples) & (least == most)
    return constant


def row_sets(groups: tuple[Rows, ...], *, singles: bool = True) -> Iterator[Rows]:
    """Sets of rows to try, simplest first: all, unions of groups, one row, all but one row."""
    if not groups:
        return
    seen: set[Rows] = set()
    everything = frozenset().union(*groups)
    candidates = [everything, *groups]
    if len(groups) <= _ALL_UNIONS:
        candidates += [
            frozenset().union(*chosen)
            for size in range(2, len(groups))
            for chosen in combinations(groups, size)
        ]
    if singles and len(everything) <= _SINGLE_ROWS:
        candidates += [frozenset([row]) for row in sorted(everything)]
        candidates += [group - {row} for group in (everything, *groups) for row in sorted(group)]
    for candidate in candidates:
        if candidate and candidate not in seen:
            seen.add(candidate)
            yield candidate


def cost_of(rows: Rows, groups: tuple[Rows, ...]) -> float:
    """How much there is to say about a set of rows: nothing for all, a little for a group."""
    if rows == frozenset().union(*groups):
        return 0.0
    if rows in groups:
        return math.log(len(groups))
    if all(group <= rows or not group & rows for group in groups):
        return len(groups) * math.log(2)
    return math.log(2) + math.log(max(2, sum(map(len, groups))))
