"""Runs and what was found in them, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ..runs.claims import CLAIMS
from .sentences import explain, with_decimal
from .verdicts import seeds_table, verdict_word

if TYPE_CHECKING:
    from ..runs.formulas import FormulaOutcome


def formula_lines(outcome: FormulaOutcome, *, seeds: bool = False) -> Iterator[Text | Table | str]:
    """Successes, formula and verdicts of a run; with `seeds`, a table of every seed before."""
    config, extraction = outcome.run.config, outcome.extraction
    if seeds:
        by_seed = {s: text for text, found in extraction.by_formula.items() for s in found}
        yield seeds_table(outcome.results["seeds"], by_seed)
        yield ""
    source = config.source
    yield (
        f"{config.module_class.title}, {source.name} on {source.trained_on}: "
        f"{outcome.successes} of {config.seeds} seeds succeeded on {source.judged_on}"
    )
    if outcome.formula is None:
        yield f"no formula: {extraction.reason}"
    else:
        yield ""
        yield Text(indented(outcome.formula.pretty()), style="bold")
        yield ""
        yield f"python: {outcome.formula}"
        yield (
            f"from seed {extraction.seed}, as {extraction.agreeing} of {outcome.successes} successful "
            f"seeds; largest snap {outcome.formula.largest_snap:.3g}"
        )
        for name, verdict in outcome.verdicts.items():
            yield Text.assemble(f"{CLAIMS[name]}: ", verdict_word(verdict), ", ", explain(verdict))
            if verdict.counterexample is not None:
                point = verdict.counterexample.to_json()["point"]
                yield "  at " + ", ".join(f"{n} = {with_decimal(v)}" for n, v in point.items())
    yield f"run: {outcome.run.directory}"


def indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
