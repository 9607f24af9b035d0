"""Expressions as MathML, which browsers draw by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.printing.pretty.pretty_symbology import pretty_symbol

from ..markup import Inner, Markup, element
from .drawing import _drawn
from .nodes import Expression
from .text import to_text

_WORDS = {"\\pi": "π", "\\E": "e", "\\neg": "¬"}
_SIGNS = {"*": "⋅", "<=": "≤", ">=": "≥", "!=": "≠", "==": "=", "and": "∧", "or": "∨"}
_BRACKETS = {"(": ("(", ")"), "|": ("|", "|"), "floor": ("⌊", "⌋")}


def mathml(expression: Expression) -> Markup:
    """A formula in a line of its own. Example: `x1/2` is a fraction of x₁ and 2."""
    drawn = _drawn(expression, _MathML(), pretty_symbol)
    return element("math", drawn, display="block", alttext=to_text(expression))


def _sign(text: str) -> Markup:
    return element("mo", text)


class _MathML:
    """The parts of an expression as MathML."""

    def word(self, text: str) -> Markup:
        if text.strip() in ("+", "-"):
            return _sign(text.strip().replace("-", "−"))
        if text in _WORDS:
            return element("mo" if text == "\\neg" else "mi", _WORDS[text])
        return element("mn" if text[0].isdigit() else "mi", text.strip("'"))

    def row(self, *parts: Inner) -> Markup:
        return element("mrow", *parts)

    def negated(self, inner: Markup) -> Markup:
        return self.row(_sign("−"), inner)

    def joined(self, sign: str, parts: Sequence[Markup]) -> Markup:
        between = _sign(_SIGNS.get(sign, sign))
        return self.row(parts[0], [(between, part) for part in parts[1:]])

    def brackets(self, inner: Markup, kind: str = "(") -> Markup:
        left, right = _BRACKETS[kind]
        return self.row(_sign(left), inner, _sign(right))

    def fraction(self, top: Markup, bottom: Markup) -> Markup:
        return element("mfrac", self.row(top), self.row(bottom))

    def raised(self, base: Markup, exponent: Markup) -> Markup:
        return element("msup", self.row(base), self.row(exponent))

    def root(self, inner: Markup) -> Markup:
        return element("msqrt", inner)

    def called(self, name: str, inner: Markup) -> Markup:
        return self.row(element("mi", name), self.brackets(inner))

    def cases(self, pairs: Sequence[tuple[Markup, Markup | None]]) -> Markup:
        lines = [
            element(
                "mtr",
                element("mtd", value),
                element(
                    "mtd", element("mtext", "otherwise" if when is None else "for\u00a0"), when
                ),
            )
            for value, when in pairs
        ]
        return self.row(_sign("{"), element("mtable", *lines))
