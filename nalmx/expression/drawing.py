"""Expression trees drawn: as LaTeX, or over several lines of a terminal.

What is drawn is the tree, with every operation in it. SymPy, which simplifies while it builds, lays
out pictures and spells names here; it never sees an expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, Protocol, TypeVar

import sympy
from sympy.printing.pretty.pretty_symbology import pretty_symbol, pretty_use_unicode, xsym
from sympy.printing.pretty.stringpict import stringPict

from ..rationals import spell
from .nodes import Constant, Expression, Leaf, Number, Truth, fold, variables
from .operations import INFIX, OPERATIONS

_OR, _AND, _COMPARE, _SUM, _PRODUCT, _POWER, _ATOM = range(7)
_LATEX_FUNCTIONS = ("cos", "cosh", "log", "sin", "sinh", "tan", "tanh")
_LATEX_WORDS = {
    "\\E": "e",
    "\\neg": "\\neg ",
    **{word: f"\\text{{{word}}}" for word in ("True", "False")},
}
_LATEX_SIGNS = {
    ",": ", ",
    "*": " ",
    "==": " = ",
    "<": " < ",
    ">": " > ",
    "<=": " \\leq ",
    ">=": " \\geq ",
    "!=": " \\neq ",
    "and": " \\wedge ",
    "or": " \\vee ",
}
_WORDS = {"\\pi": "π", "\\E": "ℯ", "\\neg": "¬"}
_SIGNS = {"and": " ∧ ", "or": " ∨ ", ",": ", "}
_ASCII_WORDS = {"\\pi": "pi", "\\E": "E", "\\neg": "~"}
_ASCII_SIGNS = {"and": " & ", "or": " | ", ",": ", "}
Form = TypeVar("Form")


class _Pen(Protocol[Form]):
    """One way to draw: what the parts of an expression look like."""

    def word(self, text: str) -> Form: ...
    def row(self, *parts: Form) -> Form: ...
    def negated(self, inner: Form) -> Form: ...
    def joined(self, sign: str, parts: Sequence[Form]) -> Form: ...
    def brackets(self, inner: Form, kind: str = "(") -> Form: ...
    def fraction(self, top: Form, bottom: Form) -> Form: ...
    def raised(self, base: Form, exponent: Form) -> Form: ...
    def root(self, inner: Form) -> Form: ...
    def called(self, name: str, inner: Form) -> Form: ...
    def cases(self, pairs: Sequence[tuple[Form, Form | None]]) -> Form: ...


@dataclass(frozen=True, slots=True)
class _Drawn(Generic[Form]):
    """A part, how tightly it binds, and the same without its minus sign where it begins with one.

    `over` is a number with a denominator in its two parts, without a numerator that is 1.
    """

    form: Form
    level: int = _ATOM
    unsigned: Form | None = None
    over: tuple[list[Form], Form] | None = None
    is_true: bool = False


def latex(expression: Expression) -> str:
    """LaTeX. Example: `latex(parse("x1/2"))` is `\\frac{x_{1}}{2}`."""
    return _drawn(expression, _Latex(), _latex_name)


def _latex_name(name: str) -> str:
    """A name as SymPy spells it; letters that are one name stand together: `\\mathit{mass}_{1}`."""
    spelled = str(sympy.latex(sympy.Symbol(name)))
    return re.sub(r"^[A-Za-z]{2,}", lambda word: f"\\mathit{{{word[0]}}}", spelled)


def pretty(expression: Expression, *, unicode: bool = True, columns: int | None = None) -> str:
    """Text over several lines, no longer than `columns` or those of the terminal."""
    before = pretty_use_unicode(unicode)
    try:
        picture = _drawn(expression, _Picture(), pretty_symbol)
        return str(picture.render(wrap_line=True, num_columns=columns, use_unicode=unicode))
    finally:
        pretty_use_unicode(before)


def _drawn(expression: Expression, pen: _Pen[Form], spelled: Callable[[str], str]) -> Form:
    names = {name: spelled(name) for name in variables(expression)}
    if len({*names.values(), "e", "E", "pi"}) < len(names) + 3:  # x1 and x_1 would look alike
        names = {name: f"'{name}'" for name in names}
    drawing = _Drawing(pen, names)
    return fold(expression, drawing.leaf, drawing.apply).form


class _Drawing(Generic[Form]):
    """The same for every pen: what stands where, and in brackets."""

    def __init__(self, pen: _Pen[Form], names: dict[str, str]) -> None:
        self._pen, self._names = pen, names

    def leaf(self, node: Leaf) -> _Drawn[Form]:
        word = self._pen.word
        if isinstance(node, Truth):
            return _Drawn(word(str(node.value)), is_true=node.value)
        if isinstance(node, Constant):
            return _Drawn(word({"pi": "\\pi", "E": "\\E"}[node.name]))
        if not isinstance(node, Number):
            return _Drawn(word(self._names[node.name]))
        size = abs(node.value)
        if size.denominator == 1:
            whole = _Drawn(word(spell(size)))
        else:
            top, bottom = (word(spell(Fraction(n))) for n in size.as_integer_ratio())
            over = ([top] if size.numerator != 1 else [], bottom)
            whole = _Drawn(self._pen.fraction(top, bottom), _PRODUCT, over=over)
        return whole if node.value >= 0 else self._negative(whole)

    def apply(self, operation: str, parts: tuple[_Drawn[Form], ...]) -> _Drawn[Form]:
        pen, first = self._pen, parts[0]
        match operation:
            case "add":
                return self._sum(parts)
            case "mul":
                return self._product(parts)
            case "div":
                return self._signed(first, lambda top: pen.fraction(top, parts[1].form), _SUM)
            case "neg":
                return self._negative(first)
            case "pow":
                return _Drawn(pen.raised(self._within(first, _ATOM), parts[1].form), _POWER)
            case "exp":
                return _Drawn(pen.raised(pen.word("\\E"), first.form), _POWER)
            case "sqrt":
                return _Drawn(pen.root(first.form), _POWER)
            case "abs" | "floor":
                return _Drawn(pen.brackets(first.form, "|" if operation == "abs" else "floor"))
            case "piecewise":
                pairs = zip(parts[::2], parts[1::2], strict=True)
                lines = [(v.form, None if c.is_true else c.form) for v, c in pairs]
                return _Drawn(pen.cases(lines), _OR)
            case "and" | "or":
                level = _AND if operation == "and" else _OR
                inner = [self._within(part, _COMPARE) for part in parts]
                return _Drawn(pen.joined(operation, inner), level)
            case "not":
                return _Drawn(pen.row(pen.word("\\neg"), pen.brackets(first.form)))
        forms = [part.form for part in parts]
        if operation in INFIX:
            sides = [self._within(part, _SUM) for part in parts]
            return _Drawn(pen.joined(INFIX[operation], sides), _COMPARE)
        return _Drawn(pen.called(OPERATIONS[operation].spellings[0], pen.joined(",", forms)))

    def _within(self, part: _Drawn[Form], least: int) -> Form:
        fits = part.level >= least and (part.unsigned is None or least <= _SUM)
        return part.form if fits else self._pen.brackets(part.form)

    def _negative(self, part: _Drawn[Form]) -> _Drawn[Form]:
        inner = self._within(part, _PRODUCT)
        return _Drawn(self._pen.negated(inner), _PRODUCT, inner, part.over)

    def _signed(
        self, first: _Drawn[Form], drawn: Callable[[Form], Form], least: int
    ) -> _Drawn[Form]:
        """A product or quotient, with the minus sign of its first part before it all."""
        if first.unsigned is None:
            return _Drawn(drawn(self._within(first, least)), _PRODUCT)
        return self._negative(_Drawn(drawn(first.unsigned), _PRODUCT))

    def _sum(self, parts: tuple[_Drawn[Form], ...]) -> _Drawn[Form]:
        pen = self._pen
        row = [self._within(parts[0], _SUM if parts[0].unsigned is not None else _PRODUCT)]
        for part in parts[1:]:
            negative = part.unsigned is not None
            row.append(pen.word(" - " if negative else " + "))
            row.append(self._within(part, _PRODUCT) if part.unsigned is None else part.unsigned)
        return _Drawn(pen.row(*row), _SUM)

    def _product(self, parts: tuple[_Drawn[Form], ...]) -> _Drawn[Form]:
        first, *others = parts
        rest = [self._within(part, _PRODUCT) for part in others]
        if first.over is not None:  # 2/3*x as 2*x over 3
            top, bottom = first.over
            drawn = self._pen.fraction(self._pen.joined("*", [*top, *rest]), bottom)
            product = _Drawn(drawn, _PRODUCT)
            return product if first.unsigned is None else self._negative(product)
        return self._signed(first, lambda form: self._pen.joined("*", [form, *rest]), _PRODUCT)


class _Latex:
    """Expressions as LaTeX."""

    def word(self, text: str) -> str:
        if text.startswith("'"):
            return f"\\mathtt{{{text[1:-1]}}}".replace("_", "\\_")
        return _LATEX_WORDS.get(text, text)

    def row(self, *parts: str) -> str:
        return "".join(parts)

    def negated(self, inner: str) -> str:
        return f"- {inner}"

    def joined(self, sign: str, parts: Sequence[str]) -> str:
        text = parts[0]
        for part in parts[1:]:
            beside_digits = sign == "*" and part[0].isdigit()
            text += (" \\cdot " if beside_digits else _LATEX_SIGNS[sign]) + part
        return text

    def brackets(self, inner: str, kind: str = "(") -> str:
        left, right = {"(": "()", "|": "||", "floor": ("\\lfloor ", "\\rfloor")}[kind]
        return f"\\left{left}{inner}\\right{right}"

    def fraction(self, top: str, bottom: str) -> str:
        return f"\\frac{{{top}}}{{{bottom}}}"

    def raised(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def root(self, inner: str) -> str:
        return f"\\sqrt{{{inner}}}"

    def called(self, name: str, inner: str) -> str:
        return (
            f"\\{name}" if name in _LATEX_FUNCTIONS else f"\\operatorname{{{name}}}"
        ) + self.brackets(inner)

    def cases(self, pairs: Sequence[tuple[str, str | None]]) -> str:
        lines = [
            value + (" & \\text{otherwise}" if c is None else f" & \\text{{for}}\\: {c}")
            for value, c in pairs
        ]
        return "\\begin{cases} " + " \\\\ ".join(lines) + " \\end{cases}"


class _Picture:
    """Expressions as pictures of text, in Unicode or in ASCII as SymPy is set."""

    def word(self, text: str) -> stringPict:
        words = _WORDS if pretty_use_unicode() else _ASCII_WORDS
        return stringPict(words.get(text, text.strip("'")))

    def row(self, *parts: stringPict) -> stringPict:
        return stringPict(*stringPict.next(*parts))

    def negated(self, inner: stringPict) -> stringPict:
        return self.row(stringPict("-" if inner.height() == 1 else "- "), inner)

    def joined(self, sign: str, parts: Sequence[stringPict]) -> stringPict:
        signs = _SIGNS if pretty_use_unicode() else _ASCII_SIGNS
        sign = signs.get(sign) or (xsym("*") if sign == "*" else f" {xsym(sign)} ")
        row = [parts[0]]
        for part in parts[1:]:
            row += [stringPict(sign), part]
        return self.row(*row)

    def brackets(self, inner: stringPict, kind: str = "(") -> stringPict:
        if kind == "floor" and not pretty_use_unicode():
            return self.called("floor", inner)
        left, right = {"(": "()", "|": "||", "floor": ("lfloor", "rfloor")}[kind]
        return stringPict(*inner.parens(left, right))

    def fraction(self, top: stringPict, bottom: stringPict) -> stringPict:
        return stringPict(*stringPict.stack(top, stringPict.LINE, bottom))

    def raised(self, base: stringPict, exponent: stringPict) -> stringPict:
        top = stringPict(*exponent.left(" " * base.width()))
        bottom = stringPict(*base.right(" " * exponent.width()))
        return stringPict(*bottom.above(top))

    def root(self, inner: stringPict) -> stringPict:
        if not pretty_use_unicode():
            return self.called("sqrt", inner)
        alone = inner.height() == 1 and str(inner).isalnum()
        return self.row(stringPict("√"), inner if alone else self.brackets(inner))

    def called(self, name: str, inner: stringPict) -> stringPict:
        return self.row(stringPict(name), self.brackets(inner))

    def cases(self, pairs: Sequence[tuple[stringPict, stringPict | None]]) -> stringPict:
        width = max(value.width() for value, _ in pairs)
        lines = []
        for value, condition in pairs:
            space = " " * (width - value.width() + 2)
            words = [stringPict(f"{space}otherwise")]
            if condition is not None:
                words = [stringPict(f"{space}for "), condition]
            lines.append(self.row(value, *words))
        widest = max(line.width() for line in lines)
        rows = [
            row + " " * (widest - line.width()) for line in lines for row in (*line.picture, "")
        ]
        if len(rows) % 2 == 0:  # a brace has a middle
            rows.pop()
        picture = stringPict("\n".join(rows), len(rows) // 2)
        return stringPict(*picture.parens("{", ""))
