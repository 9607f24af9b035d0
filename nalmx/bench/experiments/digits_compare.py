"""Whether one of two digits on images is larger, by a register (survey, section 7.2)."""

from __future__ import annotations

import numpy as np
import torch

from ...models import network_member
from ...ranges import Range
from ._digits import reader
from ._networks import commonest, formulas, verdicts
from .experiment import Cell, Experiment, Row, Tell
from .nsr_compare import COMPARISONS, compared

PAIRS = 10_000


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (2, 50) if quick else (10, 2_000)
    names = ("greater", "equal") if quick else COMPARISONS
    return [{"comparison": name, "seeds": seeds, "iterations": iterations} for name in names]


def _run(cell: Cell, tell: Tell) -> Row:
    name, seeds = str(cell["comparison"]), int(cell["seeds"] or 1)
    sign, compare = COMPARISONS[name]
    tell(0.0, "reading digits")
    seen = reader()
    networks = compared(compare, seeds, int(cell["iterations"] or 1), tell)
    chosen = np.random.default_rng(0).choice(len(seen.read), (PAIRS, 2))
    truth = compare(*torch.from_numpy(seen.shown[chosen].T))

    def right(digits: np.ndarray) -> list[float]:
        x = torch.from_numpy(digits[chosen]).float()
        with torch.no_grad():
            said = [network_member(networks, place)(x)[:, 0] > 0.5 for place in range(seeds)]
        return sorted(float((one == truth).double().mean()) for one in said)

    found = formulas(networks, seeds)
    given, images = right(seen.shown), right(seen.read)
    return {
        "digits_read": seen.accuracy,
        "given_right_digits": f"{sum(share == 1 for share in given)}/{seeds}",
        "pairs_of_images": f"{images[seeds // 2]:.1%}",
        "formula": commonest(found),
        "verdicts": verdicts(
            found, f"Piecewise((1, x1 {sign} x2), (0, True))", [Range.parse("[0,9]")] * 2
        ),
        "published": "below a convolutional network, like a perceptron",
    }


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "iterations"),
    note=f"Trained on all pairs of digits from 1 to 9; judged on {PAIRS:,} pairs of images that were held "
    "out, the median of the seeds. Verdicts are on all real numbers of [0,9].",
)
