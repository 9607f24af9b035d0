"""From a finished training run to one formula, and to disk and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from ..errors import ExpressionError, ExtractionError, NoTruthValue, RunError
from ..expression import parse, to_text
from ..extract.formula import Formula
from ..extract.powers import Validation
from ..extract.symbolic import Extracted, as_trained, extract_both
from ..models import ArithmeticModule, member
from ..storage import read_json, same_json, write_json
from ..train import Config, Run, trained_stack

SCHEMA = 1
_POINTS = 1_000


@dataclass(frozen=True, slots=True)
class Extraction(NoTruthValue):
    """The formula of a run, the network it stands for, and how many seeds gave it.

    `discretised` is the network with its weights on their grids, and None where the formula is that
    already. `formula` and `network` belong to one seed: of the formula that most successful seeds agree on,
    the seed whose weights were nearest to their grid. Both are None where no successful seed
    converged; `reason` then says why. `by_formula` lists the seeds of every formula found.
    """

    _ask = "extraction.formula is not None"

    formula: Formula | None
    network: Formula | None
    seed: int | None
    by_formula: dict[str, list[int]]
    reason: str | None = None
    discretised: Formula | None = None

    @property
    def agreeing(self) -> int:
        return len(self.by_formula.get(str(self.formula), []))


def extract_run(run: Run) -> Extraction:
    """Extract the formula of every successful seed, choose one, and save `formula.json`."""
    extraction = _extracted(run)
    write_json(run.path("formula.json"), _to_json(extraction))
    return extraction


def _extracted(run: Run) -> Extraction:
    modules = trained_stack(run)
    by_formula: dict[str, list[int]] = {}
    found: dict[str, tuple[Extracted, ArithmeticModule, int]] = {}
    failed: list[str] = []
    seeds = run.load_results()["seeds"]
    context = _context(run.config)
    for place, result in enumerate(seeds):
        if not result["success"]:
            continue
        module = member(modules, place)
        try:
            extracted = extract_both(module, **context)
        except ExtractionError as error:
            failed.append(f"seed {result['seed']}: {error}")
            continue
        formula = extracted.formula
        by_formula.setdefault(str(formula), []).append(result["seed"])
        known = found.get(str(formula))
        if known is None or formula.largest_snap < known[0].formula.largest_snap:
            found[str(formula)] = (extracted, module, result["seed"])
    if not found:
        reason = failed[0] if failed else f"none of {len(seeds)} seeds succeeded"
        return Extraction(None, None, None, {}, reason)
    chosen = max(by_formula, key=lambda text: len(by_formula[text]))
    extracted, module, seed = found[chosen]
    discretised = None if _is_formula(extracted) else extracted.discretised
    return Extraction(
        extracted.formula,
        as_trained(module, run.config.source.input_names),
        seed,
        by_formula,
        discretised=discretised,
    )


def load_extraction(run: Run) -> Extraction:
    """The formula of a run, extracted anew; `formula.json` must say the same."""
    path = run.path("formula.json")
    data = read_json(path)
    if not isinstance(data, dict) or type(data.get("schema")) is not int:
        raise RunError(f"{path} is damaged: it is not a saved formula")
    if data["schema"] > SCHEMA:
        raise RunError(
            f"{path} has schema {data['schema']} and this nalmx reads up to {SCHEMA}; use a newer "
            "nalmx"
        )
    extraction = _extracted(run)
    for name, found in _to_json(extraction).items():
        if not same_json(_spelled_anew(data.get(name)), found):
            raise RunError(
                f"{path} is not what is extracted from the weights (see {name}); delete it, and "
                f"nalmx train-and-extract --output {run.directory} --resume writes it anew"
            )
    return extraction


def _spelled_anew(saved: Any) -> Any:
    """What was saved, with its expressions as they are spelled now; a module's name is none."""
    match saved:
        case str():
            try:
                return to_text(parse(saved))
            except ExpressionError:
                return saved
        case list():
            return [_spelled_anew(one) for one in saved]
        case dict():
            return {
                _spelled_anew(name): one if name == "module" else _spelled_anew(one)
                for name, one in saved.items()
            }
    return saved


def _context(config: Config) -> dict[str, Any]:
    """What extraction is told of a task: the ranges of its formula, and validation data."""
    return {
        "inputs": config.source.input_names,
        "extents": config.source.extents,
        "validation": _validation(config),
    }


def _validation(config: Config) -> Validation:
    """The first of the validation data, on which powers are chosen."""
    x, t = config.source.validation()
    return Validation(torch.from_numpy(x[:_POINTS]), torch.from_numpy(t[:_POINTS, None]))


def _is_formula(extracted: Extracted) -> bool:
    return extracted.discretised.outputs == extracted.formula.outputs


def _to_json(extraction: Extraction) -> dict[str, Any]:
    formula, network = extraction.formula, extraction.network
    discretised = extraction.discretised
    return {
        "schema": SCHEMA,
        "formula": None if formula is None else formula.to_json(),
        "discretised": discretised and discretised.to_json(),
        "network_as_trained": None if network is None else network.python(),
        "seed": extraction.seed,
        "seeds_by_formula": extraction.by_formula,
        "reason": extraction.reason,
    }
