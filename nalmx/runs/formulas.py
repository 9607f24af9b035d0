"""Verdicts on a run that was trained: its network, the formula of that, and the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from ..devices import find_device
from ..extract.formula import Formula
from ..models import member
from ..train import Progress, Run, fit, trained_stack
from ..verify import Claim, Domain, Effort, Tolerance, Verdict, check
from .claims import CLAIMS, OF_NETWORKS, network_claims, rounded_up
from .extraction import Extraction, extract_run, load_extraction
from .outcome import RunOutcome
from .recomputed import check_results

if TYPE_CHECKING:
    from ..verify.certificate import Certificate


@dataclass(frozen=True, slots=True, repr=False)
class FormulaOutcome(RunOutcome):
    """A finished run with its formula and the verdicts on it; no verdicts without a formula."""

    run: Run
    results: dict[str, Any]
    extraction: Extraction
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)

    @property
    def formula(self) -> Formula | None:
        return self.extraction.formula

    @property
    def found(self) -> Formula | None:
        return self.formula

    @property
    def successes(self) -> int:
        return sum(bool(seed["success"]) for seed in self.results["seeds"])

    @property
    def domain(self) -> Domain:
        """Where the claims are made: on the range of every input on which a formula is to hold."""
        source = self.run.config.source
        return Domain(dict(zip(source.input_names, source.extents, strict=True)))

    @property
    def facts(self) -> dict[str, str]:
        """Where the formula comes from, in a few words."""
        if self.formula is None:
            return {}
        config, seed = self.run.config, self.extraction.seed
        snap = f"largest snap {self.formula.largest_snap:.3g}"
        return {
            "module": f"{config.module}, seed {seed}, trained on {config.source.trained_on}",
            "weights": f"sha256 {self.formula.weights_sha256}, {snap}",
        }

    @property
    def uncertified(self) -> str | None:
        return "there is no formula" if self.formula is None else None

    def certificates(self) -> Iterator[tuple[str, Callable[[], Certificate]]]:
        from ..verify.certificate import certify

        for name, claim in self.claims.items():
            assert self.formula is not None
            yield (
                name,
                partial(
                    certify,
                    claim,
                    verdict=self.verdicts[name],
                    source=f"{CLAIMS[name]}, {self.run.config.module} trained on "
                    f"{self.run.config.source.name}",
                    weights_sha256=self.formula.weights_sha256,
                    seed=self.extraction.seed,
                ),
            )

    def to_json(self) -> dict[str, Any]:
        config, extraction, formula = self.run.config, self.extraction, self.formula
        reason = "no truth is known" if formula else f"there is no formula: {extraction.reason}"
        missing = {"verdict": "unknown", "reason": reason}
        found = self.verdict_records()
        return {
            "formula": None if formula is None else str(formula),
            "successes": self.successes,
            "seeds": config.seeds,
            "agreeing": extraction.agreeing,
            "largest_snap": None if formula is None else formula.largest_snap,
            "seed": extraction.seed,
            "reason": extraction.reason,
            "verdicts": {
                name: found.get(name, missing)
                for name in CLAIMS
                if name in found or name in OF_NETWORKS
            },
            "module": config.module,
            **config.source.facts(),
            "run": str(self.run.directory),
        }


def train_run(
    run: Run,
    device: str = "auto",
    *,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> None:
    """Train a run to its end and save its formula; what is there is not done again.

    Raises `Interrupted` once `stop_requested()` is true and the state is saved.
    """
    place = find_device(device, "modules")
    fit(run, place, on_progress=on_progress, stop_requested=stop_requested)
    if not run.path("formula.json").exists():
        extract_run(run)


def formula_outcome(run: Run) -> FormulaOutcome:
    """A finished run and its formula, which is saved where it was not."""
    run.check_finished()
    saved = run.path("formula.json").exists()
    extraction = load_extraction(run) if saved else extract_run(run)
    return FormulaOutcome(run, run.load_results(), extraction)


def verify_run(
    run: Run,
    tolerance: Tolerance | None = None,
    effort: Effort | None = None,
    *,
    as_it_runs: bool = False,
    on_progress: Callable[[str], None] = lambda doing: None,
) -> FormulaOutcome:
    """Compute the results of a finished run again, and check its claims on the extrapolation range.

    With `as_it_runs`, also that the network in float32, rounding included, stays near its formula.
    """
    run.check_finished()
    results = run.load_results()
    on_progress("computing the results again")
    check_results(run, results)
    outcome = FormulaOutcome(run, results, load_extraction(run))
    if outcome.formula is None:
        return outcome
    tolerance = tolerance or default_tolerance(run)
    claims = _claims(outcome, tolerance)
    verdicts = {}
    for name, claim in claims.items():
        on_progress(f"verifying {CLAIMS[name]}")
        verdicts[name] = check(claim, effort)
    if as_it_runs:
        on_progress(f"verifying {CLAIMS['running_formula']}")
        verdicts["running_formula"] = _running(outcome, tolerance)
    return FormulaOutcome(run, results, outcome.extraction, verdicts, claims)


def _claims(outcome: FormulaOutcome, tolerance: Tolerance) -> dict[str, Claim]:
    extraction = outcome.extraction
    assert extraction.formula is not None
    assert extraction.network is not None
    return network_claims(
        extraction.network.outputs[0],
        extraction.formula.outputs[0],
        outcome.run.config.source.truth,
        outcome.domain,
        tolerance,
        extraction.discretised.outputs[0] if extraction.discretised else None,
    )


def _running(outcome: FormulaOutcome, tolerance: Tolerance) -> Verdict:
    from ..extract.as_run import as_run
    from ..verify.rounding.as_it_runs import RunningErrors

    run, extraction = outcome.run, outcome.extraction
    assert extraction.formula is not None
    assert extraction.seed is not None
    module = member(trained_stack(run), run.config.seed_list.index(extraction.seed))
    (program,) = as_run(module, list(run.config.source.input_names))
    formula = extraction.formula.outputs[0]
    claim = Claim(program.expression, formula, outcome.domain, tolerance)
    return check(claim, provers=[RunningErrors(program)])


def default_tolerance(run: Run) -> Tolerance:
    """The pointwise form of the benchmark's criterion: the largest error of an ε-perfect model."""
    size = run.config.source.largest_error
    return Tolerance() if size is None else Tolerance("abs", rounded_up(size))
