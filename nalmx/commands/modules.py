"""`nalmx modules`."""

from __future__ import annotations

import click

from ..models import listed_modules
from ..pntm.tasks import task_names
from ..report.tables import PlainTable
from ._options import output, print_json
from ._request import ListRequest, asking

_PNTM = "Parallelizable neural Turing machine"


@click.command(name="modules")
@asking(ListRequest)
def command(asked: ListRequest) -> int:
    """List the modules that can be trained."""
    modules = listed_modules()
    facts: list[dict[str, object]] = [
        {
            "name": module.name,
            "title": module.title,
            "operations": list(module.operations),
            "grids": {name: list(points) for name, points in module.grids.items()},
        }
        for module in modules
    ]
    facts.append(
        {"name": "pntm", "title": _PNTM, "operations": [], "grids": {}, "tasks": task_names()}
    )
    if asked.as_json:
        print_json({"modules": facts})
        return 0
    table = PlainTable()
    for heading in ("module", "learns", "weights", "title"):
        table.add_column(heading, no_wrap=heading != "title")
    for module in modules:
        sets = dict.fromkeys(map(set_of, module.grids.values()))
        learns = ", ".join(module.operations) or "logic"
        table.add_row(module.name, learns, ", ".join(sets), module.title)
    table.add_row("pntm", "sequence tasks", "hard controls", _PNTM)
    output().print(table)
    return 0


def set_of(points: tuple[int, ...]) -> str:
    return "{" + ", ".join(str(point) for point in points) + "}"
