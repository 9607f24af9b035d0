"""Machines with one tape in another's place that answer every example, and not every other prompt.

Where what another tape reads decides the next token as well, on all examples, nothing in them speaks
for the one or the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from ...machine import BLANK, ROW, Machine
from ...tasks import Example
from ...vocabulary import Ids
from ..discrete.build import written_symbols
from ..discrete.columns import ROW_COLUMNS, read_tapes
from ..discrete.data import Data, Streams, first_questions
from ..discrete.groups import find_groups
from ..discrete.judge import coder_of, judge
from ..discrete.library import Library, build_library, no_tapes, with_hints
from ..discrete.registers import Register
from ..discrete.search import ChosenColumns
from ..discrete.table import Ints

_LEVELS = (0, 1)
_MOST = 12_000
_MOST_STATES = 4  # the registers of more are automata, which have other rivals
_FIRST, _QUESTIONS = 300, 6_000
_DEARER = 3.0  # nats that a tape in another's place may cost more
_LARGER = 1.5  # times as many cases for the table
_BUILT = 4


@dataclass(frozen=True, eq=False)
class _Seen:
    """What questions show: rows, the readings of a machine's own tapes, and the tokens to say."""

    streams: Streams
    rows: Ids
    own: Ints

    @classmethod
    def of(cls, machine: Machine, library: Library, examples: Sequence[Example]) -> _Seen:
        streams = Streams.of(examples, machine.vocabulary)
        rows = streams.rows(machine.register)
        return cls(streams, rows, read_tapes(library, np.arange(machine.tapes), streams, rows))

    def others(self, tape: int, with_row: bool) -> Ints:
        """What is asked for besides a tape."""
        rows = self.rows[self.streams.asked][None].astype(np.int32)
        rest = np.delete(self.own, tape, axis=0)
        return np.concatenate([rows, rest]) if with_row else rest


def other_machines(
    machine: Machine,
    examples: Sequence[Example],
    probes: Sequence[Example],
    stop_requested: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Machine, float]]:
    """Machines with one other tape that answer the examples as well, but not all probes (prompts with
    what the machine says to them); and how many nats dearer the other tape is."""
    if not machine.tapes or machine.states > _MOST_STATES or not probes:
        return
    with_row = any(node.answer is None and node.tape == ROW for node in machine.table)
    hints = with_hints(no_tapes(machine.register.size), [machine], machine.register)
    data = Data(examples, machine.vocabulary)
    small = _Seen.of(machine, hints, first_questions(data.examples, _FIRST))
    large = _Seen.of(machine, hints, first_questions(data.examples, _QUESTIONS))
    there = _Seen.of(machine, hints, probes)
    groups = find_groups(data.streams, data.streams.rows(machine.register))
    symbols = written_symbols(machine.vocabulary, machine.states, states=False)
    for level in _LEVELS:
        library = build_library(groups, symbols, machine.register.size, level, _MOST)
        every = np.arange(len(library.tapes))
        seen = read_tapes(library, every, small.streams, small.rows)
        for tape in range(machine.tapes):
            if stop_requested():
                return
            base = _numbered([s.others(tape, with_row) for s in (small, large, there)])
            alike = every[_decides(base[0], seen, small)]
            alike = alike[
                _decides(base[1], read_tapes(library, alike, large.streams, large.rows), large)
            ]
            if not len(alike):
                continue
            own = len(np.unique(base[1].astype(np.int64) * 10**6 + large.own[tape]))
            here = read_tapes(library, alike, large.streams, large.rows)
            far = read_tapes(library, alike, there.streams, there.rows)
            least = min(library.costs[alike])
            built = 0
            for number, near, away in zip(alike.tolist(), here, far, strict=True):
                dearer = float(library.costs[number] - least)
                if dearer > _DEARER or built == _BUILT:
                    break
                table = _table(base[1], near, large.streams.targets)
                said = [table.get(key) for key in zip(base[2].tolist(), away.tolist(), strict=True)]
                known = np.array([-1 if token is None else token for token in said])
                if (
                    len(table) > _LARGER * own
                    or not ((known >= 0) & (known != there.streams.targets)).any()
                ):
                    continue
                built += 1
                yield _built(machine, tape, library, number, with_row, data), dearer


def _numbered(columns: list[Ints]) -> list[NDArray[np.int64]]:
    """One number for what all columns of a question hold, the same in every collection."""
    joined = np.concatenate(columns, axis=1)
    if not len(joined):
        numbers = np.zeros(joined.shape[1], np.int64)
    else:
        numbers = np.unique(joined, axis=1, return_inverse=True)[1].ravel()
    return np.split(numbers, np.cumsum([c.shape[1] for c in columns])[:-1])


def _decides(base: NDArray[np.int64], values: Ints, seen: _Seen) -> Any:
    if not len(values):
        return np.zeros(0, bool)
    kinds = int(values.max(initial=BLANK)) + 1
    found = np.full((int(base.max()) + 1) * kinds, -1, np.int64)
    return _functional(base, values, seen.streams.targets, kinds, found)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _functional(base: Any, values: Any, targets: Any, kinds: int, found: Any) -> Any:
    """For each row of values whether, with the base, it decides the targets."""
    good = np.ones(len(values), np.bool_)
    for i in range(len(values)):
        found[:] = -1
        for at in range(len(targets)):
            key = base[at] * kinds + values[i, at]
            if found[key] < 0:
                found[key] = targets[at]
            elif found[key] != targets[at]:
                good[i] = False
                break
    return good


def _table(base: Any, values: Any, targets: Any) -> dict[tuple[int, int], int]:
    return dict(
        zip(zip(base.tolist(), values.tolist(), strict=True), targets.tolist(), strict=True)
    )


def _built(
    machine: Machine,
    tape: int,
    library: Library,
    number: int,
    with_row: bool,
    data: Data,
) -> Machine:
    """The machine that the examples make of the tapes, one of them replaced."""
    one = Library(
        library.writes,
        library.reads,
        library.tapes[number : number + 1],
        library.costs[number : number + 1],
    )
    both = with_hints(one, [machine], machine.register)
    tapes = [t for t in range(machine.tapes) if t != tape]
    kept = np.array([*tapes, machine.tapes])
    columns = tuple([0] * with_row + [ROW_COLUMNS + at for at in range(len(kept))])
    choice = ChosenColumns((columns,), coder_of(data.streams).whole(), 0.0)
    rows = data.streams.rows(machine.register)
    found, _ = judge(choice, both, kept, data, rows, Register(machine.register, 0.0))
    return found.machine
