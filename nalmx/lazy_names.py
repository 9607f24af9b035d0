"""The public names of a package, each loaded from its home when it is first used."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any


@cache
def homes(package: str, file: str) -> dict[str, str]:
    """The module of each public name, read off the imports in `file` that type checkers follow."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    (block,) = (n for n in tree.body if isinstance(n, ast.If))  # if TYPE_CHECKING
    return {
        alias.name: f"{package}.{node.module}"
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.level
        for alias in node.names
    }


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
        return getattr(import_module(home), name)

    return load, names
