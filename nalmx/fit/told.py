"""What a search found, told: the table of equations, and sentences about the rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ..expression import to_text, variables
from .candidate import Candidate
from .holdout import Split
from .judge import Judge
from .result import Equation, Fit
from .values import evaluate

_LISTED = 5


def equation_of(found: Candidate, is_pick: bool) -> Equation:
    return Equation(
        found.expression,
        found.complexity,
        found.error_inside,
        found.error_beyond,
        is_pick,
        found.reason,
    )


def told(
    judge: Judge,
    parts: Split,
    candidates: Sequence[Candidate],
    pick: Candidate | None,
    given: Judge,
    exceptions: Sequence[int],
    ended: str | None,
) -> Fit:
    """The outcome of a search on rows `given`, but for some; those in `exceptions` do not fit."""
    law = pick is not None and pick.is_law
    return Fit(
        law=law,
        formula=pick.expression if pick is not None and law else None,
        equations=tuple(
            equation_of(found, found is pick)
            for found in _shown(candidates, pick)
            if pick is None or found is pick or found.expression != pick.expression
        ),
        noise=math.nan if pick is None else pick.error,
        inputs_used=() if pick is None else variables(pick.expression),
        rows_fitted=len(parts.fitted),
        rows_held=len(parts.held),
        beyond=len(parts.beyond),
        statements=tuple(_statements(judge, parts, pick, given, exceptions)),
        constants=() if pick is None else pick.constants,
        exceptions=tuple(exceptions),
        tried=judge.tried,
        ended=ended,
    )


def _shown(candidates: Sequence[Candidate], pick: Candidate | None) -> list[Candidate]:
    """Of each size the best, where it leaves less than all that are shorter; and the pick."""
    by_size: dict[int, Candidate] = {}
    for found in sorted(candidates, key=lambda c: c.error):
        by_size.setdefault(found.complexity, found)
    shown = [by_size[size] for size in sorted(by_size)]
    shown = [
        found
        for place, found in enumerate(shown)
        if found is pick or all(found.error < before.error for before in shown[:place])
    ]
    if pick is not None and pick not in shown:
        shown = sorted([*shown, pick], key=lambda c: c.complexity)
    return shown


def _statements(
    judge: Judge, parts: Split, pick: Candidate | None, given: Judge, exceptions: Sequence[int]
) -> Iterator[str]:
    count, held, beyond = given.rows.count, len(parts.held), len(parts.beyond)
    refitted = pick is not None and pick.is_law and pick.has_all_rows
    yield (
        f"{count:,} rows: {len(parts.fitted):,} gave the constants, {held:,} were held out, "
        f"{beyond:,} lie at the edge of the data"
        + ("; in the end all of them gave the constants" if refitted else "")
    )
    fits = f"fits all {count:,} rows" + (f" but {len(exceptions):,}" if exceptions else "")
    if pick is None:
        yield "nothing that was tried says more of the target than its mean"
    elif not pick.is_law:
        yield f"no law: {to_text(pick.expression)} is the best found, and {pick.reason}"
    elif pick.is_exact:
        yield f"{fits} to rounding"
    elif judge.stated is not None:
        yield f"{fits} within the errors stated; it leaves {pick.error:.2g} of the target"
    else:
        yield (
            f"{fits} within noise of {pick.error:.2g} of the target; what it leaves has no trend, no order, "
            "and the shape of noise"
        )
    if pick is not None and exceptions:
        yield _told_apart(pick, given, exceptions)


def _told_apart(law: Candidate, given: Judge, exceptions: Sequence[int]) -> str:
    rows = given.rows
    listed = []
    for row in exceptions[:_LISTED]:
        inputs = dict(zip(rows.names, rows.inputs[row - 1], strict=True))
        value = float(evaluate(law.expression, inputs))
        listed.append(f"row {row:,} has {rows.target[row - 1]:.7g}, where it gives {value:.7g}")
    more = len(exceptions) - _LISTED
    return "it does not fit: " + "; ".join(listed) + (f"; and {more:,} more" if more > 0 else "")
