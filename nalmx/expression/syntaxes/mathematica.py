"""Formulas of the Wolfram Language: `Sin[x]^2/2 x`, `Piecewise[{{1, x > 0}}, 0]`.

Factors side by side are a product of the same rank as `*`, so that `1/2 x` is half of x; `f(x)` is f times x.
Logarithms have their base first, and ArcTan[x, y] is the angle of the point (x, y).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import ClassVar

from .grammar import Grammar
from .greek import COMMANDS
from .tokens import Token, tokens_of

_RULES = re.compile(
    r"(?P<skip>\s+)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:\*\^[+-]?\d+)?)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9]*|\\\[[A-Za-z]+\])"
    r"|(?P<sign><=|>=|==|!=|&&|\|\||[-+*/^<>()\[\]{},!])"
)
_WAVES = ("sin", "cos", "tan", "sinh", "cosh", "tanh")
_SAME = (
    *(*_WAVES, "sec", "csc", "cot", "sech", "csch", "coth", "sqrt", "exp", "log", "log2", "log10"),
    *("abs", "sign", "floor", "round", "erf", "erfc", "gamma"),
)
_FUNCTIONS = {
    **{name.title(): name for name in _SAME},
    **{f"Arc{name.title()}": f"a{name}" for name in _WAVES},
    "Ceiling": "ceil",
    "CubeRoot": "cbrt",
    "Factorial": "factorial",
    "HeavisideTheta": "heaviside",
    "IntegerPart": "trunc",
    "LogisticSigmoid": "sigmoid",
    **dict.fromkeys(("Mod", "Max", "Min", "And", "Or", "Not"), ""),
}
_CONSTANTS = {"Pi": "pi", "E": "E"}
_OPERATORS: dict[str, ast.operator] = {
    "Plus": ast.Add(),
    "Subtract": ast.Sub(),
    "Times": ast.Mult(),
    "Divide": ast.Div(),
    "Power": ast.Pow(),
}


class Mathematica(Grammar):
    """`Sin[x]`, `2 x`, `x^2`."""

    signs: ClassVar[dict[str, str]] = {"&&": "and", "||": "or", "!": "not"}
    divides_first = True

    def __init__(self, text: str) -> None:
        super().__init__(text, tokens_of(text, _RULES))

    def number(self, at: Token, spelled: str) -> ast.expr:
        return super().number(at, spelled.replace("*^", "e"))

    def factor(self) -> ast.expr:
        token = self.next
        if token.kind != "name":
            return super().factor()
        self.take()
        name = token.text
        if name.startswith("\\["):
            letter = name[2:-1]
            name = "Pi" if letter == "Pi" else COMMANDS.get(letter.lower(), "")
            if not name:
                self.fail(token, f"{token.text} is no letter that is known here")
        if self.next.text == "[":
            self.take()
            return self._called(name, token)
        if name in ("True", "False"):
            return self.truth(name == "True", token.start)
        return self.name(_CONSTANTS.get(name, name), token.start)

    def _called(self, name: str, at: Token) -> ast.expr:
        if name == "Piecewise":
            return self._pieces(at)
        given = self.arguments("]")
        if name in _OPERATORS and given:
            tree, *others = given
            for other in others:
                tree = self.place(ast.BinOp(tree, _OPERATORS[name], other), at.start)
            return tree
        if (name, len(given)) in _MEANINGS:
            return _MEANINGS[name, len(given)](self, given, at.start)
        if name not in _FUNCTIONS:
            known = ", ".join((*_FUNCTIONS, *_OPERATORS, "If", "Piecewise"))
            self.fail(at, f"there is no function {name[:40]!r}; allowed: {known}")
        return self.call(_FUNCTIONS[name] or name, given, at.start)

    def _pieces(self, at: Token) -> ast.expr:
        """Piecewise[{{value, condition}, …}, otherwise]; 0 where no condition holds."""
        self.expect("{")
        pairs: list[tuple[ast.expr, ast.expr]] = []
        while not self.skip("}"):
            if pairs:
                self.expect(",")
            self.expect("{")
            inside = self.arguments("}")
            if len(inside) != 2:
                self.fail(self._last, "a piece of Piecewise is a pair {value, condition}")
            pairs.append((inside[0], inside[1]))
        last = (
            self.expression() if self.skip(",") else self.place(ast.Constant(0, kind="0"), at.start)
        )
        self.expect("]")
        return self.choice([*pairs, (last, self.truth(True, at.start))], at.start)


_Meaning = Callable[[Mathematica, list[ast.expr], int], ast.expr]


def _turned(name: str) -> _Meaning:
    """A function of two arguments that has them the other way round here."""
    return lambda grammar, given, start: grammar.call(name, given[::-1], start)


_MEANINGS: dict[tuple[str, int], _Meaning] = {
    ("Log", 2): _turned("log"),
    ("ArcTan", 2): _turned("atan2"),
    ("If", 3): lambda grammar, given, start: grammar.call("where", given, start),
    ("Minus", 1): lambda grammar, given, start: grammar.place(
        ast.UnaryOp(ast.USub(), given[0]), start
    ),
    ("UnitStep", 1): lambda grammar, given, start: grammar.call(
        "heaviside", [*given, _one(grammar, start)], start
    ),
}


def _one(grammar: Mathematica, start: int) -> ast.expr:
    return grammar.place(ast.Constant(1, kind="1"), start)
