"""The public names of a package, each loaded from its home when it is first used.

This file is loaded with everything, and loads nothing itself before a name is asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False  # that of `typing`, which takes as long to load as all the rest
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_HOMES: dict[str, dict[str, str]] = {}


def homes(package: str, file: str) -> dict[str, str]:
    """The module of each public name, read off the imports in `file` that type checkers follow."""
    if package not in _HOMES:
        import ast

        with open(file, encoding="utf-8") as source:
            tree = ast.parse(source.read())
        (block,) = (n for n in tree.body if isinstance(n, ast.If))  # if TYPE_CHECKING
        _HOMES[package] = {
            alias.name: f"{package}.{node.module}"
            for node in block.body
            if isinstance(node, ast.ImportFrom) and node.level
            for alias in node.names
        }
    return _HOMES[package]


def lazy_names(
    package: str, file: str, *others: str
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package; `others` are names that it defines itself."""

    def names() -> list[str]:
        # Constants first, then classes, then functions.
        every = {*homes(package, file), *others}
        return sorted(every, key=lambda n: (not n.isupper(), not n[:1].isupper(), n))

    def load(name: str) -> Any:
        if name == "__all__":
            return names()
        home = homes(package, file).get(name) if name[:1] != "_" else None
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(home), name)

    return load, names
