"""The run directory of a fit: what was found in which rows.

- `rows.safetensors`: the rows, in float64
- `results.json`: the equations, and what was said of the rows
- `formula.json`: the law, if there is one
- `verdicts.json`: the verdict on the truth, if one is known
- `config.json`: names, settings and the digest of the rows; written last, since it makes a run of a directory
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ..errors import NalmxError, RunError
from ..expression import parse, to_text
from ..extract.formula import Formula
from ..fit.record import fit_from_json, fit_to_json
from ..fit.result import Fit
from ..fit.rows import Rows
from ..fit.tables import Chosen
from ..ranges import Range
from ..run_directory import new_directory, saved_config
from ..storage import digest, read_arrays, read_json, same_json, write_arrays, write_json
from ..verify import Domain, Effort
from .fits import FitOutcome, FitSettings, fit_table, with_truth
from .saved_verdicts import save_verdicts

KIND = "fit"
SCHEMA = 1
_ROWS = "rows.safetensors"


def save_fit(outcome: FitOutcome, directory: Path) -> Path:
    """Write a run into a directory that must not exist."""

    def fill() -> None:
        rows = outcome.table.rows
        columns = {"inputs": rows.inputs, "target": rows.target}
        columns |= {} if rows.sigma is None else {"sigma": rows.sigma}
        columns |= {} if rows.weights is None else {"weights": rows.weights}
        write_arrays(directory / _ROWS, columns)
        config = _config(outcome, digest(directory / _ROWS))
        write_json(directory / "results.json", _results(outcome, config))
        write_json(directory / "formula.json", _formula(outcome))
        if outcome.verdicts:
            save_verdicts(directory / "verdicts.json", outcome.verdict_records())
        write_json(directory / "config.json", config)

    new_directory(directory, fill)
    return directory


def open_fit(directory: Path) -> FitOutcome:
    """A run as it was saved, whole; verdicts are for `verify_fit` to give."""
    path = directory / "config.json"
    config = saved_config(directory)
    _check_schema(config, path)
    if digest(directory / _ROWS) != config.get("rows_sha256"):
        raise RunError(
            f"{directory / _ROWS} was changed after the fit (its digest differs); fit again"
        )
    results = read_json(directory / "results.json")
    _check_schema(results, directory / "results.json")
    if not same_json(results.get("config"), config):
        raise RunError(f"{directory / 'results.json'} does not fit config.json; fit again")
    found = fit_from_json(results.get("fit"))
    try:
        outcome = _outcome(config, found, directory)
    except (NalmxError, KeyError, TypeError, ValueError, AttributeError):
        raise RunError(
            f"{path} is damaged, or does not fit the rows beside it; fit again"
        ) from None
    if not same_json(read_json(directory / "formula.json"), _formula(outcome)):
        raise RunError(
            f"{directory / 'formula.json'} is not the law of results.json: it was changed; fit again"
        )
    return outcome


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
            f"{directory / 'results.json'} is not what is found in the rows now: it was changed, or there "
            "was less time; fit again"
        )
    on_progress("verifying formula ↔ truth")
    return with_truth(replace(saved, fit=again.fit), effort=effort)


def _config(outcome: FitOutcome, rows_sha256: str) -> dict[str, Any]:
    table = outcome.table
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "source": table.source,
        "inputs": list(table.rows.names),
        "target": table.rows.target_name,
        "renamed": dict(table.renamed),
        "left_out": dict(table.left_out),
        **asdict(outcome.settings),
        "truth": None if outcome.truth is None else to_text(outcome.truth),
        "domain": None if outcome.domain is None else outcome.domain.to_json(),
        "rows_sha256": rows_sha256,
    }


def _results(outcome: FitOutcome, config: dict[str, Any]) -> dict[str, Any]:
    return {"schema": SCHEMA, "fit": fit_to_json(outcome.fit), "config": config}


def _formula(outcome: FitOutcome) -> dict[str, Any]:
    formula: Formula | None = outcome.formula
    return {"schema": SCHEMA, "formula": None if formula is None else formula.to_json()}


def _check_schema(data: Any, path: Path) -> None:
    if not isinstance(data, dict) or type(data.get("schema")) is not int:
        raise RunError(f"{path} is damaged: it is not of a run of nalmx fit")
    if data["schema"] > SCHEMA:
        raise RunError(
            f"{path} has schema {data['schema']} and this nalmx reads up to {SCHEMA}; use a newer nalmx"
        )


def _outcome(config: dict[str, Any], found: Fit, directory: Path) -> FitOutcome:
    arrays = read_arrays(directory / _ROWS)
    rows = Rows.of(
        arrays["inputs"],
        arrays["target"],
        config["inputs"],
        config["target"],
        arrays.get("sigma"),
        arrays.get("weights"),
    )
    table = Chosen(rows, config["source"], dict(config["renamed"]), dict(config["left_out"]))
    settings = FitSettings.checked(**{name: config[name] for name in asdict(FitSettings())})
    truth = None if config["truth"] is None else parse(config["truth"])
    domain = config["domain"]
    if domain is not None:
        domain = Domain({name: Range.parse(text) for name, text in domain.items()})
    return FitOutcome(table, settings, found, truth, domain, directory=directory)
