"""A function as a computer runs it: a tree of floating-point operations.

The tree is an ordinary expression and stands for two functions at once. Read over the reals it is
the function meant. Read as a program it is the function computed: every operation is followed by a
rounding to `precision`, a number that is no float is rounded where it stands, and a sum or product
of more than two arguments is taken in any order. `literals` are subtrees without inputs that the
program holds as one float each, such as ln φ, wherever they stand in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .definitions import compiled, definition_of
from .nodes import Apply, Constant, Expression, Number, Truth, Variable, post_order
from .operations import OPERATIONS, Operation

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Precision:
    """A binary format of IEEE 754: its bits of mantissa, and the exponent of its least normal."""

    name: str
    bits: int
    least_exponent: int

    @property
    def least_normal(self) -> Fraction:
        return Fraction(2) ** self.least_exponent

    @property
    def largest(self) -> Fraction:
        return (2 - Fraction(2) ** (1 - self.bits)) * Fraction(2) ** (1 - self.least_exponent)

    def holds(self, value: Fraction) -> bool:
        """Whether a rational is a float of this format."""
        top, bottom = abs(value.numerator), value.denominator
        if not top:
            return True
        if bottom & (bottom - 1) or abs(value) > self.largest:
            return False
        trailing = (top & -top).bit_length() - 1
        step = trailing - (bottom.bit_length() - 1)
        return (
            top.bit_length() - trailing <= self.bits and step >= self.least_exponent - self.bits + 1
        )


FLOAT32 = Precision("float32", 24, -126)
FLOAT64 = Precision("float64", 53, -1022)
PRECISIONS = {precision.name: precision for precision in (FLOAT32, FLOAT64)}


@dataclass(frozen=True, slots=True)
class FloatProgram:
    """One output of a network as the operations that give it, in floats of `precision`."""

    inputs: tuple[str, ...]
    expression: Expression
    precision: Precision
    literals: tuple[Expression, ...] = ()


def replay(
    program: FloatProgram,
    point: Mapping[str, Array],
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> Array:
    """The program run with NumPy, operation by operation, on arrays of inputs.

    Sums and products go from left to right, products are rounded before they are added. `functions`
    replaces NumPy's exp, log, sin, cos, tan, tanh or pow, whose last digits differ between libraries.
    """
    import numpy as np

    kind = np.dtype(program.precision.name).type
    rules = {**_rules(kind), **(functions or {})}
    held = {id(literal) for literal in program.literals}
    values: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for node in post_order(program.expression):
            if id(node) in held:
                values[id(node)] = kind(_nearest(node))
                continue
            match node:
                case Number(value):
                    values[id(node)] = kind(float(value))
                case Constant():
                    values[id(node)] = kind(_nearest(node))
                case Truth(truth):
                    values[id(node)] = np.bool_(truth)
                case Variable(name):
                    values[id(node)] = point[name].astype(kind)
                case Apply(operation, arguments):
                    given = [values[id(argument)] for argument in arguments]
                    values[id(node)] = rules[operation](*given)
    return np.asarray(values[id(program.expression)])


def _nearest(literal: Expression) -> float:
    from .ball import enclose, precision

    with precision(120):
        return float(enclose(literal, {}).mid())  # type: ignore[union-attr]


def numpy_function(name: str) -> Callable[..., Any]:
    """A function of arrays by its name; SciPy has those that NumPy does not have."""
    import numpy as np
    from scipy import special

    function: Callable[..., Any] = getattr(np, name, None) or getattr(special, name)
    return function


def _rules(kind: Callable[[float], Any]) -> dict[str, Callable[..., Any]]:
    """NumPy's function for each operation."""
    from functools import reduce

    import numpy as np

    def pieces(*arguments: Any) -> Any:
        *pairs, last, _ = arguments
        for value, condition in zip(pairs[-2::-2], pairs[::-2], strict=True):
            last = np.where(condition, value, last)
        return last

    def rule_of(record: Operation) -> Callable[..., Any]:
        if record.numpy is None:
            return written(record.name)
        function = numpy_function(record.numpy)
        return (lambda *xs: reduce(function, xs)) if record.most is None else function

    def written(operation: str) -> Callable[..., Any]:
        definition = definition_of(operation)
        assert definition is not None
        rule = compiled(definition, lambda leaf: kind(_nearest(leaf)), apply)
        return lambda *arguments: rule(arguments)

    def apply(operation: str, arguments: tuple[Any, ...]) -> Any:
        return rules[operation](*arguments)

    rules: dict[str, Callable[..., Any]] = {"piecewise": pieces}
    rules |= {name: rule_of(record) for name, record in OPERATIONS.items() if name not in rules}
    return rules
