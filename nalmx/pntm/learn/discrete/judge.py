"""What a choice of columns is worth: the machine that it gives, its errors, and its code length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ....errors import NoTruthValue
from ...machine import Machine
from ...vocabulary import Ids
from ..findings import Exam, Noise
from .build import build_machine, columns_used
from .columns import ROW_COLUMNS, read_tapes
from .data import Data, Streams
from .exam import examine
from .fill import filled
from .library import Library, no_tapes
from .registers import Register
from .search import ChosenColumns
from .smooth import smoothed
from .table import Coder, Ints
from .tree import MISSING, Node, grow, leaves

Bools = NDArray[np.bool_]
_NEARLY = 0.05  # with fewer errors, a table without any is looked for
_WORTH_EXACT = 0.3
_GAPS = 0.005
_RARE = 0.005
_COMPRESSED = 0.1
_UNFORETOLD = 0.1
_MISS = 3.0  # what a question costs, in nats, that a table grown without it misses


@dataclass(frozen=True, eq=False)
class FittedMachine(NoTruthValue):
    """A machine, its cost (code length and misses), and the part of questions it gets wrong.

    `unseen_errors` are those among questions held out while its table was grown for a trial, and
    `unseen_gaps` those for which that table had no entry, implied ones included. `hinted`: it uses a
    tape of a hint. `sit` gives the exam of the machine. `learned`: every example is answered, or all
    but `noise`, by a rule; `reason` says why not, where more is to be said than what is wrong.
    """

    _ask = "fitted.learned"

    machine: Machine
    errors: float
    unseen_errors: float
    unseen_gaps: float
    cost: float
    finish: Callable[[], Machine]
    sit: Callable[[], Exam]
    hinted: bool = False
    learned: bool = False
    reason: str | None = None
    exam: Exam | None = None
    noise: Noise | None = None

    @property
    def finished(self) -> FittedMachine:
        """The same with the table entries that the examples imply without showing them."""
        return replace(self, machine=self.finish())

    def sure(self, nothing: float) -> bool:
        """Whether it answers everything, and foretold what it was not shown.

        `nothing` is the code length of the answers for who knows nothing. A machine that says far
        more than it costs may have missed a rare case while a part was held out.
        """
        if self.errors > 0 or self.unseen_gaps > _GAPS:
            return False
        return self.unseen_errors == 0 or (
            self.unseen_errors <= _RARE and self.cost < _COMPRESSED * nothing
        )


def coder_of(streams: Streams) -> Coder:
    """Code lengths of the next tokens of streams."""
    outputs = streams.vocabulary.outputs
    return Coder((streams.targets - outputs.start).astype(np.int32), len(outputs))


def plain(data: Data) -> FittedMachine:
    """The machine of one state without tapes: its table looks at the last token alone."""
    table = np.zeros((1, data.vocabulary.size), np.int64)
    columns = (0,)
    choice = ChosenColumns((columns,), coder_of(data.streams).whole(), 0.0)
    nothing = no_tapes(table.size)
    rows, none = data.streams.rows(table), np.zeros(0, np.int64)
    return judge(choice, nothing, none, data, rows, Register(table, 0.0))[0]


def judge(
    choice: ChosenColumns, library: Library, kept: Ids, data: Data, rows: Ids, register: Register
) -> tuple[FittedMachine, Ids]:
    """The machine of a choice, its table grown from all questions; and which it gets wrong."""
    streams, coder, chosen = data.streams, coder_of(data.streams), choice.columns
    values = np.zeros((len(chosen), len(streams.targets)), np.int32)
    tapes = [i for i, column in enumerate(chosen) if column >= ROW_COLUMNS]
    numbers = kept[[chosen[i] - ROW_COLUMNS for i in tapes]]
    values[:] = rows[streams.asked]
    values[tapes] = read_tapes(library, numbers, streams, rows)
    everything = np.arange(len(streams.targets))
    tree, exact = grow(coder, values, everything, exact=False), False
    cost, said = _length(coder, tree, values), _said(tree, values)
    if 0 < (said != coder.targets).mean() < _NEARLY:
        finer = grow(coder, values, everything, exact=True)
        finer_cost = _length(coder, finer, values)
        if finer_cost < cost + _WORTH_EXACT * len(streams.targets) ** 0.5:
            tree, cost, exact, said = finer, finer_cost, True, _said(finer, values)
    wrong = np.flatnonzero(said != coder.targets)
    held = data.held
    partial = grow(coder, values, everything[~held], exact=exact)
    missed, gaps = _missed(partial, values[:, held], coder.targets[held])
    misses = int(missed.sum() + gaps.sum())
    if len(wrong) == 0 and 0 < misses <= _UNFORETOLD * held.sum():
        shown = Coder(coder.targets[~held], coder.outputs)
        implied = _completed(partial, shown, values[:, ~held], misses, 0)
        missed, gaps = _missed(implied, values[:, held], coder.targets[held])

    def build(table: Node) -> Machine:
        return build_machine(table, chosen, library, kept, data.vocabulary, register.table)

    return FittedMachine(
        build(tree),
        len(wrong) / len(everything),
        float(missed.mean()) if held.any() else 0.0,
        float(gaps.mean()) if held.any() else 0.0,
        cost + choice.penalty + register.cost + _MISS * misses,
        lambda: build(_completed(tree, coder, values, misses, len(wrong))),
        lambda: examine(data, ~(missed | gaps)),
        bool((numbers < library.hinted).any()),
    ), wrong


def _completed(tree: Node, coder: Coder, values: Ints, misses: int, wrong: int) -> Node:
    """The tree grown again with the entries that the examples imply, or without their errors."""
    if wrong:
        used = sorted(columns_used(tree))
        found = smoothed(values[used], coder.targets, coder.outputs)
        if found is None:
            return tree
        keys, targets = found
        extended = np.zeros((len(values), keys.shape[1]), np.int32)
        extended[used] = keys
    else:
        more = filled(values, coder.targets, coder.outputs) if misses else {}
        if not more:
            return tree
        extended = np.concatenate([values, np.array(list(more), np.int32).T], axis=1)
        targets = np.concatenate([coder.targets, np.array(list(more.values()), np.int32)])
    wider = Coder(targets.astype(np.int32), coder.outputs)
    return grow(wider, extended, np.arange(len(targets)), exact=True)


def _missed(tree: Node, values: Ints, targets: Ints) -> tuple[Bools, Bools]:
    """Where a tree says something wrong, and where it has no entry."""
    said = _said(tree, values)
    gaps = said == MISSING
    return (said != targets) & ~gaps, gaps


def _length(coder: Coder, tree: Node, values: Ints) -> float:
    """The code length of all answers, at the leaves of a tree."""
    return sum(coder.length(part) for part in leaves(tree, values))


def _said(tree: Node, values: Ints) -> Ids:
    """What a tree answers to columns of values."""
    return np.array([tree.answer_to(v) for v in values.T.tolist()], np.int64)
