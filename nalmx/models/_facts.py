"""What a module says of itself, read off its file without running it: a list of modules needs no torch."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Facts:
    """Name, title, the operations it is meant to learn, and the points of its grids."""

    name: str
    title: str
    operations: tuple[str, ...]
    grids: dict[str, tuple[int, ...]]


def facts_of(file: str, class_name: str) -> Facts:
    """The facts of a class in a file of this package; what it does not say, its base class does."""
    said = _said(file, class_name)
    return Facts(said["name"], said["title"], said["operations"], said["grids"])


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse(Path(__file__).with_name(f"{file}.py").read_text(encoding="utf-8"))


def _said(file: str, class_name: str) -> dict[str, Any]:
    """The literal class attributes of a class and of those it is derived from, its own first."""
    body = _tree(file).body
    made = next((n for n in body if isinstance(n, ast.ClassDef) and n.name == class_name), None)
    if made is None:  # it is imported here from where it is defined
        homes = (n for n in body if isinstance(n, ast.ImportFrom) and n.level == 1)
        home = next((h.module for h in homes if class_name in (a.name for a in h.names)), None)
        return _said(home, class_name) if home else {}
    said: dict[str, Any] = {}
    for base in made.bases:
        if isinstance(base, ast.Name):
            said = {**_said(file, base.id), **said}
    for line in made.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value:
            value = _literal(line.value)
            if value is not None:
                said[line.target.id] = value
    return said


def _literal(node: ast.expr) -> Any:
    """A name, a row of names, or a dict of grids; None for anything else."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Grid":
        return tuple(map(ast.literal_eval, node.args))
    if isinstance(node, ast.Dict):
        keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
        values = [_literal(value) for value in node.values]
        return dict(zip(keys, values, strict=True)) if len(keys) == len(values) else None
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None
