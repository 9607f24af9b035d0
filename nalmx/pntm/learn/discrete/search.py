"""The few columns, among thousands, that decide the next token: a beam search.

Columns join one at a time, and at first two at a time, since either of two addends alone says nothing
about a sum. Every set of columns is judged by the code length of the tree that splits by them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...vocabulary import Ids
from .columns import ROW_COLUMNS
from .table import Coder, Floats, Ints, Partition

_BEAM = 16
_KEPT = 30
_PAIRS_FIRST = 1200
_PAIRS_LATER = 160
_PAIRED = 4
MOST_TAPES = 14
_PATIENCE = 2


@dataclass(frozen=True, eq=False)
class ChosenColumns:
    """Columns in the order in which they split, those of one step together."""

    steps: tuple[tuple[int, ...], ...]
    partition: Partition
    penalty: float

    @property
    def total(self) -> float:
        return self.partition.cost + self.penalty

    @property
    def columns(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(column for step in self.steps for column in step))


def find_choices(
    coder: Coder, columns: Ints, penalties: Floats, *, together: bool, most_tapes: int = MOST_TAPES
) -> list[ChosenColumns]:
    """Sets of columns, best first. `columns` (columns, questions), `penalties` (columns,).

    With `together`, columns are also added two at a time.
    """
    found = best = [ChosenColumns((), coder.whole(), 0.0)]
    simple = np.argsort(penalties, kind="stable")
    since = 0
    for depth in range(MOST_TAPES + ROW_COLUMNS):
        offers: dict[float, tuple[float, ChosenColumns, tuple[int, ...]]] = {}
        for rank, choice in enumerate(best):
            most = (
                _PAIRS_FIRST if depth == 0 else _PAIRS_LATER if depth == 1 and rank < _PAIRED else 0
            )
            pairs = _singles(len(columns))
            if together and most:
                pairs = np.concatenate([pairs, _pairs(simple[:most])])
            pairs = pairs[
                _tapes(pairs) <= most_tapes - sum(c >= ROW_COLUMNS for c in choice.columns)
            ]
            for total, left, step in _offers(coder, columns, penalties, choice, pairs):
                if left not in offers or total < offers[left][0]:
                    offers[left] = total, choice, step
        chosen = sorted(offers.values(), key=lambda offer: (offer[0], offer[1].steps, offer[2]))
        best = [_joined(coder, columns, penalties, *offer[1:]) for offer in chosen[:_BEAM]]
        bar = min(choice.total for choice in found)
        since = 0 if best and min(choice.total for choice in best) < bar else since + 1
        found = found + best
        best = [c for c in best if c.partition.parts]
        if not best or since == _PATIENCE:
            break
    return sorted(found, key=lambda choice: (choice.total, choice.steps))


def _singles(count: int) -> Ids:
    return np.repeat(np.arange(count)[:, None], 2, axis=1)


def _pairs(columns: Ids) -> Ids:
    first, second = np.triu_indices(len(columns), 1)
    return np.stack([columns[first], columns[second]], axis=1)


def _tapes(pairs: Ids) -> Ids:
    """How many tapes each pair of columns has."""
    tapes = pairs >= ROW_COLUMNS
    return np.where(pairs[:, 0] == pairs[:, 1], tapes[:, 0], tapes.sum(axis=1))


def _offers(
    coder: Coder, columns: Ints, penalties: Floats, choice: ChosenColumns, pairs: Ids
) -> list[tuple[float, float, tuple[int, ...]]]:
    """The most promising splits of a choice: total after it, code length after it, its columns."""
    costs = coder.gains(choice.partition, columns, pairs, choice.partition.cost - 1e-9)
    extra = penalties[pairs[:, 0]] + np.where(
        pairs[:, 0] == pairs[:, 1], 0.0, penalties[pairs[:, 1]]
    )
    totals = costs + extra + choice.penalty
    few = np.argpartition(totals, _KEPT)[:_KEPT] if len(totals) > _KEPT else np.arange(len(totals))
    return [
        (float(totals[i]), round(float(costs[i]), 6), tuple(dict.fromkeys(pairs[i].tolist())))
        for i in sorted(few.tolist(), key=lambda i: (totals[i], i))
        if np.isfinite(totals[i])
    ]


def _joined(
    coder: Coder, columns: Ints, penalties: Floats, choice: ChosenColumns, step: tuple[int, ...]
) -> ChosenColumns:
    partition = coder.split(choice.partition, [columns[c] for c in step])
    penalty = choice.penalty + float(penalties[list(step)].sum())
    return ChosenColumns((*choice.steps, step), partition, penalty)
