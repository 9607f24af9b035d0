"""Laws from data as text for a terminal: the law, what is said of the rows, what of the formula."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from ..expression import to_text
from ..extract.formula import Formula
from ..runs.claims import CLAIMS
from .runs import indented
from .sentences import explain, with_decimal
from .verdicts import verdict_word

if TYPE_CHECKING:
    from ..fit.result import Equation
    from ..runs.fits import FitOutcome

_LONGEST = 70
_ENDED = {
    "interrupted": "was interrupted after",
    "time": "reached its time limit after",
    "effort": "spent its operations after",
}


def fit_lines(outcome: FitOutcome) -> Iterator[Text | str]:
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
    exact = all(constant.is_exact for constant in found.constants)
    if best is not None and exact:
        drawn = Formula(rows.names, (best.expression,), "", "").pretty()
        yield Text(indented(drawn), style="bold" if outcome.law else "")
        yield ""
    if outcome.law:
        yield Text(f"law: {rows.target_name} = {best}", style="" if exact else "bold")
    else:
        yield Text("no law found", style="bold magenta")
    for constant in found.constants:
        if not constant.is_exact:
            value, width = constant.estimate, constant.half_width
            yield f"  constant {to_text(constant.expression)}: {within(value, width)}"
    yield "said of the rows:"
    for statement in found.statements:
        yield f"  {statement}"
    if found.ended is not None:
        yield f"  the search {_ENDED[found.ended]} {found.tried:,} forms; this is the best so far"
    if outcome.truth is not None:
        yield f"said of the formula, where the truth is {to_text(outcome.truth)}:"
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
                yield "    at " + ", ".join(f"{n} = {with_decimal(v)}" for n, v in point.items())
    if found.equations:
        yield ""
        yield from _table(outcome)
    if outcome.directory is not None:
        yield f"run: {outcome.directory}"


def _table(outcome: FitOutcome) -> Iterator[Text]:
    """Every equation that none of its size or smaller fits better; the pick is marked."""
    heads = ("size", "error inside", "error beyond")
    yield Text(f"  {'  '.join(heads)}  {outcome.table.rows.target_name} =", style="bold")
    equations = outcome.fit.equations
    longest = max(len(_short(equation)) for equation in equations)
    for equation in equations:
        cells = (
            str(equation.complexity),
            _error(equation.error_inside),
            _error(equation.error_beyond),
        )
        row = "  ".join(cell.rjust(len(head)) for cell, head in zip(cells, heads, strict=True))
        mark = "→" if equation.is_pick else " "
        said = equation.reason or "a law"
        yield Text(
            f"{mark} {row}  {_short(equation).ljust(longest)}  {said}",
            style="bold" if equation.is_pick else "",
        )


def within(value: float, half_width: float) -> str:
    """`1219.19 ± 0.18`: as many digits as the interval leaves."""
    if not 0 < half_width < math.inf:
        return f"{value:.12g}"
    places = 1 - math.floor(math.log10(half_width))
    digits = max(places + math.floor(math.log10(abs(value))), 1) if value else 1
    return f"{value:.{min(digits + 1, 17)}g} ± {half_width:.2g} (95 %)"


def _short(equation: Equation) -> str:
    text = str(equation)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _error(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2g}"


def _listed(names: tuple[str, ...]) -> str:
    return (
        ", ".join(names) if len(names) <= 8 else f"{', '.join(names[:6])}, … ({len(names)} inputs)"
    )
