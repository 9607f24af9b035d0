"""What `train-and-extract` and `verify run` share: three verdicts on a run, and their report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rich.text import Text

from ..errors import NoTruthValue, RunError
from ..exit_codes import HOLDS, NOT_ESTABLISHED, REFUTED
from ..extract import Extraction, load_extraction
from ..models import member
from ..report.verdicts import explain, seeds_table, verdict_word
from ..tasks.arithmetic import worst_perfect_error
from ..train import Run, trained_stack
from ..train.recomputed import check_results
from ..verify import (
    CLAIMS,
    Claim,
    Domain,
    Effort,
    Level,
    Tolerance,
    Verdict,
    check,
    check_claims,
    rounded_up,
    three_claims,
)
from ._options import messages, no_traces, output, print_json


@dataclass(frozen=True, slots=True)
class Outcome(NoTruthValue):
    """A finished run with its formula and the verdicts on it; no verdicts without a formula."""

    _ask = "outcome.exit_code('tested') == 0"

    run: Run
    results: dict[str, Any]
    extraction: Extraction
    verdicts: dict[str, Verdict]
    claims: dict[str, Claim] = field(default_factory=dict)

    @property
    def successes(self) -> int:
        return sum(bool(seed["success"]) for seed in self.results["seeds"])

    def exit_code(self, require: Level) -> int:
        """The worst of the three verdicts; without a formula, nothing is established."""
        codes = [verdict.exit_code(require) for verdict in self.verdicts.values()]
        if REFUTED in codes:
            return REFUTED
        return NOT_ESTABLISHED if not codes or NOT_ESTABLISHED in codes else HOLDS

    def to_json(self) -> dict[str, Any]:
        formula = self.extraction.formula
        return {
            "formula": None if formula is None else str(formula),
            "successes": self.successes,
            "seeds": self.run.config.seeds,
            "agreeing": self.extraction.agreeing,
            "largest_snap": None if formula is None else formula.largest_snap,
            "seed": self.extraction.seed,
            "reason": self.extraction.reason,
            "verdicts": {
                name: self.verdicts[name].to_json() if name in self.verdicts else self._missing()
                for name in CLAIMS
                if name in self.verdicts or name not in ("discretised_formula", "running_formula")
            },
            "module": self.run.config.module,
            "operation": self.run.config.operation,
            "interpolation_range": self.run.config.interpolation_range,
            "extrapolation_range": self.run.config.extrapolation_range,
            "run": str(self.run.directory),
        }

    def _missing(self) -> dict[str, Any]:
        return {"verdict": "unknown", "reason": f"there is no formula: {self.extraction.reason}"}


def verify_run(
    run: Run, tolerance: str | None, effort: Effort, *, quiet: bool, as_it_runs: bool = False
) -> Outcome:
    """Check the three claims on the extrapolation range of a finished run.

    With `as_it_runs`, also that the network in float32, rounding included, stays near its formula.
    """
    given = None if tolerance is None else Tolerance.parse(tolerance)
    if not run.finished:
        raise RunError(
            f"the run {run.directory} is not finished; continue it with nalmx train-and-extract --output "
            f"{run.directory} --resume"
        )
    results = run.load_results()
    with messages(quiet).status("computing the results again"):
        check_results(run, results)
        extraction = load_extraction(run)
    if extraction.formula is None or extraction.network is None:
        return Outcome(run, results, extraction, {})
    config = run.config
    claims = three_claims(
        extraction.network.outputs[0],
        extraction.formula.outputs[0],
        config.task.truth(),
        Domain.uniform(config.input_names, config.extrapolation),
        given or default_tolerance(run),
        extraction.discretised.outputs[0] if extraction.discretised else None,
    )
    with no_traces(), messages(quiet).status("verifying") as status:
        verdicts = check_claims(
            claims, effort, lambda name: status.update(f"verifying {CLAIMS[name]}")
        )
        if as_it_runs:
            status.update(f"verifying {CLAIMS['running_formula']}")
            verdicts["running_formula"] = _running(run, extraction, given or default_tolerance(run))
    return Outcome(run, results, extraction, verdicts, claims)


def _running(run: Run, extraction: Extraction, tolerance: Tolerance) -> Verdict:
    from ..extract.as_run import as_run
    from ..verify.rounding.as_it_runs import RunningErrors

    assert extraction.formula is not None
    assert extraction.seed is not None
    module = member(trained_stack(run), run.config.seed_list.index(extraction.seed))
    (program,) = as_run(module, list(run.config.input_names))
    domain = Domain.uniform(run.config.input_names, run.config.extrapolation)
    claim = Claim(program.expression, extraction.formula.outputs[0], domain, tolerance)
    return check(claim, provers=[RunningErrors(program)])


def default_tolerance(run: Run) -> Tolerance:
    """The pointwise form of the benchmark's criterion: the largest error of an ε-perfect model."""
    config = run.config
    size = worst_perfect_error(config.task, config.extrapolation, config.inputs)
    return Tolerance() if size is None else Tolerance("abs", rounded_up(size))


def report_run(
    outcome: Outcome, require: Level, *, as_json: bool, seeds: bool = False, trained: bool = False
) -> int:
    """Print an outcome and return its exit code; how long it took only where it was just `trained`."""
    if as_json:
        took = {"training_seconds": outcome.results["seconds"]} if trained else {}
        print_json({**outcome.to_json(), **took})
        return outcome.exit_code(require)
    console = output()
    config, extraction = outcome.run.config, outcome.extraction
    if seeds:
        by_seed = {s: text for text, found in extraction.by_formula.items() for s in found}
        console.print(seeds_table(outcome.results["seeds"], by_seed))
        console.print()
    console.print(
        f"{config.module_class.title}, {config.operation} on {config.interpolation_range}: "
        f"{outcome.successes} of {config.seeds} seeds succeeded on {config.extrapolation_range}"
    )
    if extraction.formula is None:
        console.print(f"no formula: {extraction.reason}")
    else:
        console.print()
        console.print(Text(_indented(extraction.formula.pretty()), style="bold"))
        console.print()
        console.print(f"python: {extraction.formula}")
        console.print(
            f"from seed {extraction.seed}, as {extraction.agreeing} of {outcome.successes} successful seeds; "
            f"largest snap {extraction.formula.largest_snap:.3g}"
        )
        for name, verdict in outcome.verdicts.items():
            console.print(
                Text.assemble(f"{CLAIMS[name]}: ", verdict_word(verdict), ", ", explain(verdict))
            )
            if verdict.counterexample is not None:
                point = verdict.counterexample.to_json()["point"]
                console.print("  at " + ", ".join(f"{n} = {v}" for n, v in point.items()))
    console.print(f"run: {outcome.run.directory}")
    return outcome.exit_code(require)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
