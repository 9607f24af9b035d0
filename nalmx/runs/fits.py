"""Laws from data: what a fit found, the verdicts on it, and the run that is kept of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import RunError, SettingError
from ..exit_codes import HOLDS, NOT_ESTABLISHED, REFUTED
from ..expression import Expression, variables
from ..extract.formula import Formula
from ..fit.record import fit_to_json
from ..fit.rows import Array, Rows
from ..fit.solver import Progress, fit
from ..fit.tables import Chosen, Units, safe_names, units_of
from ..ranges import Interval, Range
from ..rationals import spell
from ..storage import same_json
from ..verify import Claim, Domain, Effort, Level, Verdict, check
from ..verify.domain import named_ranges
from ..verify.sides import sides
from .fit_directory import FitSettings, Fitted, read_fit, write_fit
from .outcome import Outcome
from .saved_verdicts import check_saved_verdicts

if TYPE_CHECKING:
    from ..verify.certificate import Certificate

_DIGITS = 6


@dataclass(frozen=True, slots=True, repr=False)
class FitOutcome(Fitted, Outcome):
    """A law and the equations it was chosen from, or that there is none, and the verdict on its truth.

    What is said of rows is in `fit`, and what is said of the formula in `verdicts`. `directory` is where
    it is kept, if it is.
    """

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    directory: Path | None = None

    @property
    def found(self) -> Formula | None:
        return self.formula

    @property
    def verdict(self) -> Verdict | None:
        """The verdict on formula and truth, where both are there."""
        return self.verdicts.get("formula_truth")

    @property
    def facts(self) -> dict[str, str]:
        """Where the formula comes from, in a few words."""
        return {"fitted to": f"{self.table.rows.count:,} rows of {Path(self.table.source).name}"}

    @property
    def uncertified(self) -> str | None:
        if self.formula is None:
            return "no law was found"
        return None if self.claims else "no truth is known"

    def exit_code(self, require: Level) -> int:
        """0 for a law, whose truth holds where it is known; 1 refuted, 3 no law or not established."""
        codes = [verdict.exit_code(require) for verdict in self.verdicts.values()]
        if REFUTED in codes:
            return REFUTED
        wanted = self.truth is None or bool(codes)
        return HOLDS if self.law and wanted and NOT_ESTABLISHED not in codes else NOT_ESTABLISHED

    def certificates(self) -> Iterator[tuple[str, Callable[[], Certificate]]]:
        from ..verify.certificate import certify

        source = f"a law fitted to {Path(self.table.source).name}"
        for name, claim in self.claims.items():
            yield name, partial(certify, claim, verdict=self.verdicts[name], source=source)

    def to_json(self) -> dict[str, Any]:
        found = fit_to_json(self.fit)
        verdict = self.verdict
        return {
            "law": found.pop("law"),
            "formula": found.pop("formula"),
            "verdict": None if verdict is None else verdict.verdict,
            **found,
            "verdicts": self.verdict_records(),
            "target": self.table.rows.target_name,
            "inputs": list(self.table.rows.names),
            "names": dict(self.table.renamed),
            "left_out": dict(self.table.left_out),
            "rows": self.table.rows.count,
            "source": self.table.source,
            "run": None if self.directory is None else str(self.directory),
        }

    def save(self, directory: str | Path) -> Path:
        """Keep rows, settings, equations and verdicts in a new directory."""
        return write_fit(self, self.verdict_records(), Path(directory))

    def check_saved(self) -> None:
        """Refuse verdicts on disk that say something else, with a `RunError`."""
        assert self.directory is not None
        check_saved_verdicts(self.directory / "verdicts.json", self.verdict_records())


def given_table(
    inputs: Any,
    target: Any,
    names: Sequence[str] | None,
    sigma: Any,
    weights: Any,
    units: Units | None = None,
) -> Chosen:
    """The table of arrays, with the names given, or those of a data frame."""
    own = names if names is not None else getattr(inputs, "columns", None)
    if own is None:
        rows = Rows.of(inputs, target, None, "y", sigma, weights)
        return Chosen(_with_units(rows, (*rows.names, "y"), units), "the given rows")
    called = getattr(target, "name", None)
    every = [*map(str, own), "y" if called is None else str(called)]
    *safe, safe_target = safe_names(every)
    rows = Rows.of(inputs, target, safe, safe_target, sigma, weights)
    pairs = zip([*safe, safe_target], every, strict=True)
    renamed = {new: old for new, old in pairs if new != old}
    return Chosen(_with_units(rows, every, units), "the given rows", renamed)


def _with_units(rows: Rows, names: Sequence[str], units: Units | None) -> Rows:
    return rows if units is None else replace(rows, units=units_of(names, units))


def fit_table(
    table: Chosen,
    settings: FitSettings,
    truth: Any = None,
    ranges: str | Sequence[str] = (),
    progress: Progress | None = None,
) -> FitOutcome:
    """Seek the law behind a table; its truth is checked to be one of it, and compared by `with_truth`.

    The truth is claimed on the ranges given, and else on the smallest box around all rows.
    """
    known, domain = claimed(table.rows, truth, ranges)
    effort = Effort(seconds=settings.seconds, seed=settings.seed, operations=settings.operations)
    found = fit(
        table.rows,
        effort,
        noise=settings.noise,
        holdout=settings.holdout,
        progress=progress,
    )
    return FitOutcome(table, settings, found, known, domain)


def with_truth(
    outcome: FitOutcome,
    truth: Any = None,
    ranges: str | Sequence[str] | None = None,
    effort: Effort | None = None,
) -> FitOutcome:
    """With the verdict on the law and a truth, its own where none is given; without either, with none."""
    if truth is not None or ranges is not None:
        known, where = claimed(outcome.table.rows, truth or outcome.truth, ranges or ())
        outcome = replace(outcome, truth=known, domain=where)
    formula, right, domain = outcome.fit.formula, outcome.truth, outcome.domain
    if formula is None or right is None or domain is None:
        return replace(outcome, verdicts={}, claims={})
    names = variables(formula, right)
    claim = Claim(formula, right, Domain({name: domain.ranges[name] for name in names}))
    verdicts = {"formula_truth": check(claim, effort)}
    return replace(outcome, verdicts=verdicts, claims={"formula_truth": claim})


def open_fit(directory: Path) -> FitOutcome:
    """A run as it was saved, without verdicts."""
    found = read_fit(directory)
    return FitOutcome(
        found.table, found.settings, found.fit, found.truth, found.domain, directory=directory
    )


def verify_fit(
    directory: Path,
    effort: Effort | None = None,
    on_progress: Callable[[str], None] = lambda doing: None,
) -> FitOutcome:
    """Fit the rows of a run again, and compare what is found now with its truth.

    A law on disk that is not found again is a `RunError`, and so are other equations, where the search
    came to its end both times.
    """
    saved = open_fit(directory)
    on_progress("fitting the rows again")
    again = fit_table(
        saved.table,
        saved.settings,
        progress=lambda best, tried: on_progress(f"fitting the rows again: {tried:,} forms tried"),
    )
    if again.fit.ended == "interrupted":
        raise KeyboardInterrupt
    whole = saved.fit.ended is None and again.fit.ended is None
    same = same_json(fit_to_json(saved.fit), fit_to_json(again.fit))
    if not same and (whole or (saved.law and saved.fit.formula != again.fit.formula)):
        raise RunError(
            f"{directory / 'results.json'} is not what is found in the rows now: it was changed, found "
            "by another version, or in less time; fit again"
        )
    on_progress("verifying formula ↔ truth")
    return with_truth(replace(saved, fit=again.fit), effort=effort)


def claimed(
    rows: Rows, truth: Any, ranges: str | Sequence[str]
) -> tuple[Expression | None, Domain | None]:
    """A truth, in any of the ways to write it, and where it is claimed."""
    if truth is None:
        return None, None
    known = sides(truth, "the truth")[0][0]
    return known, _domain(known, rows, [ranges] if isinstance(ranges, str) else ranges)


def _domain(truth: Expression, rows: Rows, ranges: Sequence[str]) -> Domain:
    unknown = sorted(set(variables(truth)) - set(rows.names))
    if unknown:
        raise SettingError(
            f"the truth has {', '.join(unknown)}, which is none of the inputs {', '.join(rows.names[:20])}"
        )
    if any("=" not in text for text in ranges):
        return Domain.parse(ranges, rows.names)
    named = named_ranges(ranges)
    given = Domain.parse(ranges, [name for name in rows.names if name in named])
    boxes = zip(rows.names, map(_hull, rows.inputs.T), strict=True)
    return Domain({**dict(boxes), **given.ranges})


def _hull(column: Array) -> Range:
    """From the least to the largest value, each the decimal that its float is written as.

    Of an end with more digits than are worth reading the first six: that box lies inside the other.
    """
    least, most = (Decimal(repr(float(value))) for value in (column.min(), column.max()))
    lower, upper = _short(least, ROUND_CEILING), _short(most, ROUND_FLOOR)
    if lower > upper:
        lower, upper = Fraction(least), Fraction(most)
    return Range((Interval(lower, upper),))


def _short(end: Decimal, way: str) -> Fraction:
    exact = Fraction(end)
    if "/" not in spell(exact):
        return exact
    return Fraction(Context(prec=_DIGITS, rounding=way).plus(end))
