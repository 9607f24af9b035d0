"""Every number of a binary format that lies in a range, and every pair of them, by their places."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...ranges import Range
from . import single
from .values import to_float

Format = Literal["float32", "float16", "bfloat16"]
MOST_INPUTS: dict[Format, int] = {"float32": 1, "float16": 2, "bfloat16": 2}
Table = NDArray[np.float32]
_NONE = np.zeros(0, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Patterns:
    """Every float32 of a range. A loop takes runs of bit patterns, whose places follow each other."""

    runs: tuple[single.Run, ...]

    @property
    def count(self) -> int:
        return sum(count for _, count in self.runs)

    @property
    def tables(self) -> tuple[Table, ...]:
        return ()

    def spans(self, first: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """The patterns of the places from `first` to `stop`, and what to add for a place."""
        starts = accumulate((count for _, count in self.runs), initial=0)
        for (pattern, count), start in zip(self.runs, starts, strict=False):
            low, high = max(first, start), min(stop, start + count)
            if low < high:
                yield pattern + low - start, pattern + high - start, start - pattern

    def point(self, pattern: int) -> tuple[np.float32, ...]:
        """The input with a bit pattern."""
        return (single.from_bits(pattern),)


@dataclass(frozen=True, slots=True)
class Tables:
    """Every combination of the numbers of some tables; that of the last input changes first."""

    tables: tuple[Table, ...]

    @property
    def count(self) -> int:
        return math.prod(len(table) for table in self.tables)

    def spans(self, first: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """The places themselves."""
        yield first, stop, 0

    def point(self, place: int) -> tuple[np.float32, ...]:
        """The inputs at a place."""
        at = np.unravel_index(place, [len(table) for table in self.tables])
        return tuple(table[n] for table, n in zip(self.tables, at, strict=True))


def grid(ranges: Sequence[Range], form: Format) -> Patterns | Tables:
    """Every finite number of a format in each of some ranges."""
    if form == "float32":
        (extent,) = ranges
        return Patterns(single.runs(extent))
    return Tables(tuple(halves(extent, form) for extent in ranges))


def halves(extent: Range, form: Format) -> Table:
    """The finite numbers with 16 bits of a range as float32, in the order of their bit patterns.

    Both zeros belong to a range that contains 0.
    """
    patterns = np.arange(2**16, dtype=np.uint16)
    if form == "float16":
        every = patterns.view(np.float16)
    else:
        every = (patterns.astype(np.uint32) << np.uint32(16)).view(np.float32)
    values = every[np.isfinite(every)].astype(np.float32)
    exact, inside = values.astype(np.float64), np.zeros(len(values), dtype=bool)
    for interval in extent.intervals:
        inside |= (exact >= _above(interval.lower)) & (exact <= -_above(-interval.upper))
    return values[inside]


def _above(value: Fraction) -> float:
    """The smallest float64 that is not below a number."""
    nearest = to_float(value)
    return math.nextafter(nearest, math.inf) if nearest < value else nearest


def outer_and_inner(tables: tuple[Table, ...]) -> tuple[Table, Table]:
    """The tables as loops take them: what changes first is the inner one."""
    outer, inner = (_NONE, _NONE, *tables)[-2:]
    return outer, inner
