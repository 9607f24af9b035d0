"""Discrete fitting: a machine with hard controls, found from examples without gradients.

What tapes read is known from the examples once their controls are, whatever the table says. So the
controls are right exactly when some tapes, among all that are worth trying, make the next token a
function of the row and of what they read. Simple controls are tried before elaborate ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from ....pntm.machine import Machine
from ....pntm.vocabulary import Ids, Vocabulary
from ....tasks.sequences import Example
from .build import build_machine, written_symbols
from .columns import ROW_COLUMNS, columns_of, distinct_tapes, read_tapes
from .data import Streams, first_questions
from .groups import find_groups
from .library import Library, build_library
from .registers import Register, candidate_registers
from .search import Choice, find_choices
from .table import Coder, Ints
from .tree import MISSING, Node, grow, leaves

# Efforts for a space of machines, one after the other: how many tapes to choose from, how many
# questions to choose by, and whether to add columns two at a time.
_EFFORTS = (
    (4_000, 300, False),
    (4_000, 300, True),
    (4_000, 1_500, True),
    (30_000, 1_500, False),
    (30_000, 6_000, False),
)
_LEVELS = (0, 1)
_LOOKED_AT = 12
_UNTRIED = 0.5  # what an untried space is hoped to cost, in code lengths of knowing nothing
_PATIENCE = 2.0  # how much less a space must promise to be worth one effort more
_PRINTED = 1_500
_JUDGED = 20_000
_JUDGED_CHOICES = 4
_HELD_OUT = 5
_NEARLY = 0.05  # with fewer errors, a table without any is looked for
_WORTH_EXACT = 0.3
_GAPS = 0.02
_RARE = 0.005
_COMPRESSED = 0.1


@dataclass(frozen=True, eq=False)
class Fitted:
    """A machine, its code length, and the part of questions it gets wrong.

    `unseen_errors` are those among questions held out while its table was grown for a trial, and
    `unseen_gaps` those for which that table had no entry.
    """

    machine: Machine
    errors: float
    unseen_errors: float
    unseen_gaps: float
    cost: float

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


class _Data:
    """Examples in the amounts that the steps of a search need."""

    def __init__(self, examples: Sequence[Example], vocabulary: Vocabulary) -> None:
        mixed = [examples[i] for i in np.random.default_rng(0).permutation(len(examples))]
        self.vocabulary = vocabulary
        self.examples = first_questions(mixed, _JUDGED)
        self.streams = Streams.of(self.examples, vocabulary)
        self.printed = Streams.of(first_questions(mixed, _PRINTED), vocabulary)
        sizes = np.array([len(e.prompt) + len(e.answer) for e in self.examples])
        self._short = [self.examples[i] for i in np.argsort(sizes, kind="stable")]

    @property
    def shown(self) -> list[Example]:
        """The examples that are not held out."""
        return [e for i, e in enumerate(self.examples) if i % _HELD_OUT != _HELD_OUT - 1]

    @cached_property
    def owner(self) -> Ids:
        """The example that each question belongs to."""
        return np.searchsorted(self.streams.bounds, self.streams.asked, side="right") - 1

    def sample(self, questions: int, wrong: Ids | None) -> Streams:
        """Half of them in the shortest examples, half in those answered wrongly and in others."""
        order = [] if wrong is None else dict.fromkeys(self.owner[wrong].tolist())
        failed = first_questions([self.examples[i] for i in order], questions // 4)
        rest = first_questions(
            self.examples, questions // 2 - sum(len(e.answer) + 1 for e in failed)
        )
        short = first_questions(self._short, questions // 2)
        return Streams.of(list(dict.fromkeys([*short, *failed, *rest])), self.vocabulary)


def fit_discrete(
    examples: Sequence[Example],
    vocabulary: Vocabulary | None = None,
    *,
    seconds: float = 120.0,
    on_progress: Callable[[Fitted], None] | None = None,
    stop_requested: Callable[[], bool] | None = None,
) -> Fitted:
    """The simplest machine found that answers every example; the best one after `seconds`.

    Registers and levels of controls are spaces of machines. Where a search came closer to an answer
    it is continued first.
    """
    began = time.monotonic()
    data = _Data(examples, Vocabulary.of(examples) if vocabulary is None else vocabulary)
    nothing = coder_of(data.streams).whole().cost
    spaces = [
        _Space(data, register, level, _UNTRIED * nothing)
        for register in map(cache, candidate_registers(data.vocabulary, data.shown))
        for level in _LEVELS
    ]
    best: Fitted | None = None
    while spaces and (best is None or time.monotonic() - began < seconds):
        space = min(spaces, key=lambda s: s.cost * _PATIENCE**s.efforts)
        if space.efforts == 0 and space.register is None:
            spaces.remove(space)
            continue
        fitted = space.search()
        if space.efforts == len(_EFFORTS):
            spaces.remove(space)
        if best is None or fitted.cost < best.cost:
            best = fitted
        if on_progress is not None:
            on_progress(best)
        if fitted.sure(nothing) or (stop_requested is not None and stop_requested()):
            break
    assert best is not None
    return best


class _Space:
    """Machines with one register and tapes of one level, to be searched with growing effort."""

    def __init__(
        self, data: _Data, register: Callable[[], Register | None], level: int, cost: float
    ) -> None:
        self.data, self._register, self.level, self.cost = data, register, level, cost
        self.efforts = 0
        self._most = 0
        self._wrong: Ids | None = None

    @property
    def register(self) -> Register | None:
        return self._register()

    @cached_property
    def table(self) -> Ids:
        """The transitions of the register."""
        assert self.register is not None
        return self.register.table

    @cached_property
    def rows(self) -> Ids:
        return self.data.streams.rows(self.table)

    def _prepare(self, most: int) -> None:
        """A library with this many tapes that read differently."""
        if self._most == most:
            return
        assert self.register is not None
        apart = self.register.apart
        symbols = written_symbols(self.data.vocabulary, len(self.table), states=not apart)
        groups = find_groups(self.data.streams, self.rows, apart=apart)
        self.library = build_library(
            groups, symbols, self.table.size, self.level, most * _LOOKED_AT
        )
        printed = self.data.printed
        self.tapes = distinct_tapes(self.library, printed, printed.rows(self.table), most)
        self._most = most

    def search(self) -> Fitted:
        """Make the next effort: the best machine among those that a sample of questions suggests."""
        most, questions, together = _EFFORTS[self.efforts]
        self._prepare(most)
        streams = self.data.sample(questions, self._wrong)
        columns = columns_of(self.library, self.tapes, streams, streams.rows(self.table))
        choices = find_choices(
            coder_of(streams), columns.values, columns.penalties, together=together
        )
        judged = [
            _judge(choice, self.library, self.tapes, self.data, self.rows, self.register)
            for choice in choices[:_JUDGED_CHOICES]
        ]
        best, self._wrong = min(judged, key=lambda pair: pair[0].cost)
        self.cost = best.cost if self.efforts == 0 else min(self.cost, best.cost)
        self.efforts += 1
        return best


def coder_of(streams: Streams) -> Coder:
    """Code lengths of the next tokens of streams."""
    outputs = streams.vocabulary.outputs
    return Coder((streams.targets - outputs.start).astype(np.int32), len(outputs))


def _judge(
    choice: Choice, library: Library, kept: Ids, data: _Data, rows: Ids, register: Register
) -> tuple[Fitted, Ids]:
    """The machine of a choice, its table grown from all questions; and which it gets wrong."""
    streams, coder, chosen = data.streams, coder_of(data.streams), choice.columns
    values = np.zeros((len(chosen), len(streams.targets)), np.int32)
    tapes = [i for i, column in enumerate(chosen) if column >= ROW_COLUMNS]
    values[:] = rows[streams.asked]
    values[tapes] = read_tapes(
        library, kept[[chosen[i] - ROW_COLUMNS for i in tapes]], streams, rows
    )
    held = data.owner % _HELD_OUT == _HELD_OUT - 1
    everything = np.arange(len(streams.targets))
    tree, exact = grow(coder, values, everything, exact=False), False
    cost, said = _length(coder, tree, values), _said(tree, values)
    if 0 < (said != coder.targets).mean() < _NEARLY:
        finer = grow(coder, values, everything, exact=True)
        finer_cost = _length(coder, finer, values)
        if finer_cost < cost + _WORTH_EXACT * len(streams.targets) ** 0.5:
            tree, cost, exact = finer, finer_cost, True
            said = _said(tree, values)
    partial = _said(grow(coder, values, everything[~held], exact=exact), values[:, held])
    gaps = partial == MISSING
    machine = build_machine(tree, chosen, library, kept, data.vocabulary, register.table)
    return Fitted(
        machine,
        float((said != coder.targets).mean()),
        float(((partial != coder.targets[held]) & ~gaps).mean()) if held.any() else 0.0,
        float(gaps.mean()) if held.any() else 0.0,
        cost + choice.penalty + register.cost,
    ), np.flatnonzero(said != coder.targets)


def _length(coder: Coder, tree: Node, values: Ints) -> float:
    """The code length of all answers, at the leaves of a tree."""
    return sum(coder.length(part) for part in leaves(tree, values))


def _said(tree: Node, values: Ints) -> Ids:
    """What a tree answers to columns of values."""
    return np.array([tree.answer_to(v) for v in values.T.tolist()], np.int64)
