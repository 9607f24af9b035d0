"""A walk from A to B in exactly T steps, learned by reward (survey, section 6.3; Trask et al. 2018).

At every step the agent goes nearer to its target, or waits. It is rewarded where it arrives with the last
step, and neither earlier nor later. What decides is a sum and a comparison: go where the distance is the time
that is left. The distances dx and dy to the target are given; images of the grid are not read.
"""

from __future__ import annotations

from collections import Counter
from itertools import count

import torch
from torch import Tensor, nn

from ...expression import parse
from ...expression.nodes import substitute
from ...extract import Formula
from ...models import NAU
from ...ranges import Range
from ...train.network import log_loss
from ._networks import abbreviated, counted, formulas, seeded, stacked, train, verdict
from ._registers import PENALTY, RATE, register
from .experiment import Cell, Experiment, Row, Tell

SIDE, TIMES, EPISODES, EXPLORED = 5, (5, 12), 128, 0.1
TESTED = ((5, 12), (5, 19), (5, 100), (50, 1_000))
GO = "Piecewise((1, s <= 0), (0, True))"
_WIDE = Range.parse("[0,1000000]")


def build(random: torch.Generator) -> nn.Module:
    """The truth value of a comparison of two sums of dx, dy and the time that is left, and its negation."""
    return nn.Sequential(NAU(3, 2, generator=random), register(2, random))


def episodes(
    random: torch.Generator, shape: tuple[int, ...], side: int, times: tuple[int, int]
) -> Tensor:
    """Starts (…, 3): dx, dy, not both 0, and a time T in which the target can be reached."""
    low, high = times
    places = torch.randint(0, side, (*shape, 4), generator=random).float()
    apart = (places[..., :2] - places[..., 2:]).abs()
    apart[..., 0] += (apart.sum(-1) == 0).float()
    drawn = torch.randint(low, high + 1, (*shape, 1), generator=random).float()
    return torch.cat([apart, torch.maximum(drawn, apart.sum(-1, keepdim=True))], -1)


def walked(state: Tensor, go: Tensor) -> Tensor:
    """The state after a step: along x first, and then along y."""
    along = (state[..., 0] > 0).float()
    move = torch.stack([go * along, go * (1 - along), torch.ones_like(go)], -1)
    return (state - move).clamp(min=0.0)


def distance(state: Tensor) -> Tensor:
    return state[..., :2].sum(-1)


@torch.no_grad()
def experience(
    networks: nn.Module, start: Tensor, random: torch.Generator | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Episodes from their starts: states (…, steps, 3), what was done in them, and which were rewarded.

    1 is to go, 0 to wait, and -1 a state after the end. With `random` the agent acts by chance, and does now
    and then what it would not do; without it does what is likelier.
    """
    state, states, done = start, [], []
    for _ in range(int(start[..., 2].max())):
        chance = networks(state)[..., 0]
        if random is None:
            go = (chance > 0.5).float()
        else:
            chance = chance * (1 - 2 * EXPLORED) + EXPLORED
            go = (torch.rand(chance.shape, generator=random) < chance).float()
        active = (distance(state) > 0) & (state[..., 2] > 0)
        states.append(state)
        done.append(torch.where(active, go, -1.0))
        state = torch.where(active[..., None], walked(state, go), state)
    rewarded = (distance(state) == 0) & (state[..., 2] == 0)
    return torch.stack(states, -2), torch.stack(done, -1), rewarded


def imitated(
    networks: nn.Module, random: torch.Generator, seeds: int, by_chance: bool
) -> tuple[Tensor, Tensor]:
    """Rows to learn from: what was done in rewarded episodes, -1 elsewhere. It is the policy gradient."""
    start = episodes(random, (seeds, EPISODES), SIDE, TIMES)
    states, done, rewarded = experience(networks, start, random if by_chance else None)
    known = torch.where(rewarded[..., None], done, -1.0).flatten(1)
    both = torch.stack([known, torch.where(known < 0, known, 1 - known)], -1)
    return states.flatten(1, 2), both


def policy_loss(y: Tensor, t: Tensor) -> Tensor:
    """The mean over what is known, so that few rewards teach as much as many."""
    known = (t >= 0).float()
    share = known.flatten(-2).mean(-1).clamp(min=0.01)[..., None, None]
    return known * log_loss(y, t.clamp(min=0.0)) / share


def settled(formula: Formula | None) -> str:
    """Whether a policy is proved to go where no time is to spare, and to wait where there is some.

    T = dx + dy + s with s steps to spare. While s > 0 it waits, and s becomes smaller; from s = 0 on it goes,
    and s stays 0: so it arrives with the last step, on every grid and for every T that is long enough.
    """
    if formula is None:
        return "no formula"
    given = dict(zip(formula.inputs, map(parse, ("dx", "dy", "dx + dy + s")), strict=True))
    policy = substitute(formula.outputs[0], given)
    return verdict(policy, GO, ("dx", "dy", "s"), [_WIDE] * 3)


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (2, 20) if quick else (10, 1_500)
    return [{"seeds": seeds, "iterations": iterations}]


def _run(cell: Cell, tell: Tell) -> Row:
    seeds, iterations = int(cell["seeds"] or 1), int(cell["iterations"] or 1)
    networks, steps = stacked(build, seeds), count()

    def sample(random: torch.Generator) -> tuple[Tensor, Tensor]:
        return imitated(networks, random, seeds, next(steps) < iterations / 2)

    train(networks, seeds, sample, iterations, RATE, tell, loss=policy_loss, penalty_scale=PENALTY)
    tell(1.0, "judging")
    row: dict[str, str | None] = {}
    for side, time in TESTED:
        random = seeded(time)
        starts = episodes(random, (seeds, 200), side, (time, time))
        arrived = experience(networks, starts)[2].double().mean(-1)
        row[f"arrives_at_{time}"] = f"{int((arrived == 1).sum())}/{seeds}"
    found = formulas(networks, seeds)
    policies = Counter(formula.python()[0] for formula in found if formula is not None)
    return {
        **row,
        "policy": abbreviated(policies),
        "verdicts": counted(Counter(settled(formula) for formula in found)),
        "published": "NAC: holds to about T = 19",
    }


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "iterations"),
    note=f"Trained on a grid of {SIDE} x {SIDE} with T from {TIMES[0]} to {TIMES[1]}; counted are the seeds "
    "that arrive with the last step in all of 200 episodes (T = 1,000 on a grid of 50 x 50). Proved: on "
    "every grid and for every T, while distances are below 10^6. The published figure is not checked against "
    "the paper.",
)
