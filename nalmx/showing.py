"""How values look in a notebook and on a prompt.

What is shown is written in `nalmx.report.notebook`, which knows the values; it is loaded by its name when
something is shown first, as public names are, so that no value stands on how it looks.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = "nalmx.report.notebook"


class Shown:
    """A value that is shown as people write it: in text, as HTML, and as LaTeX where it is a formula."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(_home().text(self))

    def _repr_html_(self) -> str | None:
        return _told(_home().html(self))

    def _repr_latex_(self) -> str | None:
        return _told(_home().latex(self))


def _home() -> Any:
    return import_module(_HOME)


def _told(text: str | None) -> str | None:
    return None if text is None else str(text)
