"""A run of a module on a page: formula, verdicts, training, weights, ranges, rival formulas."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...expression import Expression
from ...expression.mathml import mathml
from ...markup import Markup, element, joined
from ...models import member
from ...storage import parse_json, read_bytes
from ...train import Run, trained_stack
from ...train.sources import SingleModuleTask
from .charts import ranges_picture, training_curves, weights_picture
from .parts import Chapter, command, listing, section, table
from .verdicts import formula_verdicts, legend

if TYPE_CHECKING:
    from ...runs.formulas import FormulaOutcome

_LONGEST_DRAWN, _MOST_RIVALS, _MOST_SEEDS, _MOST_WEIGHTS = 2_000, 40, 200, 1_000


def formula_part(
    outcome: FormulaOutcome, repeat: Sequence[str], certificates: Mapping[str, bytes]
) -> Chapter:
    """What a finished and verified run of a module came to."""
    config, extraction = outcome.run.config, outcome.extraction
    source = config.source
    title = f"{config.module_class.title}: {source.name} on {source.trained_on}"
    succeeded = (
        f"{outcome.successes} of {config.seeds} seeds succeeded on {source.judged_on}, "
        f"trained on {source.trained_on}."
    )
    sections = [_formula(outcome, succeeded)]
    if outcome.verdicts:
        cards = formula_verdicts(outcome.verdicts, outcome.claims, certificates)
        sections.append(section("Verdicts", *cards, legend()))
    trained = source.interpolation if isinstance(source, SingleModuleTask) else None
    drawn = ranges_picture(trained, dict(zip(source.input_names, source.extents, strict=True)))
    sections.append(section("Ranges", drawn))
    sections.append(section("Training", *_curves(outcome.run, extraction.seed)))
    sections.append(section("Weights", *_weights(outcome.run, extraction.seed)))
    sections.append(section("Formulas of the seeds", *_rivals(outcome)))
    sections.append(section("Repeat it", *map(command, repeat)))
    return Chapter(title, sections)


def drawn_formula(expression: Expression, text: str) -> Markup:
    """A formula as it is written by hand, and as Python; a very long one as Python alone."""
    shown = mathml(expression) if len(text) <= _LONGEST_DRAWN else None
    return joined(element("div", shown, class_="formula scroll"), listing([text]))


def _formula(outcome: FormulaOutcome, succeeded: str) -> Markup:
    formula, extraction = outcome.formula, outcome.extraction
    if formula is None:
        reason = f"No formula: {extraction.reason}."
        return section("Formula", element("p", reason), element("p", succeeded))
    drawn = [
        drawn_formula(output, text)
        for output, text in zip(formula.outputs, formula.python(), strict=True)
    ]
    origin = (
        f"From seed {extraction.seed}, as {extraction.agreeing} of {outcome.successes} successful "
        f"seeds; the largest step to a grid was {formula.largest_snap:.3g}."
    )
    parts = [element("p", succeeded), element("p", origin)]
    if extraction.network is not None:
        network = [
            element("summary", "The network as trained, exactly"),
            listing(extraction.network.python()),
        ]
        parts.append(element("details", *network))
    return section("Formula", *drawn, *parts)


def _curves(run: Run, chosen: int | None) -> list[Markup]:
    lines = read_bytes(run.path("metrics.jsonl")).splitlines()
    records: list[dict[str, Any]] = [parse_json(line) for line in lines]
    iterations = [record["iteration"] for record in records]
    source, pictures = run.config.source, []
    for name, where, threshold in (
        ("extrapolation", source.judged_on, source.threshold),
        ("validation", source.trained_on, None),
    ):
        errors = {
            seed: [record[name][place] for record in records]
            for place, seed in enumerate(run.config.seed_list)
        }
        label = f"{name}: mean squared error of every seed on {where}"
        label += "" if chosen is None else f"; blue: seed {chosen}"
        label += "" if threshold is None else "; dashed: below it, a seed succeeds"
        pictures.append(training_curves(iterations, errors, chosen, threshold, label))
    return pictures


def _weights(run: Run, chosen: int | None) -> list[Markup]:
    kind, seeds = run.config.module_class, run.config.seed_list
    modules = trained_stack(run)
    rows: dict[str, dict[int, list[float]]] = {}
    shown = [place for place, seed in enumerate(seeds) if place < _MOST_SEEDS or seed == chosen]
    for place, seed in ((place, seeds[place]) for place in shown):
        for name, values in member(modules, place).weights().items():
            rows.setdefault(name, {})[seed] = values.detach().flatten().tolist()
    grids = {**kind.grids, **kind.gates}
    return [
        weights_picture(name, own, chosen, _points(grids.get(name)), _MOST_WEIGHTS // len(rows))
        for name, own in rows.items()
    ]


def _points(grid: Any) -> str:
    return "none" if grid is None else "{" + ", ".join(map(str, grid.points)) + "}"


def _rivals(outcome: FormulaOutcome) -> list[Markup]:
    """Which seeds gave which formula, and the errors of each seed."""
    found = sorted(outcome.extraction.by_formula.items(), key=lambda pair: -len(pair[1]))
    rivals = [(len(seeds), _listed(seeds), text) for text, seeds in found[:_MOST_RIVALS]]
    parts = [table(("how many", "seeds", "formula"), rivals, numbers=[0])] if rivals else []
    rows = [
        (
            seed["seed"],
            "yes" if seed["success"] else "no",
            seed["chosen_iteration"],
            *(_error(seed[name]) for name in ("validation_error", "extrapolation_error")),
            "–" if seed["solved_at"] is None else seed["solved_at"],
            _error(seed["sparsity_error"]),
        )
        for seed in outcome.results["seeds"]
    ]
    headings = ("seed", "success", "step", "validation", "extrapolation", "solved at", "sparsity")
    seeds = table(headings, rows[:_MOST_SEEDS], numbers=range(7), sortable=True)
    return [*parts, element("details", element("summary", "Every seed"), seeds)]


def _listed(seeds: list[int]) -> str:
    shown = ", ".join(map(str, seeds[:12]))
    return f"{shown}, … ({len(seeds)})" if len(seeds) > 12 else shown


def _error(value: float | None) -> str:
    return "–" if value is None or not math.isfinite(value) else f"{value:.2g}"
