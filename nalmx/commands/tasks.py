"""`nalmx tasks`."""

from __future__ import annotations

import click

from ..expression import to_text
from ..pntm.tasks import sequence_task, task_names
from ..report.tables import PlainTable
from ..tasks import OPERATIONS, PUBLISHED_RANGES
from ._options import output, print_json
from ._request import ListRequest, asking


@click.command(name="tasks")
@asking(ListRequest)
def command(asked: ListRequest) -> int:
    """List the operations, ranges and sequence tasks."""
    truths = {name: to_text(operation.truth()) for name, operation in OPERATIONS.items()}
    sequences = [sequence_task(name) for name in task_names()]
    if asked.as_json:
        facts = {t.name: {"summary": t.summary, "length_counts": t.counts} for t in sequences}
        print_json({"operations": truths, "ranges": PUBLISHED_RANGES, "sequence_tasks": facts})
        return 0
    console = output()
    operations = PlainTable()
    operations.add_column("operation", no_wrap=True)
    operations.add_column("truth", no_wrap=True)
    for name, truth in truths.items():
        operations.add_row(name, truth)
    ranges = PlainTable()
    ranges.add_column("interpolation range", no_wrap=True)
    ranges.add_column("extrapolation range", no_wrap=True)
    for inner, outer in PUBLISHED_RANGES.items():
        ranges.add_row(inner, outer)
    table = PlainTable()
    table.add_column("sequence task", no_wrap=True)
    table.add_column("answer")
    table.add_column("its length counts", no_wrap=True)
    for task in sequences:
        table.add_row(task.name, task.summary, task.counts)
    console.print(operations)
    console.print()
    console.print(ranges)
    console.print()
    console.print(table)
    return 0
