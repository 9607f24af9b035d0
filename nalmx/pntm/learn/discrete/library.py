"""Controls of one tape that are worth trying, from simple to elaborate.

A tape is a way to write (which rows write, and how the write head moves) and a way to read (how the
read head moves while the prompt is taken in and while the answer is given, and where it starts).
Both are told row by row, but the ways that occur in practice treat whole groups of rows alike, or
single out one row. They are few enough to try all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...action import (
    CELL,
    JUMP,
    READ_HEAD,
    WRITE_HEAD,
    Coded,
    Jump,
    Move,
    Write,
    check_known,
    coded,
    idle,
    numbers_of,
)
from ...machine import Machine
from ...vocabulary import Ids
from .groups import Groups, Rows, cost_of, row_sets

_MOST_WAYS = 120
_FOLLOW = 0.5
_FAR = 8  # cells that a read head may start from home


@dataclass(frozen=True, eq=False)
class Library:
    """Ways to write (ways, rows, 2, 2) and to read (ways, rows, 2), and tapes made of them.

    A way to write has the actions of the write head and of the cell, one to read those of the read
    head. `tapes` (tapes, 3) has the indices of both ways and the cell where the read head starts;
    `costs` says how elaborate each tape is, in nats.
    """

    writes: Coded
    reads: Coded
    tapes: Ids
    costs: NDArray[np.float64]
    hinted: int = 0  # so many of the first tapes are hints

    @property
    def far(self) -> int:
        jumps = [numbers_of(heads, JUMP) for heads in (self.writes[:, :, 0], self.reads)]
        return max(int(np.abs(jump).max(initial=0)) for jump in jumps)


def build_library(groups: Groups, symbols: Ids, row_count: int, level: int, most: int) -> Library:
    """The simplest tapes of a level: 0 plain ones, 1 shifts by two, jumps, stacks, 2 more of both.

    `symbols` (rows,) is what a row writes where it writes; `most` is how many tapes there may be.
    """
    writes = _simplest(_ways_to_write(groups, symbols, row_count, level))
    prompts = _simplest(_prompt_parts(groups, row_count, level))
    answers = _simplest(_answer_parts(groups, row_count, level))
    inside = list(frozenset().union(*groups.prompt)) if groups.prompt else []
    starts = np.array(sorted(range(-_FAR, _FAR + 1), key=abs))
    # The last way through the prompt is to follow the write head, whatever that does.
    costs = (
        np.array([cost for _, cost in writes])[:, None, None, None]
        + np.array([*(cost for _, cost in prompts), _FOLLOW])[:, None, None]
        + np.array([cost for _, cost in answers])[:, None]
        + 0.7 * np.abs(starts)
    )
    order = _least(costs.ravel(), most)
    at_write, at_prompt, at_answer, at_start = np.unravel_index(order, costs.shape)
    reads: dict[tuple[int, int, int], int] = {}
    kept: list[Coded] = []
    tapes = np.empty((len(order), 3), np.int64)
    for i, (w, p, a) in enumerate(
        zip(at_write.tolist(), at_prompt.tolist(), at_answer.tolist(), strict=True)
    ):
        key = (w if p == len(prompts) else -1, p, a)
        if key not in reads:
            reads[key] = len(kept)
            if p == len(prompts):
                prompt = _still(row_count)
                prompt[inside] = writes[w][0][inside, 0]
            else:
                prompt = prompts[p][0]
            kept.append(_joined(prompt, answers[a][0]))
        tapes[i] = w, reads[key], starts[at_start[i]]
    return Library(
        np.array([way for way, _ in writes], np.int64).reshape(-1, row_count, 2, 2),
        np.array(kept, np.int64).reshape(-1, row_count, 2),
        tapes,
        costs.ravel()[order],
    )


def _least(costs: NDArray[np.float64], most: int) -> Ids:
    """Where so many of the least costs are, in order; the first of equal ones come first."""
    few = np.arange(len(costs))
    if most < len(costs):
        few = np.flatnonzero(costs <= np.partition(costs, most - 1)[most - 1])
    return few[np.argsort(costs[few], kind="stable")][:most]


def no_tapes(row_count: int) -> Library:
    """A library to put hints into."""
    nothing = np.zeros((0, 3), np.int64)
    writes, reads = idle(0, row_count)[:, :, ::2], idle(0, row_count)[:, :, READ_HEAD]
    return Library(writes, reads, nothing, np.zeros(0))


def with_hints(library: Library, machines: Sequence[Machine], register: Ids) -> Library:
    """The library with the tapes of machines of the same register put first."""
    writes, reads, tapes = [library.writes], [library.reads], []
    for machine in machines:
        check_known(machine.actions, "the search for tapes")
        if not np.array_equal(machine.register, register):
            continue
        for tape in range(machine.tapes):
            at = sum(map(len, writes)), sum(map(len, reads))
            tapes.append([*at, machine.starts[tape, 1] - machine.starts[tape, 0]])
            writes.append(machine.actions[None, :, tape, [WRITE_HEAD, CELL]])
            reads.append(machine.actions[None, :, tape, READ_HEAD])
    return Library(
        np.concatenate(writes),
        np.concatenate(reads),
        np.concatenate([np.array(tapes, np.int64).reshape(-1, 3), library.tapes]),
        np.concatenate([np.ones(len(tapes)), library.costs]),
        len(tapes),
    )


def _simplest(ways: Iterator[tuple[Coded, float]]) -> list[tuple[Coded, float]]:
    """Without repetition, the less elaborate ones first, and not too many."""
    known: dict[bytes, tuple[Coded, float]] = {}
    for way, cost in ways:
        key = way.tobytes()
        if key not in known or cost < known[key][1]:
            known[key] = way, cost
    return sorted(known.values(), key=lambda pair: pair[1])[:_MOST_WAYS]


def _joined(prompt: Coded, answer: Coded) -> Coded:
    """One way through the prompt and the answer; the rows of the two are different."""
    acts = (answer != coded(Move())).any(1, keepdims=True)
    return np.where(acts, answer, prompt)


def _ways_to_write(
    groups: Groups, symbols: Ids, row_count: int, level: int
) -> Iterator[tuple[Coded, float]]:
    """Controls of the write head, and how elaborate they are."""
    sets = list(row_sets(groups.moving))
    if level > 0:
        sets += list(groups.fixed) + [s | f for s in sets[:1] for f in groups.fixed]
    for chosen in sets:
        cost = 1.0 + cost_of(chosen, groups.moving)
        yield _writing(row_count, symbols, chosen, step=1), cost
    if level == 0:
        return
    given = frozenset().union(*groups.prompt)
    for chosen in dict.fromkeys([*sets, *row_sets(groups.prompt)]):
        for popped in row_sets(groups.prompt):
            if not popped & chosen and chosen <= given:
                stack = _writing(row_count, symbols, chosen, step=1)
                stack[list(popped), 0] = coded(Move(-1))
                rest = 0.0 if popped == given - chosen else cost_of(popped, groups.moving)
                yield stack, 2.0 + cost_of(chosen, groups.moving) + rest
    for keyed in groups.prompt:
        for chosen in groups.prompt:
            if chosen != keyed:
                address = _writing(row_count, symbols, chosen, step=0)
                _jump_to_own(address, keyed)
                yield address, 3.0


def _writing(row_count: int, symbols: Ids, chosen: Rows, step: int) -> Coded:
    way = idle(row_count)[:, [WRITE_HEAD, CELL]]
    for row in chosen:
        way[row] = coded(Move(step)), coded(Write(int(symbols[row])))
    return way


def _jump_to_own(way: Coded, keyed: Rows) -> None:
    """Give every row of a group a cell of its own to jump to."""
    for cell, row in enumerate(sorted(keyed)):
        way[row, 0] = coded(Jump(8 * (cell + 1)))


def _still(row_count: int) -> Coded:
    return idle(row_count)[:, READ_HEAD]


def _moving(row_count: int, rows: Rows, move: int) -> Coded:
    way = _still(row_count)
    way[list(rows)] = coded(Move(move))
    return way


def _prompt_parts(groups: Groups, row_count: int, level: int) -> Iterator[tuple[Coded, float]]:
    """Moves of the read head while the prompt is taken in."""
    yield _still(row_count), 0.0
    everything = list(row_sets(groups.prompt))
    for chosen in everything:
        cost = 1.0 + cost_of(chosen, groups.prompt)
        yield _moving(row_count, chosen, 1), cost
        if level > 0:
            yield _moving(row_count, chosen, 2), cost + 1.0
            yield _moving(row_count, chosen, -1), cost + 1.0
        if level > 1:
            for other in everything:
                if not other & chosen:
                    way = _moving(row_count, chosen, 1)
                    way[list(other)] = coded(Move(-1))
                    yield way, cost + 1.0 + cost_of(other, groups.prompt)


def _answer_parts(groups: Groups, row_count: int, level: int) -> Iterator[tuple[Coded, float]]:
    """Moves of the read head while the answer is given."""
    yield _still(row_count), 0.0
    whole = frozenset().union(*groups.answer) if groups.answer else frozenset()
    for chosen in row_sets(groups.answer):
        cost = 0.5 + cost_of(chosen, groups.answer)
        yield _moving(row_count, chosen, 1), cost
        yield _moving(row_count, chosen, -1), cost + 0.5
        if level == 0:
            continue
        yield _moving(row_count, chosen, 2), cost + 1.0
        yield _moving(row_count, chosen, -2), cost + 1.5
        rest = whole - chosen
        for step in (1, -1):
            way = _moving(row_count, chosen, step)
            way[list(rest)] = coded(Jump(0))
            if rest:
                yield way, cost + 1.5
            way = _moving(row_count, chosen, step)
            way[list(rest)] = coded(Move(-step))
            if rest and level > 1:
                yield way, cost + 2.0
