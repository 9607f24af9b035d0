"""What hard controls make of examples: the relation from row and reads to the next token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ....clock import look
from ...action import CELL, READ_HEAD, WRITE_HEAD
from ...machine import ROW, Decision, Machine
from ...tasks import Example
from ...vocabulary import Ids, Vocabulary
from ..discrete.build import written_symbols
from ..discrete.data import Streams
from ..discrete.groups import find_groups
from ..discrete.table import Coder, Ints
from ..discrete.tapes import reach_of, readings
from ..discrete.tree import Node, grow
from .rounding import Hard

_TELLS = 0.1  # the part of the code length that a tape must save to be worth keeping
_DROPPED = 0.3
_COLUMN_COST = 1.0


@dataclass(frozen=True, eq=False)
class Judged:
    """The code length of the relation seen in its best columns: 0 is the row, then the tapes."""

    cost: float
    columns: tuple[int, ...]
    hard: Hard


class ControlJudge:
    """Examples to run hard controls on."""

    def __init__(
        self,
        examples: Sequence[Example],
        vocabulary: Vocabulary,
        register: Ids,
        starts: Ids,
        most: int,
    ) -> None:
        """`starts` (tapes, 2) of all tapes that are tried; a machine has at most `most` of them."""
        self.register, self.starts, self._most = register, starts, most
        self._streams = Streams.of(examples, vocabulary)
        self._rows = self._streams.rows(register)
        self._asked = self._rows[self._streams.asked].astype(np.int32)
        self._symbols = written_symbols(vocabulary, len(register), states=False)
        first, outputs = vocabulary.outputs.start, len(vocabulary.outputs)
        self._coder = Coder((self._streams.targets - first).astype(np.int32), outputs)
        self._all = np.concatenate([[0.0], np.cumsum(self._coder.all)])
        self._hit = np.concatenate([[0.0], np.cumsum(self._coder.hit)])

    @property
    def questions(self) -> int:
        """Places where a token is asked for."""
        return len(self._coder.targets)

    def kinds(self) -> tuple[Ids, Ids]:
        """The kind of each row, those that stand in similar places being alike; the rows in use."""
        groups = find_groups(self._streams, self._rows)
        sets = [*groups.prompt, *groups.answer, *groups.fixed]
        kinds = np.full(self.register.size, len(sets), np.int64)
        for at, rows in enumerate(sets):
            kinds[list(rows)] = at
        return kinds, np.flatnonzero(kinds < len(sets))

    def judge(self, hard: Hard) -> Judged:
        """The columns that tell most about the next token, added one or two at a time."""
        columns = self._columns(hard)
        judged = Judged(self._length(columns[[]]), (), hard)
        while True:
            others = [c for c in range(len(columns)) if c not in judged.columns]
            wider = [
                tuple(sorted((*judged.columns, *added)))
                for size in (1, 2)
                for added in combinations(others, size)
            ]
            found = [
                Judged(self._length(columns[list(c)]) + _COLUMN_COST * len(c), c, hard)
                for c in wider
                if sum(column > 0 for column in c) <= self._most
            ]
            best = min(found, key=lambda f: f.cost, default=judged)
            if best.cost >= judged.cost:
                return judged
            judged = best

    def judge_again(self, hard: Hard, columns: tuple[int, ...]) -> Judged:
        """Other controls, seen in the same columns."""
        cost = self._length(self._columns(hard)[list(columns)]) + _COLUMN_COST * len(columns)
        return Judged(cost, columns, hard)

    def useful(self, judged: Judged, random: np.random.Generator) -> list[int]:
        """Tapes that tell something; now and then without a random one of them."""
        columns, chosen = self._columns(judged.hard), judged.columns
        tapes = []
        for tape in chosen:
            without = self._length(columns[[c for c in chosen if c != tape]])
            if tape and without > (1 + _TELLS) * judged.cost:
                tapes.append(tape - 1)
        if tapes and (len(tapes) == len(self.starts) or random.random() < _DROPPED):
            del tapes[int(random.integers(len(tapes)))]
        return tapes

    def machine(self, judged: Judged) -> tuple[Machine, float]:
        """The machine with a table grown from all questions, and the part of them it gets wrong."""
        chosen = judged.columns
        columns = self._columns(judged.hard)[list(chosen)]
        tree = grow(self._coder, columns, np.arange(self.questions), exact=True)
        said = np.array([tree.answer_to(values) for values in columns.T.tolist()], np.int64)
        return self._machine(tree, judged), float((said != self._coder.targets).mean())

    def _columns(self, hard: Hard) -> Ints:
        """What is seen at every question: the row, then what each tape reads."""
        by_tape = hard.actions(self._symbols).swapaxes(0, 1)
        writes, reads = by_tape[:, :, [WRITE_HEAD, CELL]], by_tape[:, :, READ_HEAD]
        # Only how far apart two heads are matters: nothing else names a cell.
        apart = self.starts[:, 1] - self.starts[:, 0]
        numbers = np.arange(len(apart))
        bounds = self._streams.bounds
        seen = readings(
            self._rows, bounds, self._streams.asked, np.ascontiguousarray(writes),
            np.ascontiguousarray(reads), np.stack([numbers, numbers, apart], -1),
            reach_of(bounds, int(np.abs(apart).max())), 1,
        )  # fmt: skip
        columns: Ints = np.concatenate([self._asked[None], seen])
        return columns

    def _length(self, columns: Ints) -> float:
        """The code length of the next tokens where all columns are known."""
        look()
        key = np.zeros(self.questions, np.int64)
        for column in columns:
            key = key * (int(column.max()) + 1) + column
        parts = np.unique(key, return_counts=True)[1]
        pairs = np.unique(key * self._coder.outputs + self._coder.targets, return_counts=True)[1]
        return float(self._all[parts].sum() - self._hit[pairs].sum())

    def _machine(self, tree: Node, judged: Judged) -> Machine:
        vocabulary, hard = self._streams.vocabulary, judged.hard
        tapes = [c - 1 for c in judged.columns if c]
        nodes: list[Decision] = []

        def add(node: Node) -> int:
            at = len(nodes)
            nodes.append(Decision(answer=vocabulary.outputs.start + node.answer))
            if node.children is not None:
                branches = tuple((value, add(child)) for value, child in node.children.items())
                _, usual = max((child.count, value) for value, child in node.children.items())
                column = judged.columns[node.column]
                look = tapes.index(column - 1) if column else ROW
                nodes[at] = Decision(None, look, branches, dict(branches)[usual])
            return at

        add(tree)
        actions = hard.actions(self._symbols)[:, tapes]
        return Machine(vocabulary, self.register, actions, self.starts[tapes], tuple(nodes))
