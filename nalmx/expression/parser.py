"""Text to expression tree: an allow-list over Python's own syntax tree, and nothing is executed.

Accepted: `+ - * / **`, parentheses, integers and decimals (a decimal is the exact rational it
spells: 0.1 is 1/10), `pi`, `E`, `True`, `False`, names, the functions of `FUNCTIONS`, those that are
written by others (`abbreviations`), the comparisons `< <= > >= == !=`, and `& | ~`. Everything else is
an `ExpressionError` that points at its column; what a tree may hold is for `reader` to say.
"""

from __future__ import annotations

import ast
import re
import warnings

from ..errors import ExpressionError
from .names import is_reserved, reserved
from .nodes import Expression
from .reader import MAX_DEPTH, WORD, Reader

MAX_LENGTH = 20_000
_ALLOWED = re.compile(r"[A-Za-z0-9_ .,+\-*/()<>=!&|~\t\n]")
_HINTS = {
    "^": "write ** for a power",
    "%": "write Mod(a, b) for a remainder",
    "[": "an expression has no lists",
    "{": "an expression has no sets",
    "'": "an expression has no strings",
    '"': "an expression has no strings",
    "√": "write sqrt(x)",
    "·": "write * for a product",
    "×": "write * for a product",
    "÷": "write / for a quotient",
    "−": "write - for a minus sign",
    "π": "write pi",
    "²": "write **2",
    "³": "write **3",
    "∞": "expressions are over the real numbers, which have no infinity",
}


def parse(text: str, *, in_order: bool = False) -> Expression:
    """The tree of `text`. Example: `parse("x1*x2 + 0.1")`.

    `in_order` keeps each operation and all brackets, for a program that rounds: `a + (b + c)` is no flat
    sum, and `0.1/0.3` no number.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(text)} characters; at most {MAX_LENGTH} are allowed"
        )
    if not text.strip():
        raise ExpressionError("the expression is empty; write one such as 'x1*x2 + 1/2'")
    for column, character in enumerate(text, start=1):
        if not _ALLOWED.match(character):
            hint = _HINTS.get(character, "the documentation says what an expression may contain")
            raise ExpressionError(f"{character!r} is not allowed; {hint}", column)
    source = re.sub(r"[\t\n]", " ", text)
    blanks = len(source) - len(source.lstrip())
    source = source.strip()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, mode="eval")
    except SyntaxError as error:
        for word in WORD.finditer(source):
            if is_reserved(word[0]):
                raise ExpressionError(reserved(word[0]), word.start() + 1 + blanks) from None
        column = min(error.offset or len(source), len(source)) + blanks
        reason = (error.msg or "invalid syntax").split(".")[0].split(";")[0].lower()
        raise ExpressionError(
            f"this is not an expression: {reason}{_hint(source)}", column
        ) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError(
            "the expression has too many operators or is nested too deeply; at most "
            f"{MAX_DEPTH} levels and about 3000 operators are allowed"
        ) from None
    return Reader(source, blanks, in_order=in_order).read(tree.body, 1).expression


def _hint(source: str) -> str:
    """The likely mistake behind a text that Python cannot read, if it is a common one."""
    if re.search(r"(?<![<>=!])=(?!=)", source):
        return "; write == to compare"
    if re.search(r"\d[A-Za-z(]|[)\w]\s+[\w(]|\)[\w(]", source):
        return "; write * between factors"
    return ""
