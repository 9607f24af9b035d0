"""What hard controls make of examples: the relation from row and reads to the next token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ....pntm.machine import ROW, STAY, Decision, Machine
from ....pntm.vocabulary import Ids, Vocabulary
from ....tasks.sequences import Example
from ..discrete.data import Streams
from ..discrete.build import written_symbols
from ..discrete.table import Coder, Floats, Ints
from ..discrete.tapes import reach_of, readings
from ..discrete.tree import Node, grow
from .rounding import Hard


@dataclass(frozen=True, eq=False)
class Judged:
    """The code length of the relation seen in its best columns (0 is the row, then the tapes)."""

    cost: float
    columns: tuple[int, ...]
    hard: Hard


class Judge:
    """Examples to run hard controls on."""

    def __init__(
        self, examples: Sequence[Example], vocabulary: Vocabulary, register: Ids, starts: Ids
    ) -> None:
        self.streams = Streams.of(examples, vocabulary)
        self.rows = self.streams.rows(register)
        self.symbols = written_symbols(vocabulary, register.shape[0])
        self.register, self.starts = register, starts
        outputs = vocabulary.outputs
        targets = (self.streams.targets - outputs.start).astype(np.int32)
        self.coder = Coder(targets, len(outputs))
        self._whole = np.concatenate([[0.0], np.cumsum(self.coder.all)])
        self._hit = np.concatenate([[0.0], np.cumsum(self.coder.hit)])
        self._asked = self.rows[self.streams.asked].astype(np.int32)

    @property
    def questions(self) -> int:
        return len(self.coder.targets)

    def columns(self, hard: Hard) -> Ints:
        """What is seen at every question: the row, then what each tape reads."""
        tapes = len(self.starts)
        written = hard.symbols(self.symbols)
        stay = np.full_like(written, STAY)
        writes = np.stack([hard.moves[..., 0], stay, written], -1).swapaxes(0, 1)
        reads = np.stack([hard.moves[..., 1], stay], -1).swapaxes(0, 1)
        # Only how far apart two heads are matters: nothing else names a cell.
        apart = self.starts[:, 1] - self.starts[:, 0]
        numbers = np.arange(tapes)
        pairs = np.stack([numbers, numbers, apart], -1)
        reach = reach_of(self.streams.bounds, int(np.abs(apart).max()))
        seen = readings(
            self.rows, self.streams.bounds, self.streams.asked,
            np.ascontiguousarray(writes), np.ascontiguousarray(reads), pairs, reach, 1,
        )  # fmt: skip
        return np.concatenate([self._asked[None], seen])

    def judged(self, hard: Hard) -> Judged:
        """The columns that tell most about the next token, for what they cost."""
        columns = self.columns(hard)
        numbers = range(len(columns))
        subsets = [c for size in range(len(columns) + 1) for c in combinations(numbers, size)]
        costs = [self._length(columns[list(c)]) + len(c) for c in subsets]
        best = int(np.argmin(costs))
        return Judged(costs[best], subsets[best], hard)

    def useful(self, judged: Judged, random: np.random.Generator) -> list[int]:
        """Tapes to keep: those that tell something, but one where all do: the least useful, or any."""
        columns = self.columns(judged.hard)
        chosen = judged.columns
        tapes = [c for c in chosen if c]
        if len(tapes) == len(self.starts):
            without = [self._length(columns[[o for o in chosen if o != c]]) for c in tapes]
            weakest = int(np.argmin(without))
            del tapes[weakest if random.random() < 0.5 else int(random.integers(len(tapes)))]
        return [c - 1 for c in tapes]

    def _length(self, columns: Ints) -> float:
        key = np.zeros(self.questions, np.int64)
        for column in columns:
            key = key * (int(column.max()) + 1) + column
        parts = np.unique(key, return_counts=True)[1]
        pairs = np.unique(key * self.coder.outputs + self.coder.targets, return_counts=True)[1]
        return float(self._whole[parts].sum() - self._hit[pairs].sum())

    def machine(self, judged: Judged) -> tuple[Machine, float]:
        """The machine with its table grown from all questions, and the part it gets wrong."""
        chosen = judged.columns
        columns = self.columns(judged.hard)[list(chosen)]
        steps = [[c] for c in range(len(chosen))]
        if len(chosen) > 1:
            steps.append(list(range(len(chosen))))
        tree = grow(self.coder, columns, steps, np.arange(self.questions), exact=True)
        predicted = np.array([tree.answer_to(values) for values in columns.T.tolist()])
        errors = float((predicted != self.coder.targets).mean())
        return self._machine(tree, chosen, judged.hard), errors

    def _machine(self, tree: Node, chosen: Sequence[int], hard: Hard) -> Machine:
        vocabulary = self.streams.vocabulary
        tapes = [c - 1 for c in chosen if c]
        number = {c: at for at, c in enumerate(c for c in chosen if c)}
        first = vocabulary.outputs.start
        nodes: list[Decision] = []

        def add(node: Node) -> int:
            at = len(nodes)
            nodes.append(Decision(answer=first + node.answer))
            if node.children is not None:
                branches = tuple((value, add(child)) for value, child in node.children.items())
                common = max(node.children, key=lambda v: node.children[v].count)
                look = number.get(chosen[node.column], ROW)
                nodes[at] = Decision(None, look, branches, dict(branches)[common])
            return at

        add(tree)
        moves = hard.moves[:, tapes].astype(np.int64)
        return Machine(
            vocabulary,
            self.register,
            moves,
            np.full_like(moves, STAY),
            self.starts[tapes],
            hard.symbols(self.symbols)[:, tapes],
            tuple(nodes),
        )


__all__ = ["Floats", "Judge", "Judged"]
