"""Whether the dimensions of a form agree, given those of the columns.

A dimension is a product of powers of base units, such as m·s⁻². Exact numbers of a law have none; a constant
that is no exact number has whatever dimension the law asks for, and the same one wherever it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

from ..expression import Apply, Expression, Number, Variable, to_text, variables
from ..expression.nodes import Leaf, fold, substitute
from .form import Form
from .rows import Dimension
from .tidying import tidy
from .values import evaluate

_NONE: Dimension = {}
_Part: TypeAlias = tuple[Expression, Dimension]


class _Disagreement(Exception):
    """Two parts with other dimensions."""


def why_not_alike(form: Form, units: Mapping[str, Dimension], target: str) -> str:
    """Where the dimensions of a form do not agree, or are not those of the target; or nothing."""
    found = _Dimensions(form, units)
    try:
        _, whole = fold(form.expression, found.leaf, found.apply)
        found.equate(whole, units[target], f"the formula and {target}")
    except _Disagreement as reason:
        return f"its dimensions do not agree: {reason}"
    return ""


class _Dimensions:
    """The dimensions of parts; those of constants, which are called as they are, are solved for."""

    def __init__(self, form: Form, units: Mapping[str, Dimension]) -> None:
        self._units = units
        self._values = {f"_{place}": value for place, value in enumerate(form.values)}
        self._solved: dict[str, Dimension] = {}

    def leaf(self, node: Leaf) -> _Part:
        if not isinstance(node, Variable):
            return node, _NONE
        own = {node.name: Fraction(1)}
        return node, own if node.name in self._values else self._units[node.name]

    def apply(self, operation: str, parts: tuple[_Part, ...]) -> _Part:
        node = Apply(operation, tuple(part for part, _ in parts))
        first, *others = (dimension for _, dimension in parts)
        match operation:
            case "mul":
                for other in others:
                    first = _times(first, other)
            case "div":
                first = _times(first, others[0], Fraction(-1))
            case "sqrt":
                first = _times(_NONE, first, Fraction(1, 2))
            case "pow":
                first = self._power(*parts)
            case "add":
                for other, part in zip(others, node.arguments[1:], strict=True):
                    self.equate(
                        first, other, f"{self._text(node.arguments[0])} and {self._text(part)}"
                    )
            case "neg" | "abs":
                pass
            case _:
                for part, dimension in parts:
                    self.equate(dimension, _NONE, f"{self._text(part)} has one, in {operation}")
                first = _NONE
        return node, first

    def _power(self, base: _Part, exponent: _Part) -> Dimension:
        self.equate(exponent[1], _NONE, f"the exponent {self._text(exponent[0])} has one")
        if set(variables(exponent[0])) <= set(self._values):
            return _times(_NONE, base[1], Fraction(float(evaluate(exponent[0], self._values))))
        self.equate(base[1], _NONE, f"{self._text(base[0])} has one, under an exponent")
        return _NONE

    def equate(self, one: Dimension, other: Dimension, what: str) -> None:
        """Make two dimensions the same by that of a constant; where there is none, they have to be."""
        ratio = self._known(_times(one, other, Fraction(-1)))
        unknown = next((name for name in ratio if name in self._values), None)
        if unknown is not None:
            power = ratio[unknown]
            rest = {name: -size / power for name, size in ratio.items() if name != unknown}
            self._solved[unknown] = rest
        elif ratio:
            raise _Disagreement(what)

    def _text(self, part: Expression) -> str:
        numbers = {name: Number(Fraction(f"{value:.3g}")) for name, value in self._values.items()}
        return to_text(tidy(substitute(part, numbers)))

    def _known(self, dimension: Dimension) -> Dimension:
        """With what was found of constants put for them."""
        while solved := next((name for name in dimension if name in self._solved), None):
            power = dimension[solved]
            rest = {name: size for name, size in dimension.items() if name != solved}
            dimension = _times(rest, self._solved[solved], power)
        return dimension


def _times(one: Dimension, other: Dimension, power: Fraction = Fraction(1)) -> Dimension:
    """one · other^power."""
    total = {name: one.get(name, 0) + power * other.get(name, 0) for name in (*one, *other)}
    return {name: Fraction(size) for name, size in total.items() if size}
