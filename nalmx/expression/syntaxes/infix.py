"""Formulas as programs print them, beyond Python's own signs: `2x^2 + sin(x)`, `x₁²⋅√x₂ ≤ π`.

Read here are what SymPy, PySR and gplearn print, and what this package draws on one line. `^` is a power, a
number before a name or a bracket is a factor; `1/2x` and `x^2y`, which people read in two ways, are refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import ClassVar

from .grammar import POWER, Grammar
from .greek import GREEK
from .tokens import tokens_of

_RULES = re.compile(
    r"(?P<skip>\s+)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    rf"|(?P<name>(?:[A-Za-z]|[{''.join(GREEK)}])[A-Za-z0-9_₀-₉]*|ℯ)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|&&|\|\||[⁰¹²³⁴-⁹⁻]+|[-+*/^<>=()\[\],|&~!√⋅·×∗÷−≤≥≠∧∨¬⌊⌋⌈⌉│∣])"
)
_RAISED = tuple("⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
# Names of functions in other programs, where they differ.
_ALSO = {
    **{f"safe_{name}": name for name in ("log", "log2", "log10", "log1p", "sqrt", "pow", "acosh")},
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{f"ar{name}": f"a{name}" for name in ("sinh", "cosh", "tanh")},
    "mod": "Mod",
    "sgn": "sign",
    "ceiling": "ceil",
    "fabs": "abs",
}


class Infix(Grammar):
    """`2x^2`, `x₁⋅x₂`, `add(x, y)`."""

    signs: ClassVar[dict[str, str]] = {
        "**": "^",
        **dict.fromkeys(("⋅", "·", "×", "∗"), "*"),
        **dict.fromkeys(("│", "∣"), "|"),
        **dict.fromkeys(("&", "&&", "∧"), "and"),
        **dict.fromkeys(("||", "∨"), "or"),
        **dict.fromkeys(("~", "!", "¬"), "not"),
        "÷": "/",
        "−": "-",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "=": "==",
    }
    names_side_by_side = False
    raises_first = False

    def __init__(self, text: str) -> None:
        super().__init__(text, tokens_of(text, _RULES))

    def _level(self) -> int:
        # A raised number is a power of what stands before it.
        return super()._level() if self.next.text[:1] not in _RAISED else POWER

    def exponent(self) -> ast.expr:
        at = self._last
        if at.text[:1] not in _RAISED:
            return super().exponent()
        spelled = at.text.translate(_SUPERSCRIPTS)
        number = self.number(at, spelled.lstrip("-"))
        return (
            self.place(ast.UnaryOp(ast.USub(), number), at.start) if spelled[0] == "-" else number
        )

    def factor(self) -> ast.expr:
        token = self.next
        if token.kind != "name":
            return super().factor()
        self.take()
        name = token.text.translate(_SUBSCRIPTS)
        name = GREEK.get(name[0], name[0]) + name[1:]
        if name in ("True", "False"):
            return self.truth(name == "True", token.start)
        if self.next.text != "(" or self.next.spaced:
            return self.name("E" if name == "ℯ" else name, token.start)
        self.take()
        if name == "Piecewise":
            return self._pieces(token.start)
        arguments = self.arguments(")")
        if (name, len(arguments)) in _MEANINGS:
            return _MEANINGS[name, len(arguments)](self, arguments, token.start)
        return self.call(_ALSO.get(name, name), arguments, token.start)

    def _pieces(self, start: int) -> ast.expr:
        """`Piecewise((value, condition), …)`, as Python writes it."""
        pairs: list[tuple[ast.expr, ast.expr]] = []
        while not self.skip(")"):
            if pairs:
                self.expect(",")
            self.expect("(")
            inside = self.arguments(")")
            if len(inside) != 2:
                self.fail(self._last, "a piece of Piecewise is a pair (value, condition)")
            pairs.append((inside[0], inside[1]))
        return self.choice(pairs, start)


_Meaning = Callable[[Infix, list[ast.expr], int], ast.expr]


def _one_where(operator: ast.cmpop) -> _Meaning:
    def meaning(grammar: Infix, given: list[ast.expr], start: int) -> ast.expr:
        condition = grammar.place(ast.Compare(given[0], [operator], [given[1]]), start)
        return grammar.call("where", [condition, *_numbers(grammar, start, 1, 0)], start)

    return meaning


def _if_positive(grammar: Infix, given: list[ast.expr], start: int) -> ast.expr:
    zero, other = _numbers(grammar, start, 0, 0)
    condition = grammar.place(ast.Compare(given[0], [ast.Gt()], [zero]), start)
    return grammar.call("where", [condition, given[1], other], start)


def _numbers(grammar: Infix, start: int, *values: int) -> list[ast.expr]:
    return [grammar.place(ast.Constant(value, kind=str(value)), start) for value in values]


# Operators of PySR that give 1 or 0, or a value only where another one is positive.
_MEANINGS: dict[tuple[str, int], _Meaning] = {
    ("greater", 2): _one_where(ast.Gt()),
    ("less", 2): _one_where(ast.Lt()),
    ("cond", 2): _if_positive,
}
