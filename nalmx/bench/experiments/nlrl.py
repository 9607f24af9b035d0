"""Rules of And, Or and Not by two layers of neural logic rules, and how wide they must be (survey, 7.1)."""

from __future__ import annotations

from collections import Counter

import torch
from torch import Tensor, nn

from ...errors import ExtractionError
from ...expression import parse
from ...extract import boolean_counterexample, extract_network
from ...models import NLRL, NLRLAnd, network_member
from ...train.network import log_loss
from ._networks import commonest, counted, formulas, trained
from .experiment import Cell, Experiment, Row, Tell

RULES = {
    "and": "(x1 > 1/2) & (x2 > 1/2)",
    "or": "(x1 > 1/2) | (x2 > 1/2)",
    "not": "x1 <= 1/2",
    "xor": "((x1 > 1/2) & (x2 <= 1/2)) | ((x1 <= 1/2) & (x2 > 1/2))",
    "selection": "x3 > 1/2",
}
_INPUTS = {"not": 1, "selection": 3}
_LAYERS: dict[str, type[NLRL] | type[NLRLAnd]] = {"and-or-not": NLRL, "and-not": NLRLAnd}


def _target(rule: str, x: Tensor) -> Tensor:
    first, last = x[..., :1], x[..., -1:]
    values = {
        "and": first * last,
        "or": 1 - (1 - first) * (1 - last),
        "not": 1 - first,
        "xor": (first - last).abs(),
        "selection": last,
    }
    return values[rule]


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (2, 50) if quick else (10, 1_000)
    return [
        {"rule": rule, "layers": layers, "units": units, "seeds": seeds, "iterations": iterations}
        for rule in RULES
        for units in ((2,) if quick else (2, 8))
        for layers in _LAYERS
    ]


def _run(cell: Cell, tell: Tell) -> Row:
    rule, units, seeds = str(cell["rule"]), int(cell["units"] or 1), int(cell["seeds"] or 1)
    kind, inputs = _LAYERS[str(cell["layers"])], _INPUTS.get(rule, 2)

    def build(random: torch.Generator) -> nn.Module:
        first = kind(inputs, units, generator=random)
        return nn.Sequential(first, kind(units, 1, generator=random))

    def sample(generator: torch.Generator) -> tuple[Tensor, Tensor]:
        x = torch.randint(0, 2, (32, inputs), generator=generator).float()
        return x, _target(rule, x).expand(seeds, -1, -1)

    iterations = int(cell["iterations"] or 1)
    networks = trained(build, seeds, sample, iterations, 0.03, tell, loss=log_loss)
    tell(1.0, "judging")
    truth, names = parse(RULES[rule]), [f"x{i + 1}" for i in range(inputs)]
    counts: Counter[str] = Counter()
    for place in range(seeds):
        try:
            (output,) = extract_network(network_member(networks, place)).outputs
        except ExtractionError:
            counts["no formula"] += 1
            continue
        counts["wrong" if boolean_counterexample(output, truth, names) else "proved"] += 1
    text = commonest(formulas(networks, seeds))
    return {"on_0_and_1": counted(counts), "formula": text if text and len(text) < 60 else None}


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "iterations"),
    note="Proved: right at every point of {0, 1}^n, in exact arithmetic. The survey gives no numbers; it "
    "says that more units help up to 8.",
)
