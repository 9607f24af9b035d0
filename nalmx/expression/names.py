"""The names that an expression may have besides its functions: constants, and what can name an input."""

from __future__ import annotations

import keyword
import re

from ..errors import ExpressionError
from .operations import FUNCTIONS

MAX_NAME = 100
CONSTANTS = ("pi", "E")
NOT_NUMBERS = ("nan", "inf", "infinity", "oo", "zoo")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# What Python's words are written as here; all of them are reserved.
_INSTEAD = {
    "and": "for two conditions write (a) & (b)",
    "or": "for two conditions write (a) | (b)",
    "not": "for a condition write ~(a)",
    **dict.fromkeys(("if", "else"), "for cases write Piecewise((a, condition), (b, True))"),
}


def check_name(name: str) -> str:
    """`name`, if it can name an input; otherwise an `ExpressionError`."""
    if not _NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise ExpressionError(
            f"{name[:40]!r} cannot name an input; a name is a letter followed by letters, digits "
            f"and underscores, at most {MAX_NAME} of them"
        )
    if keyword.iskeyword(name):
        raise ExpressionError(reserved(name))
    if name in FUNCTIONS or name in CONSTANTS:
        raise ExpressionError(
            f"{name!r} is a function or a constant and cannot name an input; rename it, for example "
            f"{name}_"
        )
    if name.lower() in NOT_NUMBERS:
        raise ExpressionError(f"{name!r} is not a real number and cannot name an input")
    return name


def is_reserved(word: str) -> bool:
    """Whether a word is one of Python's that no expression has."""
    return keyword.iskeyword(word) and word not in ("True", "False")


def reserved(word: str) -> str:
    """That a word is reserved, and what to write instead."""
    instead = _INSTEAD.get(word, f"rename it, for example {word}_")
    return f"{word!r} is a reserved word of Python's syntax and cannot name an input; {instead}"
