"""Straight-line code as values: what is computed with them is written down as the lines of a body.

A function that takes its library of arrays as an argument (`xp.where`, `xp.sqrt`, …) takes `FUNCTIONS`
as well as NumPy or torch. Then it computes nothing: the lines that it leaves in a `Body` are what an
emitter prints for a processor. Only the operations of `OPERATIONS` can stand there, and no names but
those that this package makes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from ..expression.operations import OPERATIONS as RECORDS
from ..expression.straight_line import whole_power

Kind = Literal["float32", "float64", "bool"]
COMPARISONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
TRUTHS = (*COMPARISONS, "logical_and", "logical_or", "logical_not")
ELEMENTARY = (
    "abs",
    *(r.numpy for r in RECORDS.values() if r.numpy and r.c and r.most == 1),
)
OPERATIONS = (
    *("add", "subtract", "multiply", "divide", "negative", "float_power", "where"),
    *TRUTHS,
    *ELEMENTARY,
    *("sigmoid", "float32", "float64"),
)
_Content = float | bool | str | None


@dataclass(frozen=True, slots=True)
class Line:
    """An operation on earlier lines, by their places; or an `input` by its name; or a `number`."""

    operation: str
    arguments: tuple[int, ...]
    content: _Content
    kind: Kind


class Body:
    """Lines in order, each of them once, and the values that are asked for by their names."""

    def __init__(self, kind: Kind = "float64") -> None:
        """`kind` is that of numbers that are written without one."""
        self.kind = kind
        self.lines: list[Line] = []
        self.results: dict[str, Value] = {}
        self._known: dict[tuple[str, tuple[int, ...], str, Kind], int] = {}

    def input(self, name: str, kind: Kind | None = None) -> Value:
        """What is handed to the body by this name."""
        return self._line("input", (), name, kind or self.kind)

    def number(self, value: float | bool, kind: Kind | None = None) -> Value:
        """A number that is the same wherever the body runs."""
        if isinstance(value, bool):
            return self._line("number", (), value, "bool")
        return self._line("number", (), float(value), kind or self.kind)

    def apply(self, operation: str, *arguments: Any) -> Value:
        """An operation on values and numbers."""
        assert operation in OPERATIONS
        kinds = [a.kind for a in arguments if isinstance(a, Value) and a.kind != "bool"]
        kind = kinds[0] if kinds else self.kind
        parts = [a if isinstance(a, Value) else self.number(a, kind) for a in arguments]
        if operation in TRUTHS:
            kind = "bool"
        elif operation == "where":
            kind = parts[1].kind
        elif operation in ("float32", "float64"):
            kind = "float32" if operation == "float32" else "float64"
        return self._line(operation, tuple(part.place for part in parts), None, kind)

    def _line(
        self, operation: str, arguments: tuple[int, ...], content: _Content, kind: Kind
    ) -> Value:
        # `repr` tells 0 from -0 and 1 from True.
        key = (operation, arguments, repr(content), kind)
        if key not in self._known:
            self._known[key] = len(self.lines)
            self.lines.append(Line(operation, arguments, content, kind))
        return Value(self, self._known[key], kind)


def _operator(operation: str, *, swapped: bool = False) -> Callable[[Value, Any], Value]:
    """What Python's operator between a value and another one, or a number, writes down."""

    def method(self: Value, other: Any) -> Value:
        return _apply(operation, *((other, self) if swapped else (self, other)))

    return method


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """The value of a line: a number or a truth value at every lane of a loop."""

    body: Body
    place: int
    kind: Kind

    @property
    def dtype(self) -> Kind:
        return self.kind

    __add__, __radd__ = _operator("add"), _operator("add", swapped=True)
    __sub__, __rsub__ = _operator("subtract"), _operator("subtract", swapped=True)
    __mul__, __rmul__ = _operator("multiply"), _operator("multiply", swapped=True)
    __truediv__, __rtruediv__ = _operator("divide"), _operator("divide", swapped=True)
    __lt__, __le__ = _operator("less"), _operator("less_equal")
    __gt__, __ge__ = _operator("greater"), _operator("greater_equal")
    __eq__, __ne__ = _operator("equal"), _operator("not_equal")  # type: ignore[assignment]
    __and__, __or__ = _operator("logical_and"), _operator("logical_or")

    def __neg__(self) -> Value:
        return _apply("negative", self)

    def __abs__(self) -> Value:
        return _apply("abs", self)

    def __invert__(self) -> Value:
        return _apply("logical_not", self)

    __hash__ = object.__hash__


class _Functions:
    """The functions of NumPy that take values."""

    def __getattr__(self, name: str) -> Callable[..., Value]:
        if name in OPERATIONS:
            return partial(_apply, name)
        raise AttributeError(name)

    def float_power(self, x: Value, y: Value | int) -> Value:
        """A power; where the exponent is known to be whole, by products."""
        if isinstance(y, Value):
            return _apply("float_power", x, y)
        power: Value = whole_power(x, y, x.body.number(1.0, x.kind))
        return power

    def sign(self, x: Value) -> Value:
        """-1, 0 or 1; what is not a number stays so."""
        return _apply("where", x > 0.0, 1.0, _apply("where", x < 0.0, -1.0, x))

    def minimum(self, a: Value, b: Value) -> Value:
        """The smaller one; what is not a number stays so, on either side."""
        return _apply("where", (a < b) | (a != a), a, b)

    def maximum(self, a: Value, b: Value) -> Value:
        """The larger one; what is not a number stays so, on either side."""
        return _apply("where", (a > b) | (a != a), a, b)


FUNCTIONS = _Functions()


def _apply(operation: str, *arguments: Any) -> Value:
    value = next(argument for argument in arguments if isinstance(argument, Value))
    return value.body.apply(operation, *arguments)
