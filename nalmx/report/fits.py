"""Laws from data as text for a terminal: the law, what is said of the rows, what of the formula."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ..expression import to_text
from ..extract.formula import Formula
from ..runs.claims import CLAIMS
from .runs import indented
from .verdicts import explain, verdict_word

if TYPE_CHECKING:
    from ..fit.result import Equation
    from ..runs.fits import FitOutcome

_LONGEST = 70


def fit_lines(outcome: FitOutcome) -> Iterator[Text | Table | str]:
    """What was found in the rows of a table, and the verdict on it."""
    table, found = outcome.table, outcome.fit
    rows = table.rows
    yield (f"{table.source}: {rows.count:,} rows, {rows.target_name} from {_listed(rows.names)}")
    for safe, own in table.renamed.items():
        yield f"  {safe} is the column {own!r}"
    for name, reason in table.left_out.items():
        yield f"  {name!r} is left out: {reason}"
    yield ""
    best = found.best
    if best is not None:
        drawn = Formula(rows.names, (best.expression,), "", "").pretty()
        yield Text(indented(drawn), style="bold" if outcome.law else "")
        yield ""
    if outcome.law:
        yield f"law: {rows.target_name} = {best}"
    else:
        yield Text("no law found", style="bold magenta")
    for constant in found.constants:
        if not constant.is_exact:
            value, width = constant.estimate, constant.half_width
            yield f"  constant {to_text(constant.expression)}: {value:.12g} ± {width:.2g} (95 %)"
    yield "said of the rows:"
    for statement in found.statements:
        yield f"  {statement}"
    if found.ended is not None:
        how = "was interrupted" if found.ended == "interrupted" else "reached its time limit"
        yield f"  the search {how} after {found.tried:,} forms; this is the best so far"
    if outcome.truth is not None:
        yield "said of the formula:"
        verdict = outcome.verdict
        if verdict is None:
            why = "the search was interrupted" if outcome.law else "there is no law"
            yield f"  {CLAIMS['formula_truth']}: not compared, since {why}"
        else:
            yield Text.assemble(
                f"  {CLAIMS['formula_truth']}: ", verdict_word(verdict), ", ", explain(verdict)
            )
            if verdict.counterexample is not None:
                point = verdict.counterexample.to_json()["point"]
                yield "    at " + ", ".join(f"{n} = {v}" for n, v in point.items())
    if found.equations:
        yield ""
        yield _equations(outcome)
    if outcome.directory is not None:
        yield f"run: {outcome.directory}"


def _equations(outcome: FitOutcome) -> Table:
    """Every equation that none of its size or smaller fits better; the pick is marked."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("")
    for name in ("size", "error inside", "error beyond"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column(outcome.table.rows.target_name, no_wrap=True)
    table.add_column("")
    for equation in outcome.fit.equations:
        table.add_row(
            "→" if equation.is_pick else "",
            str(equation.complexity),
            _error(equation.error_inside),
            _error(equation.error_beyond),
            _short(equation),
            equation.reason or "law",
            style="bold" if equation.is_pick else "",
        )
    return table


def _short(equation: Equation) -> str:
    text = str(equation)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _error(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2g}"


def _listed(names: tuple[str, ...]) -> str:
    return (
        ", ".join(names) if len(names) <= 8 else f"{', '.join(names[:6])}, … ({len(names)} inputs)"
    )
