"""Which file of a package imports which, read from their syntax trees without running anything."""

import ast
from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

Graph = Mapping[str, Collection[str]]
# What a package says of itself may be asked for from anywhere.
_OF_EVERYBODY = frozenset({"__version__"})


def import_graph(package: Path) -> dict[str, set[str]]:
    """The files that each file imports, named from the package's own folder on (`verify.domain`).

    Imports inside functions and for the type checker count. A name taken from a package is an import
    of its `__init__`, a module taken from it is one of that module; that Python runs the `__init__`
    of every package above is not counted.
    """
    files = {_name(path, package): path for path in package.rglob("*.py")}
    return {
        name: {other for other in _imports(name, path, files, package.name) if other != name}
        for name, path in files.items()
    }


def _name(path: Path, package: Path) -> str:
    return ".".join(path.relative_to(package).with_suffix("").parts)


def _imports(name: str, path: Path, files: Collection[str], root: str) -> Iterator[str]:
    own = name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            module = node.module.split(".") if node.module else []
            if node.level:
                base = [*own[: len(own) - node.level + 1], *module]
            elif module[:1] == [root]:
                base = module[1:]
            else:
                continue
            for alias in node.names:
                if alias.name not in _OF_EVERYBODY:
                    yield _file([*base, alias.name], files)
        elif isinstance(node, ast.Import):
            for parts in (alias.name.split(".") for alias in node.names):
                if parts[0] == root:
                    yield _file(parts[1:], files)


def _file(parts: list[str], files: Collection[str]) -> str:
    """The file that holds what a dotted name stands for."""
    for end in range(len(parts), -1, -1):
        for name in (".".join(parts[:end]), ".".join([*parts[:end], "__init__"])):
            if name in files:
                return name
    raise AssertionError(f"no file holds {'.'.join(parts)}")


def packages(graph: Graph) -> list[str]:
    """The packages of a graph, the outermost (an empty name) first."""
    return sorted(name.removesuffix("__init__").rstrip(".") for name in graph if _is_init(name))


def _is_init(name: str) -> bool:
    return name.split(".")[-1] == "__init__"


def part_of(name: str, package: str) -> str | None:
    """The module or package directly inside a package to which a file belongs; None outside."""
    prefix = f"{package}." if package else ""
    return name[len(prefix) :].split(".")[0] if name.startswith(prefix) else None


def inside(graph: Graph, package: str) -> dict[str, set[str]]:
    """Which parts of a package import which."""
    found: dict[str, set[str]] = {}
    for name, others in graph.items():
        own = part_of(name, package)
        if own is not None:
            parts = {part_of(other, package) for other in others}
            found.setdefault(own, set()).update(part for part in parts if part not in (None, own))
    return found


def circle(graph: Graph) -> list[str]:
    """One circle of a graph, each part followed by what it imports; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def reached(graph: Graph, start: str) -> set[str]:
    """All that a file imports, by whatever way."""
    found: set[str] = set()
    stack = [start]
    while stack:
        new = set(graph[stack.pop()]) - found
        found |= new
        stack.extend(new)
    return found


def libraries(path: Path) -> set[str]:
    """The first names of all packages that a file imports by their absolute names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
    return found
