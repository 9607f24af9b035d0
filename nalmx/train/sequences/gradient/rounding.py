"""Controls made certain: what a soft control rounds to, and what else it might round to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ....pntm.machine import BLANK, STAY
from ....pntm.vocabulary import Ids

Floats = NDArray[np.float64]

_UNCERTAIN = 4.0  # a difference of logits below which the other rounding is tried, too


@dataclass(frozen=True, eq=False)
class Logits:
    """Logits of the controls of one machine: shift (rows, 2·tapes, S), write, erase (rows, tapes)."""

    shift: Floats
    write: Floats
    erase: Floats


@dataclass(frozen=True, eq=False)
class Hard:
    """Hard controls: moves (rows, tapes, 2), and whether a row writes or erases (rows, tapes)."""

    moves: Ids
    write: NDArray[np.bool_]
    erase: NDArray[np.bool_]

    def symbols(self, symbols: Ids) -> Ids:
        """What is written (rows, tapes). A machine overwrites: a write erases, whatever its gate."""
        erased = np.where(self.erase, BLANK, STAY)
        return np.where(self.write, symbols[:, None], erased)


def rounded(logits: Logits) -> Hard:
    """The likeliest shift, each gate open or shut."""
    rows, heads, shifts = logits.shift.shape
    moves = logits.shift.argmax(-1) - shifts // 2
    return Hard(moves.reshape(rows, heads // 2, 2), logits.write > 0, logits.erase > 0)


def other_roundings(logits: Logits, kinds: Ids, used: Ids) -> list[tuple[float, str, Ids, int]]:
    """Uncertain controls, the least certain first: margin, name, rows and the place in the row.

    A control that is uncertain in all rows of a kind is turned in all of them together.
    """
    best = np.sort(logits.shift, -1)
    margins = {
        "shift": best[..., -1] - best[..., -2],
        "write": np.abs(logits.write),
        "erase": np.abs(logits.erase),
    }
    found = []
    for name, margin in margins.items():
        for kind in np.unique(kinds[used]):
            alike = used[kinds[used] == kind]
            for place in range(margin.shape[1]):
                low = alike[margin[alike, place] < _UNCERTAIN]
                if len(low):
                    found.append((float(margin[low, place].mean()), name, low, place))
                if len(low) > 1:
                    found += [
                        (float(margin[r, place]), name, np.array([r]), place) for r in low.tolist()
                    ]
    return sorted(found, key=lambda item: (item[0], item[1], item[3], item[2].tolist()))


def turned(hard: Hard, logits: Logits, name: str, rows: Ids, place: int) -> Hard:
    """With the second likeliest shift, or the other gate, in some rows at a place."""
    if name != "shift":
        gate = getattr(hard, name).copy()
        gate[rows, place] = ~gate[rows, place]
        return replace(hard, **{name: gate})
    shifts = logits.shift.shape[-1]
    order = logits.shift[rows, place].argsort(-1) - shifts // 2
    moves = hard.moves.copy()
    flat = moves.reshape(len(moves), -1)
    now = flat[rows, place]
    flat[rows, place] = np.where(now == order[:, -1], order[:, -2], order[:, -1])
    return replace(hard, moves=moves)
