"""Discovery of a fractional epidemic law from a trajectory, by NPU and NAU (survey; Heim et al. 2020).

    dS = −r + ηR,  dI = r − αI,  dR = αI − ηR,  r = β·√I·√S

The network gives the derivatives. It is trained by multiple shooting: from each measured point to the next,
by Runge–Kutta steps. Coefficients are read with as many decimals as the data tell, powers likewise.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor, nn

from ...errors import ExtractionError
from ...extract import Formula, extract_network
from ...extract.powers import Validation
from ...models import NAU, RealNPU, network_member
from ...ranges import Range
from ...verify import Tolerance
from ._networks import trained, verdict
from .experiment import Cell, Experiment, Row, Tell

ALPHA, BETA, ETA = 0.05, 0.06, 0.01
NAMES = ("S", "I", "R")
TRUTHS = (
    "-0.06*sqrt(S*I) + 0.01*R",
    "0.06*sqrt(S*I) - 0.05*I",
    "0.05*I - 0.01*R",
)
_POINTS, _END, _STEPS = 40, 200.0, 2
_START = 0.2  # of the usual size, as the authors begin
_WITHIN = Tolerance.parse("abs:0.05")


def derivatives(x: Tensor) -> Tensor:
    """The truth: (…, 3) → (…, 3)."""
    s, i, r = x.unbind(-1)
    rate = BETA * (s * i).clamp(min=0).sqrt()
    return torch.stack([ETA * r - rate, rate - ALPHA * i, ALPHA * i - ETA * r], -1)


def trajectory() -> tuple[Tensor, float]:
    """The states (points, 3) at equal times, and the time between them."""
    times = np.linspace(0, _END, _POINTS)

    def slope(_: float, x: np.ndarray) -> np.ndarray:
        found: np.ndarray = derivatives(torch.from_numpy(x)).numpy()
        return found

    solved = solve_ivp(slope, (0, _END), [100.0, 0.01, 0.0], t_eval=times, rtol=1e-10, atol=1e-12)
    return torch.from_numpy(solved.y.T), float(times[1] - times[0])


class Shooting(nn.Module):
    """Where the states are after a time, by Runge–Kutta steps with a network's derivatives."""

    def __init__(self, network: nn.Module, time: float) -> None:
        super().__init__()
        self.network, self.step = network, time / _STEPS

    def forward(self, x: Tensor) -> Tensor:
        h, f = self.step, self.network
        for _ in range(_STEPS):
            a = f(x)
            b = f(x + h / 2 * a)
            c = f(x + h / 2 * b)
            x = x + h / 6 * (a + 2 * b + 2 * c + f(x + h * c))
        return x


def _cells(quick: bool) -> list[Cell]:
    return [{"hidden": 3, "seeds": 2 if quick else 5, "iterations": 50 if quick else 6_000}]


@torch.no_grad()
def _formula(network: nn.Module, states: Tensor) -> Formula | None:
    """The law, with as many decimals and such powers as give what the network gives along the trajectory."""
    data = Validation(states, network.double()(states))
    extents = [_hull(column) for column in states.T]
    try:
        return extract_network(network, NAMES, extents=extents, validation=data)
    except ExtractionError:
        return None


def _hull(column: Tensor) -> Range:
    return Range.parse(f"[{max(float(column.min()), 0.001):.3f},{float(column.max()):.3f}]")


def _judged(formula: Formula, states: Tensor) -> str:
    """What is established of the three derivatives in the box of the trajectory."""
    extents = [_hull(column) for column in states.T]
    found = [
        verdict(output, truth, NAMES, extents, _WITHIN)
        for output, truth in zip(formula.outputs, TRUTHS, strict=True)
    ]
    return ", ".join(found)


def _run(cell: Cell, tell: Tell) -> Row:
    hidden, seeds, iterations = (int(cell[name] or 1) for name in ("hidden", "seeds", "iterations"))
    states, time = trajectory()
    before, after = states[:-1].float(), states[1:].float()
    scale = after.std(0)

    def build(random: torch.Generator) -> nn.Module:
        layers = RealNPU(3, hidden, generator=random), NAU(hidden, 3, generator=random)
        for weight in (layers[0].w_real, layers[1].raw_weight):
            weight.data *= _START
        return Shooting(nn.Sequential(*layers), time)

    networks = trained(
        build,
        seeds,
        lambda generator: (before, after.expand(seeds, -1, -1)),
        iterations,
        0.01,
        tell,
        loss=lambda y, t: ((y - t) / scale).square(),
        penalty_scale=0.0,
        gradient_clip=0.1,
        cooldown=0.7,
    )
    tell(1.0, "judging")
    with torch.no_grad():
        errors = (networks(before) - after).square().mean((-1, -2)).tolist()
    best = min(range(seeds), key=lambda place: errors[place])
    network = network_member(networks, best).network
    assert isinstance(network, nn.Module)
    formula = _formula(network, states)
    return {
        "best_error": float(f"{errors[best]:.3g}"),
        "law": None if formula is None else "; ".join(formula.python()),
        "verdicts": "no formula" if formula is None else _judged(formula, states),
        "published": "squared errors 0.015 to 0.05 with 57 to 180 parameters",
    }


EXPERIMENT = Experiment(
    _cells,
    _run,
    note=f"Truth: {'; '.join(TRUTHS)}. Verdicts: each within {_WITHIN} in the box of the trajectory.",
)
