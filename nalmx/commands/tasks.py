"""`nalmx tasks`."""

from __future__ import annotations

import click
from rich.table import Table

from ..expression import to_text
from ..tasks import OPERATIONS, PUBLISHED_RANGES
from ._options import output, print_json, shared


@click.command(name="tasks")
@shared("json")
def command(as_json: bool) -> int:
    """List the operations and ranges of the arithmetic task."""
    truths = {name: to_text(operation.truth()) for name, operation in OPERATIONS.items()}
    if as_json:
        print_json({"operations": truths, "ranges": PUBLISHED_RANGES})
        return 0
    console = output()
    operations = Table(box=None, header_style="bold", pad_edge=False)
    operations.add_column("operation")
    operations.add_column("truth")
    for name, truth in truths.items():
        operations.add_row(name, truth)
    ranges = Table(box=None, header_style="bold", pad_edge=False)
    ranges.add_column("interpolation range")
    ranges.add_column("extrapolation range")
    for inner, outer in PUBLISHED_RANGES.items():
        ranges.add_row(inner, outer)
    console.print(operations)
    console.print()
    console.print(ranges)
    return 0
