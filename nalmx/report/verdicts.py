"""Verdicts, formulas and training results as text for a terminal. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from rich.table import Table
from rich.text import Text

from ..verify import Verdict
from .sentences import explain, with_decimal
from .tables import PlainTable

STYLES = {
    "proved": "bold green",
    "proved up to length": "green",
    "bounded": "green",
    "tested": "yellow",
    "refuted": "bold red",
    "unknown": "magenta",
}


def verdict_word(verdict: Verdict) -> Text:
    return Text(verdict.verdict, style=STYLES[verdict.verdict])


def verdict_lines(verdict: Verdict) -> Iterator[Text]:
    """The verdict of one claim, with its counterexample if it has one."""
    yield Text.assemble(verdict_word(verdict), ": ", explain(verdict))
    example = verdict.counterexample
    if example is not None:
        fields = example.to_json()
        for name, value in _shown_point(fields):
            yield Text(f"  {name} {value}")
        yield Text(f"  left  = {with_decimal(fields['left'])}")
        yield Text(f"  right = {with_decimal(fields['right'])}")
        yield Text(f"  checked in {fields['checked_in']}")
    yield Text(f"  arithmetic: {verdict.arithmetic}; {verdict.seconds:.2f} s", style="dim")


def _shown_point(counterexample: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The inputs of a counterexample: their values, rounded where only bounds on them are known."""
    for name, value in counterexample["point"].items():
        other = (counterexample["beyond"] or {}).get(name, value)
        if other == value:
            yield name, f"= {with_decimal(value)}"
        else:
            yield name, f"≈ {float(Fraction(value))!r}"


def seeds_table(results: list[dict[str, Any]], formulas: dict[int, str]) -> Table:
    """Success, errors and formula of every seed of a run."""
    table = PlainTable()
    for name in ("seed", "success", "step", "validation", "extrapolation", "solved at", "sparsity"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("formula")
    for row in results:
        table.add_row(
            str(row["seed"]),
            "yes" if row["success"] else "no",
            str(row["chosen_iteration"]),
            _error(row["validation_error"]),
            _error(row["extrapolation_error"]),
            "–" if row["solved_at"] is None else str(row["solved_at"]),
            _error(row["sparsity_error"]),
            formulas.get(row["seed"], "–"),
        )
    return table


def _error(value: float | None) -> str:
    return "–" if value is None else f"{value:.2g}"
