"""The page around what is reported: one file, which loads nothing and runs its own script alone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files

from ... import __version__
from ...markup import Markup, element, joined
from .parts import Chapter


def page(parts: Sequence[Chapter]) -> str:
    """A whole document; the same parts give the same text."""
    style, script = (Markup(_file(name)) for name in ("style.css", "script.js"))
    # Were something from a file not escaped, the browser would still run nothing but this script.
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    title = parts[0].title if len(parts) == 1 else f"{len(parts)} runs"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{title} · nalmx"),
        element("style", style),
    )
    shown = [
        element("main", element("h1", part.title), *part.sections, id=f"run-{place}")
        for place, part in enumerate(parts, 1)
    ]
    foot = element("footer", f"Made by nalmx {__version__}. Nothing here is loaded from elsewhere.")
    body = element("body", _contents(parts), *shown, foot, element("script", script))
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _contents(parts: Sequence[Chapter]) -> Markup | None:
    if len(parts) < 2:
        return None
    links = [
        element("li", element("a", part.title, href=f"#run-{place}"))
        for place, part in enumerate(parts, 1)
    ]
    return joined(element("nav", element("ol", *links)))


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8").strip()


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
