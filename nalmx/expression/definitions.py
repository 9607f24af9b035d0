"""What the records of operations say in terms of other operations, read as expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import TypeVar

from .nodes import (
    Apply,
    Constant,
    Expression,
    Leaf,
    Number,
    Truth,
    Variable,
    fold,
    substitute,
)
from .operations import OPERATIONS
from .parser import parse

_PLACES = {"x": 0, "y": 1, "value": -1}
Value = TypeVar("Value")


@cache
def derivatives_of(operation: str) -> tuple[Expression, ...]:
    """The derivative in each argument; none where the record has none."""
    return tuple(map(parse, OPERATIONS[operation].derivative))


@cache
def definition_of(operation: str) -> Expression | None:
    """The operation in terms of others."""
    text = OPERATIONS[operation].definition
    return None if text is None else parse(text)


@cache
def steps_of(operation: str) -> Expression | None:
    """What changes where the operation jumps."""
    text = OPERATIONS[operation].steps
    return None if text is None else parse(text)


def defined(operation: str, arguments: Sequence[Expression]) -> Expression | None:
    """An operation on some arguments in terms of others, where it has a definition."""
    definition = definition_of(operation)
    if definition is None:
        return None
    return substitute(definition, dict(zip(_PLACES, arguments, strict=False)))


def without(root: Expression, kept: Callable[[str], bool]) -> Expression:
    """The tree with the operations that are not to be kept written by their definitions."""

    def apply(operation: str, arguments: tuple[Expression, ...]) -> Expression:
        written = None if kept(operation) else defined(operation, arguments)
        return Apply(operation, arguments) if written is None else without(written, kept)

    return fold(root, lambda leaf: leaf, apply)


def compiled(
    tree: Expression,
    constant: Callable[[Number | Truth | Constant], Value],
    apply: Callable[[str, tuple[Value, ...]], Value],
) -> Callable[[Sequence[Value]], Value]:
    """A function of the values of `x`, `y` and `value` (the last of them given) from a tree in them."""

    def of_leaf(node: Leaf) -> Callable[[Sequence[Value]], Value]:
        if isinstance(node, Variable):
            return itemgetter(_PLACES[node.name])
        return lambda given: constant(node)

    def of_operation(
        operation: str, parts: tuple[Callable[[Sequence[Value]], Value], ...]
    ) -> Callable[[Sequence[Value]], Value]:
        return lambda given: apply(operation, tuple([part(given) for part in parts]))

    return fold(tree, of_leaf, of_operation)
