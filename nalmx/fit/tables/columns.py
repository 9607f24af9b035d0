"""The columns of a table by their own names, before any of them is taken for an input."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from .names import safe_names

Column: TypeAlias = NDArray[np.float64]
Wanted: TypeAlias = Callable[[Sequence[str]], Sequence[int]]
MOST_COLUMNS = 10_000
MOST_VALUES = 500_000_000
_LISTED = 8


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of numbers, all of one length and finite, by their own names.

    `left_out` are columns that hold no numbers, each with the reason.
    """

    source: str
    values: Mapping[str, Column]
    left_out: Mapping[str, str]

    def __len__(self) -> int:
        return len(next(iter(self.values.values()), ()))


def find_name(wanted: str, names: Sequence[str], source: str) -> str:
    """The column that is meant: by its own name, or by that which it has in formulas."""
    if wanted in names:
        return wanted
    by_safe = dict(zip(safe_names(names), names, strict=True))
    if wanted.strip() in by_safe:
        return by_safe[wanted.strip()]
    if not wanted:
        raise DataError(
            f"give --target, the column that the law is to give; {source} has {listed(names)}"
        )
    near = difflib.get_close_matches(wanted, names, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise DataError(f"{source} has no column {wanted[:60]!r}; {hint}it has {listed(names)}")


def listed(names: Sequence[str]) -> str:
    """Names in a message: the first of them, and how many others there are."""
    shown = ", ".join(name[:40] for name in names[:_LISTED])
    more = len(names) - _LISTED
    return f"{shown} and {more:,} more" if more > 0 else shown or "no columns of numbers"


def check_names(names: Sequence[str], source: str) -> None:
    """Refuse headers that do not tell columns apart, and more columns than anybody measures."""
    if len(names) > MOST_COLUMNS:
        raise DataError(
            f"{source} has {len(names):,} columns, more than the {MOST_COLUMNS:,} that are read; is a row "
            "of it a column? Transpose it, or keep the columns that may matter"
        )
    name, times = Counter(filter(None, names)).most_common(1)[0] if any(names) else ("", 0)
    if times > 1:
        places = [str(place) for place, own in enumerate(names, 1) if own == name]
        raise DataError(
            f"{source} has {times} columns named {name[:60]!r}, columns {', '.join(places[:_LISTED])}; "
            "give each a name of its own"
        )


def check_size(rows: int, columns: int, source: str) -> None:
    """Refuse what would fill the memory."""
    if rows * columns > MOST_VALUES:
        raise DataError(
            f"{source} has more than {MOST_VALUES:,} numbers; keep fewer rows, or choose columns with "
            "--features"
        )


def as_column(values: Any, name: str, source: str) -> Column | None:
    """Numbers of any kind as float64, all finite; None where they are no numbers at all."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        return None
    return check_finite(np.ascontiguousarray(array, dtype=np.float64), name, source)


def check_finite(values: Column, name: str, source: str) -> Column:
    """The column, if every value is a finite number; otherwise the first row that is not."""
    finite = np.isfinite(values)
    if not finite.all():
        row = int(np.argmin(finite))
        raise DataError(
            f"{source}: row {row + 1:,} of the column {name[:60]!r} is {values[row]}, which is no finite "
            "number; leave the row out, or choose other columns with --features"
        )
    return values
