"""The table of a machine without its impossible cases, for whoever prints it.

A decision on the control row becomes a look at the token before, at the register, or at both;
symbols that no head ever writes and rows in which nothing is asked are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ..machine import BLANK, ROW, Decision, Machine

LAST, STATE = -1, -2  # columns beside those of the tapes: the token before, and the register
# A table with more ways through it than this keeps its shared nodes as they are.
_MOST_WAYS, _MOST_DEPTH = 20_000, 100


class Reach(NamedTuple):
    """What can happen while decoding: states before tokens of each kind, and control rows."""

    before_prompt: tuple[int, ...]  # states in which a prompt token or `=` is taken in
    before_answer: tuple[int, ...]
    said: tuple[int, ...]  # answer tokens that the table knows
    rows: tuple[int, ...]
    asked: frozenset[int]  # the rows in which the next token is asked for


class Look(NamedTuple):
    """What a column shows, and the node to go on with; the last branch is for all that is left."""

    column: int
    branches: tuple[tuple[tuple[int, ...], int], ...]


@dataclass(frozen=True)
class DecisionTable:
    """Nodes without repetition: a look, the symbol answered, or None where there is no entry."""

    nodes: tuple[Look | int | None, ...]
    root: int

    def looks(self) -> Iterator[tuple[int, Look]]:
        """Every look once, parents before what only they lead to."""
        waiting, seen = [self.root], {self.root}
        while waiting:
            at = waiting.pop()
            node = self.nodes[at]
            if isinstance(node, Look):
                yield at, node
                for _, child in reversed(node.branches):
                    if child not in seen:
                        seen.add(child)
                        waiting.append(child)

    def answers(self) -> set[int]:
        """Every symbol that can be answered."""
        found = {self.root} | {at for _, look in self.looks() for _, at in look.branches}
        return {node for at in found if isinstance(node := self.nodes[at], int)}

    def shared(self) -> frozenset[int]:
        """Looks that more than one branch leads to."""
        once: set[int] = set()
        twice: set[int] = set()
        for _, look in self.looks():
            for _, child in look.branches:
                (twice if child in once else once).add(child)
        return frozenset(at for at in twice if isinstance(self.nodes[at], Look))


def reach_of(machine: Machine) -> Reach:
    register, equals = machine.register.tolist(), machine.vocabulary.equals
    size, end = machine.vocabulary.size, machine.vocabulary.end
    said = sorted({node.answer for node in machine.table if node.answer is not None} - {end})
    before_prompt = tuple(sorted(machine.states_after([0], range(equals))))
    first = {register[state][equals] for state in before_prompt}
    before_answer = tuple(sorted(machine.states_after(first, said)))
    prompts = {register[s][u] * size + u for s in before_prompt for u in range(equals)}
    asked = {state * size + equals for state in first}
    asked |= {register[s][u] * size + u for s in before_answer for u in said}
    return Reach(
        before_prompt, before_answer, tuple(said), (*sorted(prompts | asked),), frozenset(asked)
    )


def table_of(machine: Machine, reach: Reach) -> DecisionTable:
    """The table as it can be walked, each distinct part of it once."""
    symbols = [
        frozenset({BLANK, *machine.symbols(tape, reach.rows).values()})
        for tape in range(machine.tapes)
    ]
    builder = _Builder(machine)
    if _is_small(machine.table):
        root = builder.walk(0, reach.asked, tuple(symbols))
    else:
        root = builder.sweep(reach.asked, tuple(symbols))
    return DecisionTable(tuple(builder.nodes), root)


def _is_small(table: tuple[Decision, ...]) -> bool:
    ways, depth = [0] * len(table), [0] * len(table)
    for at in reversed(range(len(table))):
        node = table[at]
        children = {child for _, child in node.branches}
        children |= set() if node.otherwise is None else {node.otherwise}
        ways[at] = min(_MOST_WAYS + 1, sum(ways[child] for child in children) or 1)
        depth[at] = 1 + max((depth[child] for child in children), default=0)
    return ways[0] <= _MOST_WAYS and depth[0] <= _MOST_DEPTH


_Cells = tuple[frozenset[int], ...]


class _Builder:
    """Makes nodes from what is possible; equal nodes are made once."""

    def __init__(self, machine: Machine) -> None:
        self.nodes: list[Look | int | None] = []
        self._known: dict[Look | int | None, int] = {}
        self._table, self._size = machine.table, machine.vocabulary.size

    def walk(self, at: int, rows: frozenset[int], cells: _Cells) -> int:
        """Every way through the table has its own idea of what is still possible."""

        def follow(child: int, column: int, values: list[int]) -> int:
            left = frozenset(values)
            if column == ROW:
                return self.walk(child, left, cells)
            return self.walk(child, rows, (*cells[:column], left, *cells[column + 1 :]))

        return self._node(at, rows, cells, follow)

    def sweep(self, rows: frozenset[int], cells: _Cells) -> int:
        """From the last node to the first; what was seen on the way to a node is not used."""
        made = [0] * len(self._table)
        for at in reversed(range(len(self._table))):
            made[at] = self._node(at, rows, cells, lambda child, column, values: made[child])
        return made[0]

    def _node(
        self,
        at: int,
        rows: frozenset[int],
        cells: _Cells,
        follow: Callable[[int, int, list[int]], int],
    ) -> int:
        node = self._table[at]
        if node.answer is not None:
            return self._made(node.answer)
        branches = dict(node.branches)
        ways: dict[int | None, list[int]] = {}
        for value in sorted(rows if node.tape == ROW else cells[node.tape]):
            ways.setdefault(branches.get(value, node.otherwise), []).append(value)
        seen = {}
        for child, values in ways.items():
            made = self._made(None) if child is None else follow(child, node.tape, values)
            seen.update(dict.fromkeys(values, made))
        return self._row(seen) if node.tape == ROW else self._look(node.tape, seen)

    def _row(self, seen: dict[int, int]) -> int:
        """A look at rows: at the token before or the register where one of them is enough."""
        by: dict[int, dict[int, dict[int, int]]] = {LAST: {}, STATE: {}}
        for row, node in seen.items():
            state, token = divmod(row, self._size)
            by[LAST].setdefault(token, {})[state] = node
            by[STATE].setdefault(state, {})[token] = node
        for column, parts in by.items():
            if all(len(set(part.values())) == 1 for part in parts.values()):
                return self._look(column, {v: next(iter(p.values())) for v, p in parts.items()})
        first, second = min(
            ((STATE, LAST), (LAST, STATE)),
            key=lambda order: sum(len(set(part.values())) for part in by[order[0]].values()),
        )
        inner = {value: self._look(second, part) for value, part in by[first].items()}
        return self._look(first, inner)

    def _look(self, column: int, seen: dict[int, int]) -> int:
        groups: dict[int, list[int]] = {}
        for value in sorted(seen):
            groups.setdefault(seen[value], []).append(value)
        if len(groups) == 1:
            return next(iter(groups))
        ways = sorted((tuple(values), node) for node, values in groups.items())
        # The case of most values is the one to call "else".
        widest = max(range(len(ways)), key=lambda i: (len(ways[i][0]), i))
        ways.append(ways.pop(widest))
        return self._made(Look(column, tuple(ways)))

    def _made(self, node: Look | int | None) -> int:
        if node not in self._known:
            self._known[node] = len(self.nodes)
            self.nodes.append(node)
        return self._known[node]
