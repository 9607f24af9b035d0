"""Controls made certain: what a soft control rounds to, and what else it might round to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...action import Coded, moving, writing
from ...vocabulary import Ids

_UNCERTAIN = 4.0  # a difference of logits below which the other rounding is tried, too


@dataclass(frozen=True, eq=False)
class Logits:
    """Logits of the controls of one machine: shift (rows, 2·tapes, S) and write (rows, tapes)."""

    shift: NDArray[np.float64]
    write: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Hard:
    """Hard controls: moves (rows, tapes, 2), and whether a row writes (rows, tapes)."""

    moves: Ids
    write: NDArray[np.bool_]

    def actions(self, symbols: Ids) -> Coded:
        """The same as actions (rows, tapes, 3, 2), with the symbols (rows,) of the rows."""
        cells = writing(self.write, symbols[:, None])
        return np.concatenate([moving(self.moves), cells[:, :, None]], axis=2)


@dataclass(frozen=True, eq=False)
class Turn:
    """A control, in some rows at one place, that might be rounded otherwise."""

    margin: float
    gate: bool
    rows: Ids
    place: int

    @property
    def tape(self) -> int:
        return self.place if self.gate else self.place // 2

    def of(self, hard: Hard, logits: Logits) -> Hard:
        """Hard controls with the other gate, or the other one of the two likeliest shifts."""
        if self.gate:
            write = hard.write.copy()
            write[self.rows, self.place] = ~write[self.rows, self.place]
            return replace(hard, write=write)
        order = logits.shift[self.rows, self.place].argsort(-1) - logits.shift.shape[-1] // 2
        moves = hard.moves.copy()
        flat = moves.reshape(len(moves), -1)
        now = flat[self.rows, self.place]
        flat[self.rows, self.place] = np.where(now == order[:, -1], order[:, -2], order[:, -1])
        return replace(hard, moves=moves)


def rounded(logits: Logits) -> Hard:
    """The likeliest shift, each gate open or shut."""
    rows, heads, shifts = logits.shift.shape
    moves = logits.shift.argmax(-1) - shifts // 2
    return Hard(moves.reshape(rows, heads // 2, 2), logits.write > 0)


def uncertain(logits: Logits, kinds: Ids, used: Ids) -> list[Turn]:
    """Controls of the rows in use that may be rounded otherwise, the least certain first.

    A control that is uncertain in several rows of a kind is turned in all of them, or in one.
    """
    best = np.sort(logits.shift, -1)
    turns = []
    for gate, margin in ((False, best[..., -1] - best[..., -2]), (True, np.abs(logits.write))):
        for kind in np.unique(kinds[used]):
            alike = used[kinds[used] == kind]
            for place in range(margin.shape[1]):
                low = alike[margin[alike, place] < _UNCERTAIN]
                singles = [low[i : i + 1] for i in range(len(low))] if len(low) > 1 else []
                for rows in (low, *singles):
                    if len(rows):
                        turns.append(Turn(float(margin[rows, place].mean()), gate, rows, place))
    return sorted(turns, key=lambda turn: turn.margin)
