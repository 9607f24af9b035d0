"""The published table of the Single Module Arithmetic Task, and how nalmx compares with it."""

from __future__ import annotations

from collections.abc import Iterator

from nalmx.bench.published import published
from nalmx.tasks import PUBLISHED_RANGES

_OPERATIONS = {"add": "Addition", "mul": "Multiplication"}


def page() -> str:
    head = """# Benchmark tables

The Single Module Arithmetic Task (Mistry, Farrahi & Hare 2022): two inputs, 25 seeds, 50,000 iterations. A
rate is the part of seeds that succeed on the extrapolation range. `nalmx bench single-module` runs the cells
again and writes the same table beside these values; [what was measured](../measurements.md) says what came of
it.

![Success rates of nalmx beside the published ones](../figures/single-module-mul.svg)
"""
    return head + "".join(f"\n## {title}\n\n{rates(op)}" for op, title in _OPERATIONS.items())


def rates(operation: str, only: str | None = None) -> str:
    """Published success rates of an operation, one module a row, one interpolation range a column."""
    cells = {key: cell for key, cell in published().items() if key[0] == operation}
    modules = [name for name in dict.fromkeys(name for _, name, _ in cells) if only in (None, name)]
    ranges = [extent for extent in PUBLISHED_RANGES if (operation, modules[0], extent) in cells]

    def rows() -> Iterator[list[str]]:
        yield ["module", *ranges]
        yield ["---"] + ["---:"] * len(ranges)
        for name in modules:
            rates = [cells[operation, name, extent].success_rate.mean for extent in ranges]
            yield [name.replace("*", "•"), *(f"{rate:.0%}" for rate in rates)]

    return "\n".join(f"| {' | '.join(row)} |" for row in rows()) + "\n"
