"""The table of a machine, grown from questions and answers over chosen columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .table import Coder, Ints, split_part

Part = NDArray[np.int64]


@dataclass(eq=False)
class Node:
    """A part of the questions: a leaf, or split by a column into one child for each value."""

    count: int
    answer: int
    column: int = -1
    children: dict[int, Node] | None = None

    def answer_to(self, values: Sequence[int]) -> int:
        node = self
        while node.children is not None:
            child = node.children.get(values[node.column])
            if child is None:
                return -1
            node = child
        return node.answer


def grow(
    coder: Coder, columns: Ints, steps: Sequence[Sequence[int]], questions: Part, *, exact: bool
) -> Node:
    """A tree that splits by the columns of each step, together, where that saves code length.

    With `exact` parts of several next tokens are split further, as long as any column divides them.
    """

    def build(part: Part, at: int, inner: Sequence[int]) -> Node:
        targets = coder.targets[part]
        counts = np.bincount(targets)
        node = Node(len(part), int(counts.argmax()))
        if counts.max() == len(part):
            return node
        if inner:
            return _split(
                node, part, columns[inner[0]], inner[0], lambda p: build(p, at, inner[1:])
            )
        for number in range(at, len(steps)):
            step = steps[number]
            pieces = split_part(part, [columns[c] for c in step])
            saves = sum(map(coder.length, pieces)) < coder.length(part)
            if len(pieces) > 1 and saves:
                return build_step(node, part, number)
        if exact:
            usable = [c for step in steps for c in step if len(np.unique(columns[c][part])) > 1]
            if usable:
                costs = [sum(map(coder.length, split_part(part, [columns[c]]))) for c in usable]
                column = usable[int(np.argmin(costs))]
                return _split(node, part, columns[column], column, lambda p: build(p, 0, ()))
        return node

    def build_step(node: Node, part: Part, number: int) -> Node:
        step = steps[number]
        rest = step[1:]
        return _split(
            node,
            part,
            columns[step[0]],
            step[0],
            lambda p: build(p, 0 if exact else number + 1, rest),
        )

    return _pruned(build(questions, 0, ()))


def _split(node: Node, part: Part, column: Ints, number: int, build: object) -> Node:
    assert callable(build)
    values = column[part]
    if values.min() == values.max():
        inner: Node = build(part)
        return inner
    node.column = number
    node.children = {int(v): build(part[values == v]) for v in np.unique(values)}
    return node


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
        leaves = [c for c in node.children.values() if c.children is None]
        if len(leaves) == len(node.children) and len({c.answer for c in leaves}) == 1:
            return Node(node.count, leaves[0].answer)
    return node
