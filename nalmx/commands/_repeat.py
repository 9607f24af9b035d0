"""The commands that give a run again, spelled from what it was started with."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..pntm.learn.config import SequenceConfig
from ._bench_sequence import SequenceRequest
from ._request import Request
from ._train_request import _OF_MACHINES, _OF_MODULES, MODULE, TrainRequest
from .bench import SingleModuleRequest
from .fit import FitRequest

if TYPE_CHECKING:
    from ..runs.fits import FitOutcome
    from ..train import Config

_FROM_PYTHON = "nalmx.{}, from Python; it has no command line"


def verify_command(directory: Path, *named: str) -> str:
    """The command that establishes the verdicts of a run again, and writes certificates."""
    return shlex.join(["nalmx", "verify", "run", str(directory), "--certificates", *named])


def training_command(config: Config) -> str:
    """The command of a training; one on a source of its own was started from Python."""
    known = config.to_json()
    if "source" in known:
        return _FROM_PYTHON.format("train")
    values = {name: known[own] for name, own in _OF_MODULES.items()}
    return _spelled(["train-and-extract"], TrainRequest, values)


def learning_command(config: SequenceConfig) -> str:
    """The command that learned a machine; settings as they are by default are left out."""
    usual = SequenceConfig.checked(task=config.task, examples=config.examples)
    values = {
        name: getattr(config, own)
        for name, own in _OF_MACHINES.items()
        if own in ("task", "examples") or getattr(config, own) != getattr(usual, own)
    }
    return _spelled(["train-and-extract"], TrainRequest, {"module": MODULE, **values})


def fit_command(outcome: FitOutcome) -> str:
    """The command of a fit."""
    table, settings = outcome.table, outcome.settings
    if table.source == "the given rows":
        return _FROM_PYTHON.format("fit")
    own = {name: table.renamed.get(name, name) for name in table.rows.names}
    target = table.rows.target_name
    values: dict[str, Any] = {
        "target": table.renamed.get(target, target),
        "features": [",".join(own.values())] if table.left_out else [],
        "noise": str(settings.noise),
        "holdout": settings.holdout,
        "time": settings.seconds,
        "seed": settings.seed,
        "operations": settings.operations,
        "sigma": table.sigma,
        "weights": table.weights,
        "units": table.units,
    }
    if outcome.truth is not None and outcome.domain is not None:
        from ..expression import to_text

        values["truth"] = to_text(outcome.truth)
        values["ranges"] = [f"{n}={extent}" for n, extent in outcome.domain.to_json().items()]
    return _spelled(["fit", table.source], FitRequest, values)


def benchmark_command(settings: Mapping[str, Any]) -> str:
    """The command of a benchmark, from the settings in its record."""
    given = {
        name: settings[name] for name in ("seeds", "longest", "iterations") if name in settings
    }
    given |= {"seed": settings.get("first_seed", 0), "budget": settings.get("budget_seconds")}
    lists = {
        "task": "tasks",
        "model": "models",
        "operation": "operations",
        "module": "modules",
        "inputs": "inputs",
    }
    for name, many in lists.items():
        if isinstance(settings.get(many), list):
            given[name] = [",".join(map(str, settings[many]))]
    if isinstance(settings.get("ranges"), list):
        given["ranges"] = settings["ranges"]
    if "tasks" in settings:
        return _spelled(["bench", "sequence"], SequenceRequest, given)
    return _spelled(["bench", "single-module"], SingleModuleRequest, given)


def _spelled(words: list[str], kind: type[Request], values: Mapping[str, Any]) -> str:
    """A command with the options of a request that are not as they are by default."""
    spelled = ["nalmx", *words]
    for field in kind.__dataclass_fields__.values():
        value, names = values.get(field.name), field.metadata.get("names")
        if not names or value is None or value == field.default:
            continue
        if field.metadata.get("multiple"):
            spelled += [word for one in value for word in (names[0], str(one))]
        elif isinstance(value, list | tuple):
            spelled += [names[0], ",".join(map(str, value))]
        else:
            spelled += [names[0], f"{value:g}" if isinstance(value, float) else str(value)]
    return shlex.join(spelled)
