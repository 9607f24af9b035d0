r"""Formulas of LaTeX: `\frac{1}{2} m v_0^2`, `\sqrt[3]{x}`, `\left|\sin 2x\right|`, cases.

A letter is an input of its own, so that `mc^2` is m·c²; a name of several letters stands in `\mathrm`,
`\mathit`, `\text` or `\operatorname`. A subscript belongs to its letter: x_{1} is `x1`, v_{max} is `v_max`.
`e` is Euler's number. The argument of a function without brackets is the product that follows, up to the
next function or sign: `\sin 2x \cos x` is sin(2x)·cos(x). `\log` is the natural logarithm.
"""

from __future__ import annotations

import ast
import re
from typing import ClassVar

from .grammar import COMPARE, POWER, PRODUCT, Grammar
from .greek import COMMANDS
from .tokens import Token, tokens_of

_RULES = re.compile(
    r"(?P<skip>\s+|\\[,;:!> ]|~|\\q?quad\b|\\(?:left|right|[bB]igg?[lr]?|displaystyle|limits)(?![A-Za-z])"
    r"|\$+|\\[()\]]|\\\[(?!\d))"
    r"|(?P<number>\d+\.?\d*|\.\d+)"
    r"|(?P<command>\\(?:[A-Za-z]+|[{}|\\_])|\\)"
    r"|(?P<name>[A-Za-z]|[A-Za-z]')"
    r"|(?P<sign>[-+*/^_<>=()\[\]{},|&!])"
)
_WAVES = ("sin", "cos", "tan", "sinh", "cosh", "tanh")
_FUNCTIONS = {
    **{
        name: name
        for name in [
            "sin",
            "cos",
            "tan",
            "sec",
            "csc",
            "cot",
            "sinh",
            "cosh",
            "tanh",
            "coth",
            "exp",
        ]
    },
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan")},
    **{f"ar{name}": f"a{name}" for name in ("sinh", "cosh", "tanh")},
    "ln": "log",
    "log": "log",
    "lg": "log10",
    "max": "Max",
    "min": "Min",
}
_INVERSES = {name: f"a{name}" for name in _WAVES}
_FRACTIONS = (r"\frac", r"\dfrac", r"\tfrac", r"\cfrac")
_NAMED = (
    r"\mathrm",
    r"\mathit",
    r"\mathtt",
    r"\mathbf",
    r"\text",
    r"\textrm",
    r"\operatorname",
    r"\mathsf",
)
_WORDS = ("for", "if", "otherwise", "else", "and", "or", "when")


