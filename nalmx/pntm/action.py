"""What a step does to a tape: a value for each head and for the cell, and numbers for loops.

In a step the write head acts, then the read head, then the cell under the write head. An action is
two whole numbers in arrays, its code and what it goes with; `CODES` has the actions by their codes.
A new one is a class here, its line in `CODES`, and its meaning in `Runner` and in `step`; whoever
does not know it says so with an `UnsupportedAction`.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import NalmxError

Coded: TypeAlias = NDArray[np.int64]  # (…, 2): a code and a number for each action

WRITE_HEAD, READ_HEAD, CELL = range(3)  # who acts, by its place in arrays
MOVE, JUMP, KEEP, WRITE = range(4)  # codes


@dataclass(frozen=True, slots=True)
class Move:
    """A head goes on by some cells."""

    cells: int = 0


@dataclass(frozen=True, slots=True)
class Jump:
    """A head goes to a cell, wherever it is."""

    cell: int


@dataclass(frozen=True, slots=True)
class Keep:
    """The cell stays as it is."""


@dataclass(frozen=True, slots=True)
class Write:
    """The cell has this symbol from now on."""

    symbol: int


HeadAction: TypeAlias = Move | Jump
CellAction: TypeAlias = Keep | Write
Action: TypeAlias = HeadAction | CellAction

CODES: dict[int, type[Action]] = {MOVE: Move, JUMP: Jump, KEEP: Keep, WRITE: Write}


class UnsupportedAction(NalmxError):
    """An action that somebody does not know: what it is, and who says so."""

    def __init__(self, action: object, who: str) -> None:
        super().__init__(f"{who} does not support the action {action}")


class TapeActions(NamedTuple):
    """What a step does to one tape."""

    write_head: HeadAction
    read_head: HeadAction
    cell: CellAction

    @property
    def symbol(self) -> int | None:
        """The symbol that is written, if any."""
        match self.cell:
            case Write(symbol):
                return symbol
            case Keep():
                return None
            case other:
                raise UnsupportedAction(other, "whoever asks for the symbol that is written")


IDLE = TapeActions(Move(), Move(), Keep())
"""Heads that stay, and a cell that is kept."""


def coded(action: Action) -> tuple[int, int]:
    """The two numbers of an action. Example: `coded(Jump(5))` is (1, 5)."""
    code = next(code for code, kind in CODES.items() if isinstance(action, kind))
    return code, next(iter(astuple(action)), 0)


def decoded(code: int, number: int) -> Action:
    """The action of two numbers."""
    kind = CODES[code]
    return kind(number) if kind.__match_args__ else kind()


def idle(*shape: int) -> Coded:
    """Actions (…, 3, 2) that do nothing."""
    return np.broadcast_to([coded(one) for one in IDLE], (*shape, 3, 2)).copy()


def moving(cells: ArrayLike) -> Coded:
    """Moves by these cells, (…) → (…, 2)."""
    cells = np.asarray(cells, np.int64)
    return np.stack([np.full_like(cells, MOVE), cells], -1)


def writing(written: ArrayLike, symbols: ArrayLike) -> Coded:
    """Writes of these symbols where something is written, (…) → (…, 2)."""
    return np.stack(
        np.broadcast_arrays(np.where(written, WRITE, KEEP), np.where(written, symbols, 0)), -1
    )


def numbers_of(actions: Coded, code: int, otherwise: int = 0) -> NDArray[np.int64]:
    """What the actions of one code go with, and something else where there is another action."""
    return np.where(actions[..., 0] == code, actions[..., 1], otherwise)


def check_known(actions: Coded, who: str) -> None:
    """Raise an `UnsupportedAction` where an action is none of a head's moves and jumps, and none of
    a cell's writes."""
    heads, cells = actions[..., :CELL, 0], actions[..., CELL, 0]
    for codes, known in ((heads, (MOVE, JUMP)), (cells, (KEEP, WRITE))):
        others = codes[~np.isin(codes, known)]
        if others.size:
            raise UnsupportedAction(CODES.get(int(others[0]), int(others[0])), who)
