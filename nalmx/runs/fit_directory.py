"""The run directory of a fit: what was found in which rows.

- `rows.safetensors`: the rows, in float64
- `results.json`: the equations, and what was said of the rows
- `formula.json`: the law, if there is one
- `verdicts.json`: the verdict on the truth, if one is known
- `config.json`: names, settings and the digest of the rows; written last, since it makes a run of a directory
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import NalmxError, RunError, SettingError
from ..expression import Expression, parse, to_text
from ..extract.formula import Formula
from ..fit.holdout import Holdout
from ..fit.judge import Noise
from ..fit.record import fit_from_json, fit_to_json
from ..fit.result import Fit
from ..fit.rows import Rows
from ..fit.tables import Chosen, units_of
from ..ranges import Range
from ..run_directory import new_directory, saved_config
from ..storage import (
    array_bytes,
    digest,
    read_arrays,
    read_json,
    same_json,
    write_bytes,
    write_json,
)
from ..verify import Domain
from ..verify.effort import OPERATIONS
from .saved_verdicts import save_verdicts

KIND = "fit"
SCHEMA = 1
HOLDOUTS: tuple[Holdout, ...] = ("extrapolate", "random")
LONGEST = 1e6
_ROWS = "rows.safetensors"


@dataclass(frozen=True, slots=True)
class FitSettings:
    """Everything but the rows that determines what a fit finds."""

    noise: Noise = "auto"
    holdout: Holdout = "extrapolate"
    seconds: float = 60.0
    seed: int = 0
    operations: int = OPERATIONS

    @classmethod
    def checked(cls, **given: Any) -> FitSettings:
        """The settings, each within its limits."""
        settings = cls(**given)
        if settings.holdout not in HOLDOUTS:
            raise SettingError(
                f"{settings.holdout!r} is no holdout; choose one of: {', '.join(HOLDOUTS)}"
            )
        noise, seconds, seed = settings.noise, settings.seconds, settings.seed
        if noise != "auto" and not (type(noise) in (int, float) and 0 <= noise < 1):
            raise SettingError(
                f"the noise is auto, or its size relative to the target, from 0 to below 1; {noise!r} given"
            )
        if not (type(seconds) in (int, float) and 0 < seconds <= LONGEST):
            raise SettingError(f"the time is from 0 to {LONGEST:,.0f} seconds; {seconds!r} given")
        if type(settings.operations) is not int or settings.operations < 1:
            raise SettingError(
                f"operations are an integer from 1 on; {settings.operations!r} given"
            )
        if type(seed) is not int or not 0 <= seed < 2**32:
            raise SettingError(f"a seed is an integer from 0 to {2**32 - 1}; {seed!r} given")
        return settings


@dataclass(frozen=True, slots=True, repr=False)
class Fitted:
    """What a fit found in a table, and the truth that it is to be compared with on a domain, if any."""

    table: Chosen
    settings: FitSettings
    fit: Fit
    truth: Expression | None = None
    domain: Domain | None = None

    @property
    def law(self) -> bool:
        """Whether a law is claimed."""
        return self.fit.law

    @property
    def formula(self) -> Formula | None:
        """The law, if one is claimed."""
        known = self.fit.formula
        return None if known is None else Formula(self.table.rows.names, (known,), "", "")


def write_fit(found: Fitted, verdicts: Mapping[str, Any], directory: Path) -> Path:
    """Write a run into a directory that must not exist."""

    def fill() -> None:
        config = question(found.table, found.settings, found.truth, found.domain)
        write_bytes(directory / _ROWS, _row_bytes(found.table.rows))
        write_json(directory / "results.json", _results(found, config))
        write_json(directory / "formula.json", _formula(found))
        if verdicts:
            save_verdicts(directory / "verdicts.json", verdicts)
        write_json(directory / "config.json", config)

    new_directory(directory, fill)
    return directory


def question(
    table: Chosen, settings: FitSettings, truth: Expression | None, domain: Domain | None
) -> dict[str, Any]:
    """Everything that determines what a fit finds, and what is claimed of it: its config.json."""
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "source": table.source,
        "inputs": list(table.rows.names),
        "target": table.rows.target_name,
        "renamed": dict(table.renamed),
        "left_out": dict(table.left_out),
        "sigma": table.sigma,
        "weights": table.weights,
        **_units(table),
        **asdict(settings),
        "truth": None if truth is None else to_text(truth),
        "domain": None if domain is None else domain.to_json(),
        "rows_sha256": hashlib.sha256(_row_bytes(table.rows)).hexdigest(),
    }


def _row_bytes(rows: Rows) -> bytes:
    columns = {"inputs": rows.inputs, "target": rows.target}
    columns |= {} if rows.sigma is None else {"sigma": rows.sigma}
    columns |= {} if rows.weights is None else {"weights": rows.weights}
    return array_bytes(columns)


def read_fit(directory: Path) -> Fitted:
    """A run as it was saved, whole; but its verdicts."""
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
        fitted = _fitted(config, found, directory)
    except (NalmxError, KeyError, TypeError, ValueError, AttributeError):
        raise RunError(
            f"{path} is damaged, or does not fit the rows beside it; fit again"
        ) from None
    if not same_json(read_json(directory / "formula.json"), _formula(fitted)):
        raise RunError(
            f"{directory / 'formula.json'} is not the law of results.json: it was changed; fit again"
        )
    return fitted


def _units(table: Chosen) -> dict[str, Any]:
    if table.rows.units is None:
        return {}
    spelled = [{unit: str(power) for unit, power in one.items()} for one in table.rows.units]
    return {"units": {"source": table.units, "exponents": spelled}}


def _results(found: Fitted, config: dict[str, Any]) -> dict[str, Any]:
    return {"schema": SCHEMA, "fit": fit_to_json(found.fit), "config": config}


def _formula(found: Fitted) -> dict[str, Any]:
    formula: Formula | None = found.formula
    return {"schema": SCHEMA, "formula": None if formula is None else formula.to_json()}


def _check_schema(data: Any, path: Path) -> None:
    if not isinstance(data, dict) or type(data.get("schema")) is not int:
        raise RunError(f"{path} is damaged: it is not of a run of nalmx fit")
    if data["schema"] > SCHEMA:
        raise RunError(
            f"{path} has schema {data['schema']} and this nalmx reads up to {SCHEMA}; use a newer nalmx"
        )


def _fitted(config: dict[str, Any], found: Fit, directory: Path) -> Fitted:
    arrays = read_arrays(directory / _ROWS)
    names = [*config["inputs"], config["target"]]
    units = config.get("units")
    rows = Rows.of(
        arrays["inputs"],
        arrays["target"],
        config["inputs"],
        config["target"],
        arrays.get("sigma"),
        arrays.get("weights"),
        units and units_of(names, dict(zip(names, units["exponents"], strict=True))),
    )
    renamed, left_out = dict(config["renamed"]), dict(config["left_out"])
    known = config["sigma"], config["weights"], units and units["source"]
    table = Chosen(rows, config["source"], renamed, left_out, *known)
    settings = FitSettings.checked(**{name: config[name] for name in asdict(FitSettings())})
    truth = None if config["truth"] is None else parse(config["truth"])
    domain = config["domain"]
    if domain is not None:
        domain = Domain({name: Range.parse(text) for name, text in domain.items()})
    return Fitted(table, settings, found, truth, domain)
