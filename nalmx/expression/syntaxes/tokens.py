"""A text cut into tokens: numbers, names and signs, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ...errors import ExpressionError

Kind = Literal["number", "name", "command", "sign", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text from `start` to `end`; `spaced`: with a blank before it."""

    kind: Kind
    text: str
    start: int
    end: int
    spaced: bool = False


def tokens_of(text: str, rules: re.Pattern[str]) -> Iterator[Token]:
    """The tokens of a text by the named groups of `rules`, and one that marks its end.

    What a group `skip` matches, and blanks, are left out.
    """
    place, spaced = 0, False
    while place < len(text):
        match = rules.match(text, place)
        if match is None or match.end() == place:
            raise ExpressionError(f"{text[place]!r} is not allowed here", place + 1)
        kind = match.lastgroup
        if kind == "skip":
            spaced = True
        else:
            assert kind in ("number", "name", "command", "sign")
            yield Token(kind, match[0], place, match.end(), spaced)  # type: ignore[arg-type]
            spaced = False
        place = match.end()
    yield Token("end", "", len(text), len(text), spaced)
