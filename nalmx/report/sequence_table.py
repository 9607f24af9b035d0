"""The cells of a sequence benchmark as a table: a row for each task, a column for each model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Group
from rich.text import Text

from ..bench.sequences import SequenceResult
from .tables import PlainTable

_UNLEARNT, _PERFECT = "yellow", "green"


class _Signs(NamedTuple):
    unlearnt: str
    nothing: str


_UNICODE = _Signs("†", "–")
_ASCII = _Signs("*", "-")


def sequence_table(results: Sequence[SequenceResult], *, ascii_only: bool = False) -> Group:
    """Exact match in percent at each length, then the seconds of training; means over seeds.

    A model that was not perfect inside the training lengths has a mark: what it does outside says
    little about it. A model that is perfect at every length is green.
    """
    signs = _ASCII if ascii_only else _UNICODE
    lengths = list(dict.fromkeys(a.length for result in results for a in result.accuracies))
    table = PlainTable(gap=2)
    table.add_column("task", no_wrap=True)
    models = list(dict.fromkeys(result.cell.model for result in results))
    for model in models:
        table.add_column(model, justify="right", no_wrap=True)
    for task in dict.fromkeys(result.cell.task for result in results):
        texts = [
            _cell([r for r in results if (r.cell.task, r.cell.model) == (task, model)], signs)
            for model in models
        ]
        table.add_row(Text(task), *texts)
    # Below the table and no caption of it, which would be as narrow as the table is.
    caption = (
        f"whole answers right, %, at lengths {', '.join(map(str, lengths))}; seconds of training; "
        f"{signs.unlearnt} not perfect inside the training lengths"
    )
    return Group(table, Text(caption, "table.caption"))


def _cell(results: Sequence[SequenceResult], signs: _Signs) -> Text:
    """`100 40 0 0` and below it `12 s`, with how many of several seeds were perfect inside."""
    if not results:
        return Text(signs.nothing)
    columns = zip(*(result.accuracies for result in results), strict=True)
    rates = [sum(accuracy.rate for accuracy in column) / len(column) for column in columns]
    seconds = sum(result.training_seconds for result in results) / len(results)
    inside = sum(result.reached for result in results)
    text = " ".join(_percent(rate) for rate in rates) + f"\n{seconds:.0f} s"
    if len(results) > 1:
        text += f" {inside}/{len(results)}"
    if inside < len(results):
        return Text(f"{text} {signs.unlearnt}", _UNLEARNT)
    return Text(text, _PERFECT if all(rate == 1 for rate in rates) else "")


def _percent(rate: float) -> str:
    """In percent, without rounding anything short of it to 100 or anything else to 0."""
    if 0.995 <= rate < 1:
        return f"{int(rate * 1000) / 10:.1f}"
    return f"{rate:.1%}".rstrip("%") if 0 < rate < 0.01 else f"{rate * 100:.0f}"
