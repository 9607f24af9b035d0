"""The table of a machine, grown from questions and answers over chosen columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....clock import look
from .table import Coder, Ints, split_part

Part = NDArray[np.int64]
MISSING = -1


@dataclass(eq=False)
class Node:
    """A part of the questions: a leaf, or split by a column into one child for each value."""

    count: int
    answer: int
    column: int = -1
    children: dict[int, Node] | None = None

    def answer_to(self, values: Sequence[int]) -> int:
        """The answer for values of the columns; `MISSING` for a value never met at its node."""
        node = self
        while node.children is not None:
            child = node.children.get(values[node.column])
            if child is None:
                return MISSING
            node = child
        return node.answer


def grow(coder: Coder, columns: Ints, questions: Part, *, exact: bool) -> Node:
    """A tree over all columns that splits parts where that saves code length.

    The column of a node is the one after which least is left to say, if what is not decided then
    were split by all columns at once: this keeps what one column decides alone at one leaf. With
    `exact` every part of several next tokens is split as long as a column divides it.
    """

    def build(part: Part) -> Node:
        counts = np.bincount(coder.targets[part])
        node = Node(len(part), int(counts.argmax()))
        if counts.max() == len(part):
            return node
        useful = [c for c in range(len(columns)) if (columns[c][part] != columns[c][part[0]]).any()]
        if not useful:
            return node
        costs = [_left(coder, split_part(part, [columns[c]]), columns) for c in useful]
        best = int(np.argmin(costs))
        if exact or costs[best] < coder.length(part):
            node.column = useful[best]
            values = columns[node.column]
            pieces = split_part(part, [values])
            node.children = {int(values[piece[0]]): build(piece) for piece in pieces}
        return node

    return _pruned(build(questions))


def _left(coder: Coder, pieces: Sequence[Part], columns: Ints) -> float:
    """Code length of pieces, those of several next tokens split by all columns."""
    look()
    total = 0.0
    for piece in pieces:
        cost = coder.length(piece)
        targets = coder.targets[piece]
        if (targets != targets[0]).any():
            cost = min(cost, sum(map(coder.length, split_part(piece, list(columns)))))
        total += cost
    return total


def leaves(node: Node, columns: Ints) -> list[Part]:
    """The questions at each leaf of a tree."""

    def below(node: Node, part: Part) -> list[Part]:
        if node.children is None:
            return [part]
        values = columns[node.column][part]
        return [
            piece
            for value, child in node.children.items()
            for piece in below(child, part[values == value])
        ]

    return below(node, np.arange(columns.shape[1]))


def _pruned(node: Node) -> Node:
    """Without looks that change nothing."""
    if node.children is not None:
        node.children = {value: _pruned(child) for value, child in node.children.items()}
        below = list(node.children.values())
        if all(c.children is None for c in below) and len({c.answer for c in below}) == 1:
            return Node(node.count, below[0].answer)
    return node
