"""CalcNet: an expression parsed by precedence, one trained module an operator (survey, section 5.6).

Each operator is a module of its own, trained alone; the expression is walked as the parser reads it, and
every operator is replaced by what its module computes. So the whole has an exact formula, twice: with the
trained weights, whose distance from the true expression is bounded, and with weights on their grids.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...devices import find_device
from ...errors import RunError
from ...expression import Expression, parse, variables
from ...extract import Formula
from ...ranges import Range
from ...runs.claims import rounded_up
from ...runs.extraction import extract_run
from ...train import Config, Progress, Run, fit
from ...train.sources import DataSource, RowGenerator, SingleModuleTask
from ...verify import Claim, Domain, check
from ._calcnet import Unbounded, assembled, whole_error
from ._networks import EFFORT
from .experiment import Cell, Experiment, Row, Tell

MODULES = {"add": "nau", "sub": "nau", "mul": "nmu", "div": "realnpu", "sqrt": "realnpu"}
EXPRESSIONS = {
    "paper": "a + b/c*sqrt(d) - e + f**2",
    "mean": "(a + b + c + d + e + f)/6",
    "root": "(sqrt(b**2 + 4*a*c) - b)/(2*a)",
}
RANGE = Range.parse("[1,10]")


@dataclass(frozen=True, slots=True)
class Unit:
    """What a module computes: as trained, and on its grid."""

    trained: Formula
    formula: Formula


def _source(operator: str) -> DataSource:
    if operator != "sqrt":
        return SingleModuleTask.checked(operation=operator, interpolation_range="[1,2]")

    def rows(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        x = random.uniform(1, 10, (n, 1))
        return x, np.sqrt(x[:, 0])

    return RowGenerator(rows, ["[1,10]"], name="root", truth="sqrt(x1)", threshold=1e-4)


def _unit(
    operator: str, seeds: int, iterations: int, tell: Tell, done: float, share: float
) -> Unit:
    config = Config.checked(
        source=_source(operator), module=MODULES[operator], seeds=seeds, iterations=iterations
    )

    def show(progress: Progress) -> None:
        part = progress.iteration / progress.iterations
        tell(done + share * part, f"training {operator}, iteration {progress.iteration}")

    with tempfile.TemporaryDirectory(prefix="nalmx-cell-") as directory:
        run = Run.create(Path(directory) / "run", config)
        fit(run, find_device("cpu", "modules"), on_progress=show)
        found = extract_run(run)
    if found.formula is None or found.network is None:
        raise RunError(f"no module learned {operator}: {found.reason}; give more seeds")
    return Unit(found.network, found.formula)


def _bound(expression: Expression, units: Mapping[str, Formula], domain: Domain) -> str:
    """The error of the whole, on all of the domain."""
    try:
        error = whole_error(expression, units, domain.ranges)
    except Unbounded as failed:
        return f"not bounded: {failed}"
    return f"bounded within {float(rounded_up(error)):.2g}"


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (10, 6_000) if quick else (5, 50_000)
    return [{"expressions": len(EXPRESSIONS), "seeds": seeds, "iterations": iterations}]


def _run(cell: Cell, tell: Tell) -> Row:
    seeds, iterations = int(cell["seeds"] or 1), int(cell["iterations"] or 1)
    units = {
        name: _unit(name, seeds, iterations, tell, place / 10, 0.1)
        for place, name in enumerate(MODULES)
    }
    row: dict[str, str] = {}
    for place, (name, text) in enumerate(EXPRESSIONS.items()):
        tell(0.5 + place / 6, f"verifying {name}")
        truth = parse(text)
        domain = Domain.uniform(variables(truth), RANGE)
        discrete = assembled(truth, {name: unit.formula for name, unit in units.items()})
        trained = {name: unit.trained for name, unit in units.items()}
        row[f"{name}_discrete"] = check(Claim(discrete, truth, domain), EFFORT).verdict
        row[f"{name}_as_trained"] = _bound(truth, trained, domain)
    return {**row, "published": "squared error of the paper's expression 5.0 inside, 9.5 outside"}


EXPERIMENT = Experiment(
    _cells,
    _run,
    note="; ".join(f"{name}: {text}" for name, text in EXPRESSIONS.items())
    + f"; inputs in {RANGE}.",
)
