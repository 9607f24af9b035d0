"""From chosen columns to a machine: the controls of its tapes, and its table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...action import CELL, READ_HEAD, WRITE_HEAD, idle
from ...machine import BLANK, ROW, Decision, Machine
from ...vocabulary import Ids, Vocabulary
from .columns import ROW_COLUMNS
from .library import Library
from .tree import Node


def build_machine(
    tree: Node, columns: Sequence[int], library: Library, kept: Ids, vocabulary: Vocabulary,
    register: Ids,
) -> Machine:  # fmt: skip
    """The machine whose table is the tree; column k of the tree is `columns[k]`."""
    used = sorted(columns_used(tree))
    tapes = [columns[k] for k in used if columns[k] >= ROW_COLUMNS]
    actions, starts = idle(register.size, len(tapes)), np.zeros((len(tapes), 2), np.int64)
    for i, column in enumerate(tapes):
        write, read, start = library.tapes[kept[column - ROW_COLUMNS]].tolist()
        actions[:, i, [WRITE_HEAD, CELL]] = library.writes[write]
        actions[:, i, READ_HEAD], starts[i, 1] = library.reads[read], start
    looks = {k: tapes.index(columns[k]) if columns[k] >= ROW_COLUMNS else ROW for k in used}
    table: list[Decision] = []
    _add(tree, looks, vocabulary.outputs.start, table)
    return Machine(vocabulary, register, actions, starts, tuple(table))


def columns_used(node: Node) -> set[int]:
    """The columns that a tree looks at."""
    if node.children is None:
        return set()
    return {node.column}.union(*map(columns_used, node.children.values()))


def _add(node: Node, looks: dict[int, int], first: int, table: list[Decision]) -> int:
    """Append a node and what is below it; its place."""
    at = len(table)
    table.append(Decision(answer=first + node.answer))
    if node.children is not None:
        branches = [(v, _add(c, looks, first, table)) for v, c in node.children.items()]
        usual = max(node.children, key=lambda value: node.children[value].count)  # type: ignore[index]
        table[at] = Decision(None, looks[node.column], tuple(branches), dict(branches)[usual])
    return at


def written_symbols(vocabulary: Vocabulary, count: int, *, states: bool) -> Ids:
    """What each row writes: a number for the spelling of its token, or for its register state."""
    if states:
        return BLANK + 1 + np.repeat(np.arange(count), vocabulary.size)
    spelled = [vocabulary.spell(symbol) for symbol in range(vocabulary.size)]
    spelled[vocabulary.equals], spelled[vocabulary.end] = "\0=", "\0end"
    numbers = {text: at for at, text in enumerate(dict.fromkeys(spelled), BLANK + 1)}
    return np.array([numbers[text] for text in spelled] * count, np.int64)