class Latex(Grammar):
    r"""`\frac{x_1}{2}`."""

    signs: ClassVar[dict[str, str]] = {
        **dict.fromkeys((r"\cdot", r"\times", r"\ast"), "*"),
        r"\div": "/",
        r"\bmod": "mod",
        **dict.fromkeys((r"\le", r"\leq", r"\leqslant"), "<="),
        **dict.fromkeys((r"\ge", r"\geq", r"\geqslant"), ">="),
        **dict.fromkeys((r"\ne", r"\neq"), "!="),
        r"\lt": "<",
        r"\gt": ">",
        "=": "==",
        **dict.fromkeys((r"\land", r"\wedge"), "and"),
        **dict.fromkeys((r"\lor", r"\vee"), "or"),
        **dict.fromkeys((r"\neg", r"\lnot"), "not"),
        **dict.fromkeys((r"\lvert", r"\rvert", r"\vert"), "|"),
        r"\lfloor": "⌊",
        r"\rfloor": "⌋",
        r"\lceil": "⌈",
        r"\rceil": "⌉",
        "[": "(",
        "]": ")",
    }

    def __init__(self, text: str) -> None:
        super().__init__(text, tokens_of(text, _RULES))

    def read(self) -> ast.expr:
        if self.next.kind == "end":
            self.fail(self.next, "there is no formula here")
        return super().read()

    def begins_factor(self) -> bool:
        if self.sign == "|":
            return self.opens_bars()
        if self.next.kind == "command":
            text = self.next.text
            return (
                self.sign in ("⌊", "⌈")
                or text in (*_FRACTIONS, *_NAMED, r"\sqrt", r"\pi", r"\begin", r"\{")
                or text[1:] in COMMANDS
                or text[1:] in _FUNCTIONS
            )
        return self.next.text == "{" or super().begins_factor()

    def opens_bars(self) -> bool:
        return self.sign == "|" and not self._bars

    def exponent(self) -> ast.expr:
        return self._argument()

    def factor(self) -> ast.expr:
        token = self.next
        if token.kind == "name":
            self.take()
            return self._named(token.text.replace("'", "_prime"), token)
        if token.text in ("{", r"\{"):
            return self._argument()
        if token.kind != "command":
            return super().factor()
        if self.sign in ("(", "|", "⌊", "⌈"):
            return self.bracketed()
        self.take()
        return self._command(token)

    def _command(self, token: Token) -> ast.expr:
        name = token.text[1:]
        if token.text in _FRACTIONS:
            top, bottom = self._argument(), self._argument()
            return self.place(ast.BinOp(top, ast.Div(), bottom), token.start)
        if name == "sqrt":
            return self._root(token)
        if name == "pi":
            return self.name("pi", token.start)
        if name in COMMANDS:
            return self._named(COMMANDS[name], token)
        if token.text in _NAMED:
            return self._word(token)
        if name == "begin":
            return self._cases(token)
        if name in _FUNCTIONS:
            return self._function(_FUNCTIONS[name], token)
        self.fail(token, f"{token.text} is not known here")

    def _argument(self) -> ast.expr:
        r"""What stands in braces, or the one token after a command: `\frac12`, `x^2`."""
        token = self.next
        if self.skip("{"):
            before, self._bars = self._bars, 0
            inner = self.nested()
            self._bars = before
            self.expect("}")
            return inner
        if self.skip(r"\{"):
            inner = self.nested()
            self.expect(r"\}")
            return inner
        if token.kind == "number" and len(token.text) > 1:
            self._split(token)
        return self.nested(POWER)

    def _split(self, token: Token) -> None:
        """Let the first digit stand alone."""
        parts = [
            Token("number", digit, start, start + 1)
            for start, digit in enumerate(token.text, token.start)
            if digit.isdigit()
        ]
        if len(parts) < len(token.text):
            self.fail(token, "write braces around a decimal")
        self._tokens[self._place : self._place + 1] = parts

    def _root(self, at: Token) -> ast.expr:
        degree: ast.expr | None = None
        if self.skip("["):
            degree = self.nested(COMPARE)
            self.expect("]")
        inner = self._argument()
        if degree is None:
            return self.call("sqrt", [inner], at.start)
        if isinstance(degree, ast.Constant) and degree.kind == "3":
            return self.call("cbrt", [inner], at.start)
        one = self.place(ast.Constant(1, kind="1"), at.start)
        exponent = self.place(ast.BinOp(one, ast.Div(), degree), at.start)
        return self.place(ast.BinOp(inner, ast.Pow(), exponent), at.start)

    def _letters(self) -> str:
        """The characters between braces, as they are written."""
        self.expect("{")
        found = []
        while not self.skip("}"):
            token = self.take()
            if token.kind == "end":
                self.fail(token, "'}' is expected here")
            name = token.text[1:] if token.kind == "command" else token.text
            found.append("_" if token.text in ("_", r"\_") else COMMANDS.get(name, name))
        return "".join(found)

    def _word(self, at: Token) -> ast.expr:
        word = self._letters()
        if word in ("True", "False"):
            return self.truth(word == "True", at.start)
        if at.text == r"\operatorname" and self.sign in ("(", "{", "^"):
            return self._function(_FUNCTIONS.get(word, word), at)
        if word == "e" and at.text == r"\mathrm":
            return self.name("E", at.start)
        return self._named(word, at, is_word=True)

    def _named(self, name: str, at: Token, *, is_word: bool = False) -> ast.expr:
        """An input with its subscript."""
        if self.skip("_"):
            if self.next.text == "{":
                below = self._letters()
            else:
                token = self.take()
                plain = token.text[1:] if token.kind == "command" else token.text
                below = COMMANDS.get(plain, plain)
            name += below if below.isdigit() else f"_{below}"
        elif name == "e" and not is_word:
            name = "E"
        return self.name(re.sub(r"\W", "_", name), at.start)

    def _function(self, name: str, at: Token) -> ast.expr:
        """A function with a base or an exponent before its argument, in brackets or without."""
        base = self._argument() if name == "log" and self.skip("_") else None
        power: ast.expr | None = None
        if self.skip("^"):
            power = self._argument()
        if isinstance(power, ast.UnaryOp) and name in _INVERSES:
            number = power.operand
            if (
                isinstance(power.op, ast.USub)
                and isinstance(number, ast.Constant)
                and number.kind == "1"
            ):
                name, power = _INVERSES[name], None
        if self.next.text in ("(", "["):
            closing = {"(": ")", "[": "]"}[self.take().text]
            given = self.arguments(closing)
        elif self.next.text == "{" or name not in _FUNCTIONS.values():
            given = [self._argument()]
        else:
            given = [self._run()]
        called = self.call(name, [*given, *([base] if base is not None else [])], at.start)
        return called if power is None else self.binary(called, ast.Pow(), power)

    def _run(self) -> ast.expr:
        """The product that is the argument of a function without brackets."""
        tree = self.nested(PRODUCT)
        while self.begins_factor() and self.next.text[1:] not in _FUNCTIONS:
            if self.sign in ("(", "|", "⌊", "⌈") or self.next.text == r"\operatorname":
                break
            tree = self.binary(tree, ast.Mult(), self.expression(PRODUCT))
        return tree

    def _cases(self, at: Token) -> ast.expr:
        r"""`\begin{cases} a & \text{for}\: x > 0 \\ b & \text{otherwise} \end{cases}`."""
        kind = self._letters()
        if kind != "cases":
            self.fail(at, f"{kind[:20]!r} is not known here; only cases are")
        pairs = []
        while True:
            value = self.expression()
            self.skip(",")
            self.expect("&")
            pairs.append((value, self._condition()))
            if self.skip(r"\\") and self.next.text != r"\end":
                continue
            self.expect(r"\end")
            self._letters()
            return self.choice(pairs, at.start)

    def _condition(self) -> ast.expr:
        token = self.next
        if self.skip(*_NAMED):
            word = self._letters().rstrip(":,")
            if word not in _WORDS:
                self.fail(token, f"{word[:20]!r} is no condition")
            if word in ("otherwise", "else"):
                return self.truth(True, token.start)
        return self.expression()
