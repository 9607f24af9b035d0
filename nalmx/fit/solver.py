"""Fit: the cheapest structures first, each judged on all rows; the shortest law that holds is the pick."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from ..clock import limited, move_on_after
from ..errors import SettingError
from ..expression import to_text
from ..verify.effort import Effort
from .candidate import Candidate
from .everywhere import why_not_everywhere
from .exceptions import lie_together, rows_off, suspects
from .form import Form
from .holdout import Holdout, Places, Split, split
from .judge import Judge, Noise
from .powers import why_no_power
from .result import Equation, Fit
from .rows import Rows
from .shown import why_not_shown
from .structures.problem import Problem
from .structures.search import searches
from .told import equation_of, told
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

    def search(some: Rows, exceptions: int = 0) -> _Search:
        parts = split(some, holdout, np.random.default_rng(effort.seed))
        return _Search(Judge(some, parts, noise, exceptions), parts, progress)

    def without(suspected: Places, stages: int | None) -> Fit | None:
        """The law of all rows but those of the suspected ones that it does not fit, where there is one."""
        while len(suspected):
            rest = search(rows.without(suspected), len(suspected))
            rest.run(stages)
            if rest.law is None:
                return None
            wrong = rows_off(rest.judge, rest.law, suspected, whole.judge)
            if len(wrong) == len(suspected):
                if lie_together(rows, rest.law, wrong):
                    return None
                return rest.outcome(whole.judge, [int(place) + 1 for place in wrong], None)
            suspected = wrong
        return None

    whole = search(rows)
    ended: str | None = "time"
    spending = limited(effort.operations)
    try:
        with np.errstate(all="ignore"), move_on_after(effort.seconds), spending:
            for stages in (1, None):  # what is plain but for a few rows needs no long search
                whole.run(stages)
                if whole.law is not None:
                    break
                for places in suspects(whole.judge, whole.candidates):
                    rest = without(places, stages)
                    if rest is not None:
                        return rest
            ended = None
    except KeyboardInterrupt:
        ended = "interrupted"
    if ended == "time" and spending.spent > spending.most:
        ended = "effort"
    return whole.outcome(whole.judge, (), ended)


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
        self.is_over = False
        self.chosen: Candidate | None = None
        problem = Problem.of(self.judge.rows, self.parts.fitted)
        problem = replace(problem, weights=self.judge.fitted.weights)
        self.structures = searches(problem, may_be_noisy=self.judge.noise != 0.0)

    def run(self, stages: int | None) -> None:
        """So many structures more, or all that are left, until one holds a law; it is doubted then."""
        if self.is_over:
            return
        for forms in islice(self.structures, stages):
            self._try(forms)
            if self.is_found:
                break
        if self.is_found or stages is None:
            self.settle()

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
                    self.progress(equation_of(self.pick or judged, True), self.judge.tried)
                if judged.is_law and judged.is_exact:
                    break

    @property
    def is_found(self) -> bool:
        """Whether one of the candidates is a law for which no rivals are to be looked for."""
        laws = [found for found in self.candidates if found.is_law]
        return any(found.is_exact or not found.form.is_daring for found in laws)

    @property
    def law(self) -> Candidate | None:
        """The pick, where it is a law that stands."""
        return self.chosen if self.chosen is not None and self.chosen.is_law else None

    @property
    def pick(self) -> Candidate | None:
        """The law of fewest bits; where there is none, the equation that says most in fewest bits."""
        return min(self.candidates, key=self._rank, default=None)

    def _rank(self, found: Candidate) -> tuple[bool, float]:
        error = max(found.error, 1e-16)
        rows = self.judge.rows.count
        return not found.is_law, found.bits + rows * math.log2(error)

    def _rival(self, pick: Candidate) -> Candidate | None:
        """What says something else in hardly more bits, a law or simpler than one; None for an exact law."""
        if pick.is_exact:
            return None
        columns = self.judge.everything.columns
        own = evaluate(pick.expression, columns)
        # Constants alone, within what the rows leave open of them, make no other law.
        alike = _ALIKE * pick.error * self.judge.size / math.sqrt(len(own))
        _, limit = self._rank(pick)
        for other in self.candidates:
            may_be = other.is_law or other.bits < pick.bits
            if other is not pick and may_be and self._rank(other)[1] < limit + _CLEAR:
                difference = own - evaluate(other.expression, columns)
                if math.sqrt(float((difference**2).mean())) > alike:
                    return other
        return None

    def _doubt(self, law: Candidate) -> str:
        """Why a law of the rows seen is none after all; or nothing."""
        rival = self._rival(law)
        if rival is not None:
            text = to_text(rival.expression)
            return f"{text} fits {'as' if rival.is_law else 'nearly as'} well"
        doubts = (why_not_shown, why_no_power, why_not_everywhere)
        reasons = (doubt(self.judge, law) for doubt in doubts)
        return self.judge.why_not_alike(law.form) or next(filter(None, reasons), "")

    def settle(self) -> None:
        """End the search: doubt the law of the rows seen, and give it its constants from all of them."""
        if self.is_over:
            return
        pick = self.pick
        if pick is not None and pick.is_law:
            reason = self._doubt(pick)
            named = replace(pick, reason=reason) if reason else self.judge.with_all_rows(pick)
            self.candidates = [named if found is pick else found for found in self.candidates]
            pick = named
        self.is_over, self.chosen = True, pick

    def outcome(self, given: Judge, exceptions: Sequence[int], ended: str | None) -> Fit:
        """What was found so far of the rows given, of which it does not fit some."""
        self.settle()
        return told(self.judge, self.parts, self.candidates, self.chosen, given, exceptions, ended)
