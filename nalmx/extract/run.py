"""From a finished training run to one formula, and to disk and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeGuard

import torch

from ..errors import ExtractionError, NoTruthValue, RunError
from ..models import ArithmeticModule, member
from ..storage import read_json, write_json
from ..tasks.arithmetic import VALIDATION_SEED, evaluation_set
from ..train import Config, Run, trained_stack
from .formula import Formula
from .powers import Validation
from .symbolic import Extracted, as_trained, extract_both

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
        extraction = Extraction(None, None, None, {}, reason)
    else:
        chosen = max(by_formula, key=lambda text: len(by_formula[text]))
        extracted, module, seed = found[chosen]
        discretised = None if _is_formula(extracted) else extracted.discretised
        extraction = Extraction(
            extracted.formula, as_trained(module), seed, by_formula, discretised=discretised
        )
    write_json(run.path("formula.json"), _to_json(extraction))
    return extraction


def load_extraction(run: Run) -> Extraction:
    """Read `formula.json`; the network and its discretised form are taken anew from the weights."""
    data = read_json(run.path("formula.json"))
    if not isinstance(data, dict) or not isinstance(data.get("schema"), int):
        raise RunError(f"{run.path('formula.json')} is damaged: it is not a saved formula")
    if data["schema"] > SCHEMA:
        raise RunError(
            f"{run.path('formula.json')} has schema {data['schema']} and this nalmx reads up to {SCHEMA}; "
            "use a newer nalmx"
        )
    if data.get("formula") is None:
        return Extraction(None, None, None, {}, str(data.get("reason")))
    formula = Formula.from_json(data["formula"])
    seed, by_formula = data.get("seed"), data.get("seeds_by_formula")
    if not isinstance(seed, int) or seed not in run.config.seed_list or not _are_seeds(by_formula):
        raise RunError(f"{run.path('formula.json')} is damaged: its seed is not one of the run")
    if formula.inputs != run.config.input_names or len(formula.outputs) != 1:
        raise RunError(
            f"{run.path('formula.json')} is damaged: its inputs are not those of the run"
        )
    module = member(trained_stack(run), run.config.seed_list.index(seed))
    network = as_trained(module)
    if network.weights_sha256 != formula.weights_sha256:
        raise RunError(
            f"{run.path('weights.safetensors')} was changed after the formula was extracted (its digest "
            "differs); train the run again"
        )
    try:
        extracted = extract_both(module, **_context(run.config))
    except ExtractionError as error:
        raise RunError(f"{run.path('formula.json')} does not fit the weights: {error}") from None
    discretised = None if _is_formula(extracted) else extracted.discretised
    return Extraction(formula, network, seed, by_formula, discretised=discretised)


def _context(config: Config) -> dict[str, Any]:
    """What extraction is told of a task: the ranges of its formula, and validation data."""
    return {
        "extents": [config.extrapolation] * config.inputs,
        "validation": _validation(config),
    }


def _validation(config: Config) -> Validation:
    """The first of the validation data, on which powers are chosen."""
    x, t = evaluation_set(config.task, config.interpolation, config.inputs, VALIDATION_SEED)
    return Validation(torch.from_numpy(x[:_POINTS]), torch.from_numpy(t[:_POINTS, None]))


def _is_formula(extracted: Extracted) -> bool:
    return extracted.discretised.outputs == extracted.formula.outputs


def _are_seeds(by_formula: object) -> TypeGuard[dict[str, list[int]]]:
    return isinstance(by_formula, dict) and all(
        isinstance(seeds, list) and all(isinstance(seed, int) for seed in seeds)
        for seeds in by_formula.values()
    )


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
