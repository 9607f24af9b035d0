"""Columns' own names as names that a formula may have: `Semi-major axis (AU)` is `Semi_major_axis_AU`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ...errors import ExpressionError
from ...expression import check_name
from ...expression.names import MAX_NAME

_LONGEST = MAX_NAME - 10  # room for what tells apart


def safe_names(names: Sequence[str]) -> tuple[str, ...]:
    """A different name that a formula may have for each column, its own one where that is possible."""
    taken = {name for name in names if _is_name(name)}
    safe: list[str] = []
    for name in names:
        if name in taken:
            safe.append(name)
            continue
        base = _spelled(name)
        candidate, number = base, 1
        while candidate in taken or not _is_name(candidate):
            number += 1
            candidate = f"{base}_" if number == 2 and base not in taken else f"{base}_{number}"
        taken.add(candidate)
        safe.append(candidate)
    return tuple(safe)


def _is_name(name: str) -> bool:
    try:
        return bool(check_name(name))
    except ExpressionError:
        return False


def _spelled(name: str) -> str:
    """The letters and digits of a name, those of other scripts by what they are called."""
    plain = "".join(map(_plain, unicodedata.normalize("NFKD", name)))
    words = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")[:_LONGEST]
    return words if words[:1].isalpha() else f"x{f'_{words}' if words else ''}"


def _plain(letter: str) -> str:
    """`α` is alpha and `Ω` is Omega; an accent is nothing."""
    if letter.isascii():
        return letter
    if unicodedata.combining(letter):
        return ""
    word = unicodedata.name(letter, "").rpartition(" ")[2]
    if not (letter.isalpha() and word.isascii() and word.isalpha()):
        return "_"
    return word.capitalize() if letter.isupper() else word.lower()
