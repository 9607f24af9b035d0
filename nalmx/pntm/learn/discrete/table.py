"""Which columns decide the next token: a decision tree of least code length, found by a beam search.

A column is what is seen at every question: the control row, or what a tape reads. A tree splits the
questions by the values of one column after another; a part with a single next token is a leaf and is
not split again. The code length of a part is adaptive (Krichevsky & Trofimov),

    L = Σ −ln((n_y + α) / (n + αV)),    α = 1/(2V),

so that conflicts and every new part cost. A split is made where it saves more than it costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from ....clock import look
from ....threads import cores, in_parts

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
_HASH = 1 << 13
_STEPS = 1 << 23  # questions of pairs, between two looks at the clock


@dataclass(frozen=True, eq=False)
class Partition:
    """Questions in parts: `parts[k]` holds their numbers, `costs[k]` their code length."""

    parts: tuple[NDArray[np.int64], ...]
    costs: Floats
    closed: float  # code length of the parts that are leaves already

    @property
    def cost(self) -> float:
        return float(self.costs.sum()) + self.closed


class Coder:
    """Code lengths of next tokens, over an alphabet of a size."""

    def __init__(self, targets: Ints, outputs: int) -> None:
        self.targets = targets
        self.outputs = outputs
        alpha = 0.5 / outputs
        counts = np.arange(len(targets) + 2)
        self.hit = np.log(counts + alpha)
        self.all = np.log(counts + 0.5)
        self._hits = np.concatenate([[0.0], np.cumsum(self.hit)])
        self._alls = np.concatenate([[0.0], np.cumsum(self.all)])

    def whole(self) -> Partition:
        """All questions in one part."""
        return self.partition([np.arange(len(self.targets))], 0.0)

    def length(self, part: NDArray[np.int64]) -> float:
        """The code length of the next tokens of a part."""
        counts = np.bincount(self.targets[part])
        return float(self._alls[len(part)] - self._hits[counts].sum())

    def partition(self, parts: Sequence[NDArray[np.int64]], closed: float) -> Partition:
        """Parts, those with a single next token put aside as leaves."""
        open_parts, costs = [], []
        for part in parts:
            cost = self.length(part)
            targets = self.targets[part]
            if (targets == targets[0]).all():
                closed += cost
            else:
                open_parts.append(part)
                costs.append(cost)
        return Partition(tuple(open_parts), np.array(costs), closed)

    def split(self, partition: Partition, columns: Sequence[Ints]) -> Partition:
        """Split every part where the columns, taken together, save code length."""
        parts: list[NDArray[np.int64]] = []
        for part, cost in zip(partition.parts, partition.costs, strict=True):
            pieces = split_part(part, columns)
            if len(pieces) > 1 and sum(map(self.length, pieces)) < cost:
                parts += pieces
            else:
                parts.append(part)
        return self.partition(parts, partition.closed)

    def gains(
        self, partition: Partition, columns: Ints, pairs: NDArray[np.int64], bound: float
    ) -> Floats:
        """Cost after splitting by each pair of columns (first = second for one); inf above `bound`."""
        if not partition.parts:
            return np.full(len(pairs), np.inf)
        order = np.concatenate(partition.parts)
        begins = np.cumsum([0, *map(len, partition.parts)])
        seen, targets = columns[:, order].T.copy(), self.targets[order]
        size = max(1, _STEPS // len(order))
        costs = np.full(len(pairs), np.inf)
        for begin in range(0, len(pairs), size):
            look()
            given = (
                seen, targets, begins, partition.costs, pairs[begin : begin + size], self.hit, self.all,
                self.outputs, bound - partition.closed, costs[begin : begin + size],
            )  # fmt: skip
            in_parts(partial(_fill_costs, *given), cores())
        return costs + partition.closed


def split_part(part: NDArray[np.int64], columns: Sequence[Ints]) -> list[NDArray[np.int64]]:
    """The questions of a part by what the columns show."""
    key = columns[0][part].astype(np.int64)
    for column in columns[1:]:
        key = key * (int(column.max(initial=0)) + 1) + column[part]
    order = np.argsort(key, kind="stable")
    cuts = np.flatnonzero(np.diff(key[order])) + 1
    return np.split(part[order], cuts)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fill_costs(
    columns: Any, targets: Any, begins: Any, costs: Any, pairs: Any, hit: Any, whole: Any,
    outputs: int, bound: float, found: Any, worker: int, workers: int,
) -> None:  # fmt: skip
    """`columns` (questions, columns): neighbours in memory are asked for together."""
    stamps = np.zeros(2 * _HASH, np.int64)
    keys = np.zeros(2 * _HASH, np.int64)
    counts = np.zeros(2 * _HASH, np.int32)
    stamp = 0
    for i in range(worker, pairs.shape[0], workers):
        first, second = pairs[i, 0], pairs[i, 1]
        total = 0.0
        for part in range(costs.shape[0]):
            stamp += 1
            own = 0.0
            limit = costs[part]
            for at in range(begins[part], begins[part + 1]):
                seen = np.int64(columns[at, first]) * 100003
                if second != first:
                    seen += np.int64(columns[at, second]) + 1
                both = seen * (outputs + 1) + targets[at]
                slot = (seen * 2654435761) >> 7 & (_HASH - 1)
                while stamps[slot] == stamp and keys[slot] != seen:
                    slot = (slot + 1) & (_HASH - 1)
                if stamps[slot] != stamp:
                    stamps[slot], keys[slot], counts[slot] = stamp, seen, 0
                own += whole[counts[slot]]
                counts[slot] += 1
                slot = ((both * 2654435761) >> 9 & (_HASH - 1)) + _HASH
                while stamps[slot] == stamp and keys[slot] != both:
                    slot = (slot + 1) & (_HASH - 1) | _HASH
                if stamps[slot] != stamp:
                    stamps[slot], keys[slot], counts[slot] = stamp, both, 0
                own -= hit[counts[slot]]
                counts[slot] += 1
                if own >= limit:
                    own = limit
                    break
            total += own
            if total > bound:
                break
        if total <= bound:
            found[i] = total
