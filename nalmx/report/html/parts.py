"""Small parts that pages share."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...markup import Inner, Markup, element


@dataclass(frozen=True, slots=True)
class Chapter:
    """One run on a page: its title, what was found in a word, and the sections below."""

    title: str
    sections: Sequence[Markup]


def section(title: str, *inner: Inner) -> Markup:
    return element("section", element("h2", title), *inner)


def command(line: str) -> Markup:
    """A command to copy."""
    return element("pre", element("code", line), class_="command", tabindex=0)


def listing(lines: Iterable[str]) -> Markup:
    """Lines as they are, each in its columns."""
    return element("pre", "\n".join(lines), tabindex=0)


def download(name: str, data: bytes, word: str) -> Markup:
    """A link that holds the file."""
    address = f"data:application/octet-stream;base64,{b64encode(data).decode()}"
    return element("a", f"{word} ({len(data):,} bytes)", href=address, download=name)


def table(
    headings: Sequence[str],
    rows: Iterable[Sequence[Inner]],
    *,
    numbers: Sequence[int] = (),
    sortable: bool = False,
    marked: Sequence[int] = (),
) -> Markup:
    """Rows under headings; `numbers` are columns to the right, `marked` rows stand out."""
    side = dict.fromkeys(numbers, "number")
    head = element("tr", *(element("th", h, class_=side.get(c)) for c, h in enumerate(headings)))
    body = [
        element(
            "tr",
            *(element("td", cell, class_=side.get(c)) for c, cell in enumerate(row)),
            class_="marked" if place in marked else None,
        )
        for place, row in enumerate(rows)
    ]
    whole = element(
        "table",
        element("thead", head),
        element("tbody", *body),
        class_="sortable" if sortable else None,
    )
    return element("div", whole, class_="scroll", tabindex=0)
