"""The gallery of modules: equation, surface of the error, published results, from the modules themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import published_tables
import surfaces

from nalmx.bench.published import published
from nalmx.models import MODULES, ArithmeticModule


def pages() -> Iterator[tuple[str, str]]:
    texts = []
    for name, kind in MODULES.items():
        stem = kind.__name__.lower()
        yield f"gallery/{stem}.svg", surfaces.svg(kind)
        texts.append(section(name, kind, stem))
    head = """# Modules

Each module in its own words, from its docstring. A picture shows the module with two inputs: where it
learns an operation, the mean squared error on [1,2] over two of its weights, the others as they solve it (a
cross marks a solution); else what it computes on [0,1] with discrete weights. Add
[one of your own](../add-a-module.md).
"""
    yield "gallery/modules.md", head + "".join(texts)


def section(name: str, kind: type[ArithmeticModule], stem: str) -> str:
    """What a module says of itself, and its picture."""
    lines = [f"\n## {kind.title}\n", inspect.getdoc(kind) or ""]
    learns = ", ".join(f"`{operation}`" for operation in kind.operations) or "logic"
    grids = ", ".join(
        f"{weight} ∈ {{{', '.join(map(str, grid.points))}}}"
        for weight, grid in {**kind.grids, **kind.gates}.items()
    )
    lines += [
        f"\n`--module {name}`, learns {learns}; {grids}.\n",
        f"![{surfaces.alt(kind)}]({stem}.svg)",
    ]
    for operation in kind.operations:
        if any(key[:2] == (operation, kind.label) for key in published()):
            lines.append(f"\nPublished success rates, {operation}:\n")
            lines.append(published_tables.rates(operation, kind.label))
    return "\n".join(lines) + "\n"
