"""The languages in which an expression may be written, a file each.

All of them make Python's syntax tree, which the one reader (`reader.py`) checks and turns into ours: what a
text may come to, and how large it may be, does not depend on its language.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ...errors import ExpressionError, UnknownNameError
from ..nodes import Expression
from ..parser import MAX_LENGTH, parse
from ..reader import Reader
from ..text import to_text
from .grammar import Grammar
from .infix import Infix
from .latex import Latex
from .mathematica import Mathematica

Syntax = Literal["auto", "python", "sympy", "pysr", "latex", "mathematica"]
SYNTAXES: tuple[Syntax, ...] = ("auto", "python", "sympy", "pysr", "latex", "mathematica")
_GRAMMARS: dict[str, Callable[[str], Grammar]] = {
    "sympy": Infix,
    "pysr": Infix,
    "latex": Latex,
    "mathematica": Mathematica,
}
_TITLES = {
    "latex": "LaTeX",
    "mathematica": "the Wolfram Language",
    "sympy": "a formula with ^ or without *",
}
_IS_MATHEMATICA = re.compile(r"\b[A-Z][A-Za-z0-9]*\[|\\\[[A-Za-z]+\]")
_IS_LATEX = re.compile(r"\\[A-Za-z]|[_^]\{|^\s*\$")
_IS_INFIX = re.compile(
    r"[\^²-³¹⁰⁴-⁹₀-₉√⋅·×÷−≤≥≠∧∨¬⌊⌋│∣ℯ\u0391-\u03c9]|\|[^|]*\||\d\s*[A-Za-z(]|\)\s*[A-Za-z0-9(]"
)
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """An expression, the language that it was read in, and what to say of that, if anything."""

    expression: Expression
    syntax: str
    note: str | None = None


def read(text: str, syntax: Syntax = "auto", *, in_order: bool = False) -> Reading:
    """Read a text in a language; `auto` reads another one than Python's only where the text is none in it.

    `in_order` keeps every operation and all brackets, as `parse` does.
    """
    if syntax not in SYNTAXES:
        raise UnknownNameError("syntax", str(syntax)[:40], list(SYNTAXES))
    if syntax != "auto":
        return Reading(_in_language(text, syntax, in_order), syntax)
    found = _language_of(text)
    try:
        expression = _in_language(text, "python", in_order)
    except ExpressionError:
        if found == "python":
            raise
    else:
        return Reading(expression, "python")
    expression = _in_language(text, found, in_order)
    written = to_text(expression)
    shown = written if len(written) <= _SHOWN else f"{written[: _SHOWN - 1]}…"
    return Reading(expression, found, f"read as {_TITLES[found]}: {shown}")


def _language_of(text: str) -> str:
    """The language of which a text has the signs."""
    if _IS_MATHEMATICA.search(text):
        return "mathematica"
    if _IS_LATEX.search(text):
        return "latex"
    return "sympy" if _IS_INFIX.search(text) else "python"


def _in_language(text: str, syntax: str, in_order: bool) -> Expression:
    if syntax == "python":
        return parse(text, in_order=in_order)
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(text)} characters; at most {MAX_LENGTH} are allowed"
        )
    if not text.strip():
        raise ExpressionError("the expression is empty; write one such as 'x1*x2 + 1/2'")
    if syntax in ("sympy", "pysr") and "\n" in text.strip():
        raise ExpressionError(
            "a formula drawn over several lines cannot be read; give the line that begins with 'python:'"
        )
    try:
        tree: ast.expr = _GRAMMARS[syntax](text).read()
    except RecursionError:
        raise ExpressionError("the expression is nested too deeply") from None
    return Reader(text, 0, in_order=in_order).read(tree, 1).expression
