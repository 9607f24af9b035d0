"""The reference: every public name of a package, by mkdocstrings, where its code lies."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

PACKAGES = (
    "nalmx",
    "nalmx.train",
    "nalmx.extract",
    "nalmx.verify",
    "nalmx.models",
    "nalmx.pntm",
    "nalmx.pntm.tasks",
    "nalmx.fit",
    "nalmx.testing",
    "nalmx.testing.contract",
    "nalmx.sklearn",
)


def pages() -> Iterator[tuple[str, str, str]]:
    """Title, path and text of each page."""
    for name in PACKAGES:
        package = import_module(name)
        summary = (package.__doc__ or "").strip().split("\n")[0]
        entries = "\n".join(f"::: {home}" for home in dict.fromkeys(_homes(package)))
        yield name, f"reference/{name}.md", f"# {name}\n\n{summary}\n\n{entries}\n"


def _homes(package: ModuleType) -> Iterator[str]:
    """Where each public class and function is defined; constants of a package are left to its source."""
    for name in getattr(package, "__all__", None) or _own(package):
        value: Any = getattr(package, name)
        home = getattr(value, "__module__", None)
        if callable(value) and str(home).startswith("nalmx") and hasattr(value, "__qualname__"):
            yield f"{home}.{value.__qualname__}"


def _own(module: ModuleType) -> list[str]:
    """The public names that a module defines itself."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
