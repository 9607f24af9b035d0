"""HTML from values: what is no markup already is text, and escaped where it is put in."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TypeAlias

VOID = {"br", "input", "meta"}


class Markup(str):
    """A text that is HTML, made by `element` alone."""

    __slots__ = ()


Inner: TypeAlias = "str | int | Iterable[Inner] | None"


def element(name: str, /, *inner: Inner, **attributes: str | float | None) -> Markup:
    """An element. An underscore in the name of an attribute is a dash, one at its end is none.

    Example: `element("p", "1 < 2", class_="note")` is `<p class="note">1 &lt; 2</p>`.
    """
    spelled = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    end = "" if name in VOID else f"</{name}>"
    return Markup(f"<{name}{spelled}>{joined(*inner)}{end}")


def joined(*inner: Inner) -> Markup:
    """Parts one after the other; None is nothing."""
    return Markup("".join(map(_escaped, inner)))


def _escaped(inner: Inner) -> str:
    if inner is None:
        return ""
    if isinstance(inner, Markup):
        return inner
    if isinstance(inner, str | int):
        return html.escape(str(inner))
    return joined(*inner)
