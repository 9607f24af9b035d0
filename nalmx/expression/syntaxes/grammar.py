"""Operators, brackets and factors side by side: what languages of formulas share.

A grammar reads tokens into Python's syntax tree, whose nodes have the places of the text that was given, so
that the one reader of such trees (`reader.py`) builds ours, and points at what is wrong.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import ClassVar, NoReturn

from ...errors import ExpressionError
from ..reader import MAX_DEPTH
from .tokens import Token

_OR, _AND, _NOT, COMPARE, SUM, PRODUCT, SIGN, POWER = range(1, 9)
_JOINING: dict[str, ast.operator] = {
    "or": ast.BitOr(),
    "|": ast.BitOr(),
    "and": ast.BitAnd(),
    "+": ast.Add(),
    "-": ast.Sub(),
    "*": ast.Mult(),
    "/": ast.Div(),
    "mod": ast.Mod(),
}
_COMPARED: dict[str, ast.cmpop] = {
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
    "==": ast.Eq(),
    "!=": ast.NotEq(),
}
_LEVELS = {
    "and": _AND,
    **dict.fromkeys(_COMPARED, COMPARE),
    **dict.fromkeys("+-", SUM),
    **dict.fromkeys(("*", "/", "mod"), PRODUCT),
    "^": POWER,
}
_CLOSING = {"(": ")", "|": "|", "⌊": "⌋", "⌈": "⌉"}
_AROUND = {"|": "abs", "⌊": "floor", "⌈": "ceil"}


class Grammar:
    """Reads one text; a language says what its signs are, and what a factor may be.

    `signs`: its signs by those of this grammar, one for each operator. `names_side_by_side`: whether two
    names beside each other are a product, as they are in mathematics. `divides_first`: whether 1/2 x is
    (1/2)·x, and `raises_first`: whether x^2y is (x^2)·y; where people do not agree, that is an error.
    """

    signs: ClassVar[dict[str, str]] = {}
    names_side_by_side: ClassVar[bool] = True
    divides_first: ClassVar[bool] = False
    raises_first: ClassVar[bool] = True

    def __init__(self, text: str, tokens: Iterable[Token]) -> None:
        self.text = text
        self._tokens = list(tokens)
        self._place = 0
        self._depth = 0
        self._bars = 0
        self._raised = False

    # Tokens

    @property
    def next(self) -> Token:
        return self._tokens[self._place]

    @property
    def sign(self) -> str:
        """The next token as an operator of this grammar, or nothing."""
        token = self.next
        return self.signs.get(token.text, token.text) if token.kind in ("sign", "command") else ""

    def take(self) -> Token:
        token = self.next
        self._place += token.kind != "end"
        return token

    def skip(self, *texts: str) -> bool:
        """Take the next token if it is one of some."""
        found = self.next.text in texts and self.next.kind != "end"
        self._place += found
        return found

    def expect(self, *texts: str) -> None:
        if not self.skip(*texts):
            self.fail(self.next, f"{' or '.join(map(repr, texts))} is expected here")

    def fail(self, at: Token, message: str) -> NoReturn:
        raise ExpressionError(message, min(at.start, max(len(self.text) - 1, 0)) + 1)

    # The whole, and what it is made of

    def read(self) -> ast.expr:
        """The tree of the text."""
        tree = self.expression()
        token = self.next
        if token.kind in ("name", "number"):
            self.fail(token, f"{token.text!r} is not expected here; write * between factors")
        if token.kind != "end":
            self.fail(token, f"{token.text!r} is not expected here")
        return tree

    def nested(self, least: int = 0) -> ast.expr:
        """An expression inside another one: in brackets, after a sign, as an exponent."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.fail(self.next, f"nested too deeply; at most {MAX_DEPTH} levels are allowed")
        tree = self.expression(least)
        self._depth -= 1
        return tree

    def expression(self, least: int = 0) -> ast.expr:
        """What operators that bind more tightly than `least` join, from the left."""
        tree, divided = self._first(), False
        while (level := self._level()) > least:
            sign = self.sign
            if level == COMPARE:
                tree = self._comparison(tree)
            elif level == POWER:
                self.take()
                tree = self.binary(tree, ast.Pow(), self.exponent())
                self._raised = self._last.text not in (")", "]", "}")
            elif level == PRODUCT and sign not in _JOINING:
                doubtful = divided and not self.divides_first
                if doubtful or (self._raised and not self.raises_first):
                    shown = self.text[tree.col_offset : self.next.end]
                    self.fail(self.next, f"{shown!r} can be read in two ways; write * or brackets")
                tree = self.binary(tree, ast.Mult(), self.expression(PRODUCT))
            else:
                self.take()
                right = self.expression(level)
                if sign == "mod":
                    tree = self.call("Mod", [tree, right], tree.col_offset)
                else:
                    tree = self.binary(tree, _JOINING[sign], right)
                divided = sign == "/"
        return tree

    def _level(self) -> int:
        """How tightly what comes next binds to what stands before it; 0 where it does not."""
        sign = self.sign
        if sign in ("or", "|") and (sign == "or" or not self._bars) and not self.opens_bars():
            return _OR
        if sign in _LEVELS:
            return _LEVELS[sign]
        return PRODUCT if self.begins_factor() else 0

    def _first(self) -> ast.expr:
        """A factor with the signs before it."""
        sign = self.sign
        if sign == "not":
            at = self.take()
            return self.place(ast.UnaryOp(ast.Invert(), self.nested(_NOT)), at.start)
        if sign in ("+", "-"):
            at = self.take()
            operator = ast.USub() if sign == "-" else ast.UAdd()
            return self.place(ast.UnaryOp(operator, self.nested(SIGN)), at.start)
        self._raised = False
        return self.factor()

    def _comparison(self, first: ast.expr) -> ast.expr:
        operators, sides = [], []
        while self.sign in _COMPARED:
            operators.append(_COMPARED[self.sign])
            self.take()
            sides.append(self.expression(COMPARE))
        return self.place(ast.Compare(first, operators, sides), first.col_offset)

    def exponent(self) -> ast.expr:
        return self.nested(SIGN)

    def opens_bars(self) -> bool:
        """Whether a bar that comes next begins an absolute value that is a factor."""
        return False

    def begins_factor(self) -> bool:
        """Whether a factor begins here, without a sign between it and the one before."""
        if self.sign in ("(", "√", "⌊", "⌈"):
            return True
        if self.next.kind == "number":
            return self.names_side_by_side and self.next.spaced
        if self.next.kind != "name":
            return False
        return self.names_side_by_side or self._last.kind == "number" or self._last.text == ")"

    @property
    def _last(self) -> Token:
        return self._tokens[self._place - 1]

    def factor(self) -> ast.expr:
        """A number, a name, a call, or something in brackets; a language adds its own."""
        token = self.next
        if token.kind == "number":
            self.take()
            return self.number(token, token.text)
        sign = self.sign
        if sign == "√":
            self.take()
            return self.call("sqrt", [self.nested(POWER)], token.start)
        if sign in _CLOSING:
            return self.bracketed()
        shown = repr(token.text) if token.text else "the end"
        self.fail(token, f"a number, a name or a bracket is expected here, not {shown}")

    def bracketed(self) -> ast.expr:
        """What stands in brackets, bars of an absolute value, or those of floor and ceiling."""
        at, opening = self.next, self.sign
        self.take()
        before, self._bars = self._bars, self._bars + 1 if opening == "|" else 0
        inner = self.nested()
        self._bars = before
        if self.sign != _CLOSING[opening]:
            self.fail(self.next, f"{_CLOSING[opening]!r} is expected here")
        self.take()
        if opening == "(":
            return inner
        return self.call(_AROUND[opening], [inner], at.start)

    def arguments(self, closing: str) -> list[ast.expr]:
        """Arguments with commas between them, up to a closing bracket."""
        found: list[ast.expr] = []
        before, self._bars = self._bars, 0
        while not self.skip(closing):
            if found:
                self.expect(",", closing)
            found.append(self.nested())
        self._bars = before
        return found

    # Nodes

    def place(self, node: ast.expr, start: int) -> ast.expr:
        """A node that reaches from a place of the text to what was just read."""
        node.lineno = node.end_lineno = 1
        node.col_offset, node.end_col_offset = start, self._last.end
        return node

    def binary(self, left: ast.expr, operator: ast.operator, right: ast.expr) -> ast.expr:
        return self.place(ast.BinOp(left, operator, right), left.col_offset)

    def call(self, name: str, arguments: list[ast.expr], start: int) -> ast.expr:
        function = self.place(ast.Name(name), start)
        return self.place(ast.Call(function, arguments, []), start)

    def name(self, name: str, start: int) -> ast.expr:
        return self.place(ast.Name(name), start)

    def number(self, at: Token, spelled: str) -> ast.expr:
        """A number; `spelled` as Python would."""
        return self.place(ast.Constant(0, kind=spelled), at.start)

    def choice(self, pairs: list[tuple[ast.expr, ast.expr]], start: int) -> ast.expr:
        """Values and their conditions; the first whose condition is true."""
        made: list[ast.expr] = []
        for value, condition in pairs:
            made.append(self.place(ast.Tuple([value, condition]), value.col_offset))
        return self.call("Piecewise", made, start)

    def truth(self, value: bool, start: int) -> ast.expr:
        return self.place(ast.Constant(value), start)
