"""Fit: the cheapest structures first, each judged on all rows; the shortest law that holds is the pick."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..clock import limited, move_on_after
from ..errors import SettingError
from ..expression import to_text, variables
from ..verify.effort import Effort
from .candidate import Candidate
from .everywhere import why_not_everywhere
from .form import Form
from .holdout import Holdout, Split, split
from .judge import Judge, Noise
from .result import Equation, Fit
from .rows import Rows
from .shown import why_not_shown
from .structures.problem import Problem
from .structures.search import searches
from .values import evaluate

Progress = Callable[[Equation, int], None]
"""Told the best equation so far, and how many forms were tried."""


def fit(
    rows: Rows,
    effort: Effort | None = None,
    *,
    noise: Noise = "auto",
    holdout: Holdout = "extrapolate",
    progress: Progress | None = None,
) -> Fit:
    """The law behind rows, or the best equation and that it is none.

    `noise` is the size of errors of the target relative to its root mean square: `auto` estimates it from
    what the best formula leaves, 0 asks for a formula that is right to rounding. `effort.seed` draws the
    rows that are held out; `effort.operations` and `effort.seconds` end the search, which then says
    so: the first at the same place on every machine, the second wherever it is.
    """
    if noise != "auto" and not (isinstance(noise, float | int) and 0 <= noise < 1):
        raise SettingError(
            f"{noise!r} is no noise; give 'auto', or its size relative to the target, such as 0.01 (0: none)"
        )
    effort = effort or Effort()
    parts = split(rows, holdout, np.random.default_rng(effort.seed))
    search = _Search(Judge(rows, parts, noise), parts, progress)
    ended: str | None = "time"
    spending = limited(effort.operations)
    try:
        with np.errstate(all="ignore"), move_on_after(effort.seconds), spending:
            search.run()
            ended = None
    except KeyboardInterrupt:
        ended = "interrupted"
    if ended == "time" and spending.spent > spending.most:
        ended = "effort"
    return search.outcome(ended)


_MOST_IMPOSTORS = 400
"""Forms that are right to many digits and no laws: a function so smooth has more of them without end."""


_CLEAR = 10.0
"""Bits by which a law under noise is better told than any other."""
_ALIKE = 4.0


@dataclass(eq=False)
class _Search:
    """The candidates of one fit, and the best of them."""

    judge: Judge
    parts: Split
    progress: Progress | None

    def __post_init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.impostors = 0

    def run(self) -> None:
        """Structure after structure, until one holds a law."""
        problem = Problem.of(self.judge.rows, self.parts.fitted)
        problem = replace(problem, weights=self.judge.fitted.weights)
        for forms in searches(problem, may_be_noisy=self.judge.noise != 0.0):
            self._try(forms)
            if self.is_settled:
                break

    def _try(self, found: Iterator[Form]) -> None:
        for form in found:
            judged = self.judge.judge(form)
            if form.is_from_exact and (judged is None or not judged.is_law):
                self.impostors += 1
                if self.impostors >= _MOST_IMPOSTORS:
                    break
            if judged is not None:
                self.candidates.append(judged)
                if self.progress is not None:
                    self.progress(_equation(self.pick or judged, True), self.judge.tried)
                if judged.is_law and judged.is_exact:
                    break

    @property
    def is_settled(self) -> bool:
        """Whether one of the candidates is a law for which no rivals are to be looked for."""
        laws = [found for found in self.candidates if found.is_law]
        return any(found.is_exact or not found.form.is_daring for found in laws)

    @property
    def pick(self) -> Candidate | None:
        """The law of fewest bits; where there is none, the equation that says most in fewest bits."""
        return min(self.candidates, key=self._rank, default=None)

    def _rank(self, found: Candidate) -> tuple[bool, float]:
        error = max(found.error, 1e-16)
        rows = self.judge.rows.count
        return not found.is_law, found.bits + rows * math.log2(error)

    def _rival(self, pick: Candidate) -> Candidate | None:
        """Another law, that is told in hardly more bits and says something else; None for an exact one."""
        if pick.is_exact:
            return None
        columns = self.judge.everything.columns
        own = evaluate(pick.expression, columns)
        # Constants alone, within what the rows leave open of them, make no other law.
        alike = _ALIKE * pick.error * self.judge.size / math.sqrt(len(own))
        _, limit = self._rank(pick)
        for other in self.candidates:
            if other is not pick and other.is_law and self._rank(other)[1] < limit + _CLEAR:
                difference = own - evaluate(other.expression, columns)
                if math.sqrt(float((difference**2).mean())) > alike:
                    return other
        return None

    def _doubt(self, law: Candidate) -> str:
        """Why a law of the rows seen is none after all; or nothing."""
        rival = self._rival(law)
        if rival is not None:
            return f"{to_text(rival.expression)} fits as well"
        alike = self.judge.why_not_alike(law.form)
        return alike or why_not_shown(self.judge, law) or why_not_everywhere(self.judge, law)

    def outcome(self, ended: str | None) -> Fit:
        """What was found so far."""
        pick = self.pick
        if pick is not None and pick.is_law and (reason := self._doubt(pick)):
            named = replace(pick, reason=reason)
            self.candidates = [named if found is pick else found for found in self.candidates]
            pick = named
        law = pick is not None and pick.is_law
        by_size: dict[int, Candidate] = {}
        for found in sorted(self.candidates, key=lambda c: c.error):
            by_size.setdefault(found.complexity, found)
        shown = [by_size[size] for size in sorted(by_size)]
        shown = [
            found
            for place, found in enumerate(shown)
            if found is pick or all(found.error < before.error for before in shown[:place])
        ]
        if pick is not None and pick not in shown:
            shown = sorted([*shown, pick], key=lambda c: c.complexity)
        return Fit(
            law=law,
            formula=pick.expression if pick is not None and law else None,
            equations=tuple(
                _equation(found, found is pick)
                for found in shown
                if pick is None or found is pick or found.expression != pick.expression
            ),
            noise=math.nan if pick is None else pick.error,
            inputs_used=() if pick is None else variables(pick.expression),
            rows_fitted=len(self.parts.fitted),
            rows_held=len(self.parts.held),
            beyond=len(self.parts.beyond),
            statements=tuple(self._statements(pick)),
            constants=() if pick is None else pick.constants,
            tried=self.judge.tried,
            ended=ended,
        )

    def _statements(self, pick: Candidate | None) -> Iterator[str]:
        rows, held, beyond = self.judge.rows, len(self.parts.held), len(self.parts.beyond)
        yield (
            f"{rows.count:,} rows: {len(self.parts.fitted):,} gave the constants, {held:,} were held out, "
            f"{beyond:,} lie at the edge of the data"
        )
        if pick is None:
            yield "nothing that was tried says more of the target than its mean"
        elif not pick.is_law:
            yield f"no law: {to_text(pick.expression)} is the best found, and {pick.reason}"
        elif pick.is_exact:
            yield f"fits all {rows.count:,} rows to rounding"
        elif self.judge.stated is not None:
            yield (
                f"fits all {rows.count:,} rows within the errors stated; it leaves {pick.error:.2g} of the "
                "target"
            )
        else:
            yield (
                f"fits all {rows.count:,} rows within noise of {pick.error:.2g} of the target; what it "
                "leaves has no trend, no order, and the shape of noise"
            )


def _equation(found: Candidate, is_pick: bool) -> Equation:
    return Equation(
        found.expression,
        found.complexity,
        found.error_inside,
        found.error_beyond,
        is_pick,
        found.reason,
    )
