"""A run of `nalmx fit` on a page: the law, what is said of rows and of the formula, rivals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...expression import to_text
from ...markup import Markup, element
from ..fit_points import FitPoints
from ..fits import within
from .charts import ranges_picture, residuals_picture, rows_and_law
from .formulas import drawn_formula
from .parts import Chapter, command, listing, section, table
from .verdicts import formula_verdicts, legend

if TYPE_CHECKING:
    from ...runs.fits import FitOutcome


def fit_part(
    outcome: FitOutcome, repeat: Sequence[str], certificates: Mapping[str, bytes]
) -> Chapter:
    """What a fit found, its rows fitted again."""
    rows, found = outcome.table.rows, outcome.fit
    law = "law" if outcome.law else "no law found"
    sections = [_law(outcome)]
    if outcome.truth is not None:
        cards = [*formula_verdicts(outcome.verdicts, outcome.claims, certificates)]
        none = element("p", "Not compared with the truth, since there is no law.")
        truth = element("p", "The truth given: ", element("code", to_text(outcome.truth)))
        sections.append(section("Said of the formula", truth, *(cards or [none]), legend()))
        if outcome.domain is not None:
            sections.append(section("Ranges", ranges_picture(None, outcome.domain.ranges)))
    said = element("ul", *(element("li", statement) for statement in found.statements))
    sections.append(section("Said of the rows", said, *_constants(outcome)))
    if found.best is not None:
        points = FitPoints.of(outcome)
        drawn = rows_and_law(points)
        sections.append(section("Rows and formula", drawn, residuals_picture(points)))
    sections.append(section("Rival formulas", *equations_table(outcome)))
    sections.append(section("Repeat it", *map(command, repeat)))
    return Chapter(f"{rows.target_name} from {rows.count:,} rows: {law}", sections)


def _law(outcome: FitOutcome) -> Markup:
    found, table_ = outcome.fit, outcome.table
    best = found.best
    where = element("p", f"{table_.source}: {table_.rows.count:,} rows.")
    named = [f"{safe} is the column {own!r}" for safe, own in table_.renamed.items()]
    named += [f"{name!r} is left out: {reason}" for name, reason in table_.left_out.items()]
    notes = element("ul", *(element("li", line) for line in named)) if named else None
    if best is None:
        return section("No law found", where, notes)
    text = f"{table_.rows.target_name} = {best}"
    exact = all(constant.is_exact for constant in found.constants)
    drawn = drawn_formula(best.expression, text) if exact else listing([text])
    title = "Law" if outcome.law else "No law found; the best formula so far"
    return section(title, drawn, where, notes)


def _constants(outcome: FitOutcome) -> list[Markup]:
    rows = [
        (
            to_text(one.expression),
            within(one.estimate, one.half_width),
            "exact" if one.is_exact else "a decimal of the interval",
        )
        for one in outcome.fit.constants
    ]
    return [table(("constant", "as fitted", ""), rows)] if rows else []


def equations_table(outcome: FitOutcome) -> list[Markup]:
    """Every equation that none of its size or smaller fits better; the pick stands out."""
    equations = outcome.fit.equations
    if not equations:
        return [element("p", "None.")]
    rows = [
        (
            one.complexity,
            _error(one.error_inside),
            _error(one.error_beyond),
            element("code", str(one)),
            one.reason or "law",
        )
        for one in equations
    ]
    headings = ("size", "error inside", "error beyond", outcome.table.rows.target_name, "")
    marked = [place for place, one in enumerate(equations) if one.is_pick]
    return [table(headings, rows, numbers=range(3), sortable=True, marked=marked)]


def _error(value: float) -> str:
    return f"{value:.2g}" if math.isfinite(value) else "–"
