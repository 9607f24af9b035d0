"""Python source in the layout that Ruff's formatter gives it at its default settings.

What fits within 88 columns stays on its line. The rest is broken in ways that the formatter keeps:
brackets have an item a line and a trailing comma, operands have parentheses around them and, where
one line is too short for all, an operand a line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

WIDTH = 88
STEP = "    "


@dataclass(frozen=True, slots=True)
class Brackets:
    """Items after an opening text, such as `max(` or `point=(`; `is_tuple` where one needs a comma."""

    opening: str
    items: tuple[Code, ...]
    closing: str = ")"
    is_tuple: bool = False

    def __str__(self) -> str:
        comma = "," if self.is_tuple and len(self.items) == 1 else ""
        return f"{self.opening}{', '.join(map(str, self.items))}{comma}{self.closing}"


@dataclass(frozen=True, slots=True)
class Operands:
    """The first operand, and the others with the operator in front: `x`, `+ y`, `- 3`."""

    texts: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.texts)


Code: TypeAlias = str | Brackets | Operands


def call(name: str, arguments: Iterable[Code]) -> Brackets:
    """A call, or anything else of that shape: `name(a, b)`."""
    return Brackets(f"{name}(", tuple(arguments))


def tuple_of(items: Iterable[Code], before: str = "", after: str = "") -> Brackets:
    """A tuple between two texts: `point=` before it, `[state]` after it."""
    return Brackets(f"{before}(", tuple(items), f"){after}", is_tuple=True)


def laid_out(code: Code, depth: int = 0, before: str = "", after: str = "") -> list[str]:
    """Lines of a statement at some depth; `before` and `after` are what it has around `code`.

    A `str` has nothing to break it at: it is a word or a number, or known to fit.
    """
    blank = STEP * depth
    line = f"{blank}{before}{code}{after}"
    if columns(line) <= WIDTH:
        return [line]
    if isinstance(code, Brackets):
        inner = [text for item in code.items for text in laid_out(item, depth + 1, after=",")]
        return [f"{blank}{before}{code.opening}", *inner, f"{blank}{code.closing}{after}"]
    alone = f"{blank}{STEP}{code}"
    if before and columns(alone) <= WIDTH:
        return [f"{blank}{before}(", alone, f"{blank}){after}"]
    if isinstance(code, Operands):
        inner = [f"{blank}{STEP}{text}" for text in code.texts]
        return [f"{blank}{before}(", *inner, f"{blank}){after}"]
    return [line]


def columns(line: str) -> int:
    """How wide a line is shown: some characters take two columns, and some none."""
    if line.isascii():
        return len(line)
    return sum(_width(character) for character in line)


def number(value: float) -> str:
    """A float that reads back as the same one."""
    return repr(value).replace("e+", "e")


def quoted(text: str) -> str:
    """A string literal, in double quotes unless single ones need fewer backslashes."""
    # After a double quote, repr takes single ones and escapes those inside.
    body = repr(f'"{text}')[2:-1].replace("\\'", "'")
    if body.count('"') > body.count("'"):
        return "'" + body.replace("'", "\\'") + "'"
    return '"' + body.replace('"', '\\"') + '"'


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
