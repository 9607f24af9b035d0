"""Verdicts, formulas and training results as text for a terminal. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction
from typing import Any

from rich.table import Table
from rich.text import Text

from ..rationals import parse_rational
from ..verify import Verdict
from ..verify.domain import INTEGERS
from .tables import PlainTable

_MOST_LISTED, _LONGEST_RANGE, _LONGEST_EXACT = 4, 80, 12
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


def explain(verdict: Verdict) -> str:
    """What a verdict rests on, in one sentence."""
    domain = domain_text(verdict.domain)
    points = "all real" if verdict.inputs == "real" else f"every {verdict.inputs}"
    if any(extent.startswith(INTEGERS) for extent in verdict.domain.values()):
        points = "all"
    where = f" for {points} {domain}" if domain else ""
    within = "" if verdict.tolerance == "0" else f" within {verdict.tolerance}"
    if verdict.verdict == "proved" and verdict.where_defined:
        there = "defined at the same points and equal there"
        return f"{there}{where} ({verdict.method})"
    if verdict.verdict == "proved":
        said = f"true{where}" if verdict.of_condition else f"equal{where}, and both defined there"
        return f"{said} ({verdict.method})"
    if verdict.verdict == "bounded":
        share = " of the right side" if verdict.tolerance.startswith("rel") else ""
        return f"at most {verdict.bound}{share} apart{where} ({verdict.method})"
    if verdict.verdict == "tested":
        limit = verdict.violating_fraction_below
        sure = (
            ""
            if limit is None
            else f"95 % sure that less than {_rounded_up(limit)} of the domain violates it; "
        )
        return (
            f"no counterexample{within} in {verdict.points:,} points ({verdict.method}); {sure}"
            f"{verdict.reason}"
        )
    if verdict.verdict == "unknown":
        return f"not established{where}: {verdict.reason}"
    return f"{verdict.reason}{f' (tolerance {verdict.tolerance})' if within else ''}"


def _rounded_up(limit: float) -> str:
    return f"{Context(prec=2, rounding=ROUND_CEILING).create_decimal(Decimal(limit)):g}"


def domain_text(domain: Mapping[str, str]) -> str:
    """`x1 in [2,6], x2 in [1,3]`; many inputs of one range as `x1, …, x10 in [2,6]`."""
    by_range: dict[str, list[str]] = {}
    for name, extent in domain.items():
        by_range.setdefault(extent, []).append(name)
    groups = []
    for extent, names in by_range.items():
        listed = names if len(names) <= _MOST_LISTED else [names[0], "…", names[-1]]
        shown = extent if len(extent) <= _LONGEST_RANGE else f"{extent[:_LONGEST_RANGE]}…"
        groups.append(f"{', '.join(listed)} in {shown}")
    return ", ".join(groups)


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


def with_decimal(text: str) -> str:
    """A value, and its decimal beside a fraction that is long: `12000000029/3000000007 ≈ 4.00000000033`."""
    value = parse_rational(text) if "/" in text and len(text) > _LONGEST_EXACT else None
    if value is None:
        return text
    try:
        return f"{text} ≈ {float(value):.12g}"
    except OverflowError:
        return text


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
