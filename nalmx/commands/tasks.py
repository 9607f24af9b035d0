"""`nalmx tasks`."""

from __future__ import annotations

import click
from rich.table import Table

from ..expression import to_text
from ..pntm.tasks import TASK_NAMES, sequence_task
from ..tasks import OPERATIONS, PUBLISHED_RANGES
from ._options import output, print_json
from ._request import ListRequest, asking


@click.command(name="tasks")
@asking(ListRequest)
def command(asked: ListRequest) -> int:
    """List the arithmetic operations and ranges, and the sequence tasks."""
    truths = {name: to_text(operation.truth()) for name, operation in OPERATIONS.items()}
    sequences = [sequence_task(name) for name in TASK_NAMES]
    if asked.as_json:
        facts = {t.name: {"summary": t.summary, "length_counts": t.counts} for t in sequences}
        print_json({"operations": truths, "ranges": PUBLISHED_RANGES, "sequence_tasks": facts})
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
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("sequence task", no_wrap=True)
    table.add_column("answer")
    table.add_column("its length counts")
    for task in sequences:
        table.add_row(task.name, task.summary, task.counts)
    console.print(operations)
    console.print()
    console.print(ranges)
    console.print()
    console.print(table)
    return 0
