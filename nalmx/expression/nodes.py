"""Expression trees: the one form in which nalmx holds a formula, a truth or a parsed text.

A tree says literally what was written. Nothing is simplified when a tree is built (SymPy turns
`x/x` into 1 and forgets that 0 was excluded), so whether an expression is defined at a point
can be decided from its tree alone.

Meanings that are conventions: every expression is over the reals; `x**0` is 1 for every x;
`x**y` with y not an integer is defined for x > 0, and for x = 0 when y > 0 (the principal root of
a negative number is not real); `Mod(a, b)` is `a - b*floor(a/b)`; a Piecewise is the first
value whose condition is true and is undefined where none is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, Self, TypeAlias, TypeVar
from weakref import WeakValueDictionary

from ..clock import deadline
from ..showing import Shown


class _Node(Shown):
    """What is written alike is one object: equal nodes are identical, and parts that are alike are shared."""

    __slots__ = ("__weakref__",)

    @classmethod
    def _of(cls, key: tuple[Any, ...], *content: Any) -> Self:
        """The node that is told by a key; a new one where there is none."""
        known = _NODES.get(key)
        if known is not None:
            return known  # type: ignore[no-any-return]
        node = object.__new__(cls)
        for name, part in zip(cls.__match_args__, content, strict=True):  # type: ignore[attr-defined]
            object.__setattr__(node, name, part)
        _NODES[key] = node
        return node

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies of a node are the node."""
        names: tuple[str, ...] = self.__match_args__  # type: ignore[attr-defined]
        return type(self), tuple(getattr(self, name) for name in names)


_NODES: WeakValueDictionary[tuple[Any, ...], Any] = WeakValueDictionary()


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Number(_Node):
    """An exact rational."""

    value: Fraction

    def __new__(cls, value: Fraction) -> Self:
        value = value if type(value) is Fraction else Fraction(value)
        # Not by its own hash, which takes longer than all the rest.
        return cls._of((value.numerator, value.denominator), value)


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Constant(_Node):
    """The irrational constant `pi` or `E`."""

    name: Literal["pi", "E"]

    def __new__(cls, name: Literal["pi", "E"]) -> Self:
        return cls._of((cls, name), name)


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Variable(_Node):
    """An input."""

    name: str

    def __new__(cls, name: str) -> Self:
        return cls._of((cls, name), name)


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Truth(_Node):
    """The constant True or False."""

    value: bool

    def __new__(cls, value: bool) -> Self:
        return cls._of((cls, bool(value)), bool(value))


@dataclass(frozen=True, slots=True, eq=False, init=False, repr=False)
class Apply(_Node):
    """An operation of `OPERATIONS` on its arguments.

    The arguments of `piecewise` alternate value and condition.
    """

    operation: str
    arguments: tuple[Expression, ...]

    def __new__(cls, operation: str, arguments: tuple[Expression, ...]) -> Self:
        return cls._of((operation, arguments), operation, arguments)


Expression: TypeAlias = Number | Constant | Variable | Truth | Apply
Leaf: TypeAlias = Number | Constant | Variable | Truth


def post_order(root: Expression) -> Iterator[Expression]:
    """Every distinct node of a tree, arguments before the operations on them.

    Iterative, so that the depth of a tree is bounded by memory and not by Python's stack.
    """
    seen: set[int] = set()
    stack: list[tuple[Expression, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            if isinstance(node, Apply):
                stack.extend((argument, False) for argument in reversed(node.arguments))


Value = TypeVar("Value")


def fold(
    root: Expression,
    leaf: Callable[[Leaf], Value],
    apply: Callable[[str, tuple[Value, ...]], Value],
) -> Value:
    """Evaluate a tree bottom-up: `leaf` gives the value of a leaf, `apply` that of an operation.

    A value is dropped after its last use, so that large ones (a million samples) do not pile up.
    """
    nodes = list(post_order(root))
    end = deadline()
    uses = Counter(id(a) for node in nodes if isinstance(node, Apply) for a in node.arguments)
    values: dict[int, Value] = {}
    for node in nodes:
        if not isinstance(node, Apply):
            values[id(node)] = leaf(node)
            continue
        end.look()
        arguments = tuple(values[id(argument)] for argument in node.arguments)
        values[id(node)] = apply(node.operation, arguments)
        for argument in node.arguments:
            uses[id(argument)] -= 1
            if not uses[id(argument)]:
                del values[id(argument)]
    return values[id(root)]


def substitute(root: Expression, values: Mapping[str, Expression]) -> Expression:
    """The tree with inputs replaced; parts without them, and shared parts, stay shared."""

    def leaf(node: Leaf) -> Expression:
        return values.get(node.name, node) if isinstance(node, Variable) else node

    return fold(root, leaf, Apply)


def parts(root: Expression) -> int:
    """How many parts an expression has where it is written out, with what occurs twice counted twice."""
    return fold(root, lambda leaf: 1, lambda operation, counts: 1 + sum(counts))


def variables(*roots: Expression) -> tuple[str, ...]:
    """The names of all inputs, in natural order (x2 before x10)."""
    names = {n.name for root in roots for n in post_order(root) if isinstance(n, Variable)}
    return tuple(sorted(names, key=natural_order))


def natural_order(name: str) -> tuple[str, int, str]:
    """A sorting key that puts x2 before x10."""
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    return (stem, int(digits) if digits else -1, name)


def is_constant(expression: Expression) -> bool:
    """True where an expression has no inputs."""
    return not any(isinstance(node, Variable) for node in post_order(expression))
