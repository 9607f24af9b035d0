"""Sweep of a claim: uniform points, evaluated in float64 and reduced to the worst of them.

Float64 only screens. The points with the largest differences, and those where a side is not
finite, come back to be judged exactly; a sweep never refutes by itself. On a CPU, few points are
evaluated with NumPy and many by a compiled loop, which draws the same points, as a GPU does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from ...clock import deadline
from ...devices import device_name, find_device
from ...expression.straight_line import straight
from ...threads import in_chunks
from ..domain import Point
from ..verdict import Claim
from .samples import DrawnInterval, draw, tables
from .values import Arrays, Doubt

# What NumPy takes per point, in nanoseconds, and how long it may take before a loop is compiled.
_PER_INPUT, _PER_STEP = 10.0, 1.5
_WORTH_COMPILING = 1.5
_TO_COMPILE, _TO_COMPILE_A_STEP = 5.0, 0.05  # seconds, with much to spare
_CHUNK = 2**16
_SHARE_OF_THE_TIME = 0.8  # a sweep that the clock ends leaves time to judge what it found
NUMPY = Arrays(np, np.asarray)
Worst = list[tuple[float, int]]


@dataclass(frozen=True, slots=True)
class Swept:
    """`clear` points showed no difference beyond rounding; `suspects` are to be judged exactly.

    `left_over` points looked suspicious too but are more than can be judged. `points` is how many
    were drawn; fewer than asked for, and not `in_time`, where the time ran out.
    """

    points: int
    suspects: tuple[Point, ...]
    left_over: int
    in_time: bool = True


def sweep(
    claim: Claim,
    count: int,
    device: str = "cpu",
    seed: int = 0,
    judged: int = 32,
) -> Swept:
    """Screen `count` uniform points of the domain on `device`, fewer where the time does not suffice.

    `device` is `cpu`, `auto` (see `nalmx.devices`), or a GPU by the name that torch has for it.
    """
    table = tables(claim.domain)
    if table is None:
        return Swept(0, (), 0)
    end = deadline().within(_SHARE_OF_THE_TIME * deadline().left)

    def go_on(begun: int) -> bool:
        return not end.passed

    run = _suited(claim, table, count, end.left, device_name(device, "sweep"))
    drawn, doubtful, worst = run(claim, table, count, seed, judged, go_on)
    places = np.array([place for _, place in worst], dtype=np.uint64)
    inputs = {name: values.tolist() for name, values in draw(table, places, seed).items()}
    suspects = (
        {name: Fraction(values[n]) for name, values in inputs.items()} for n in range(len(worst))
    )
    left_over = doubtful - sum(value > 0 for value, _ in worst)
    return Swept(drawn, tuple(suspects), left_over, drawn == count)


def _suited(
    claim: Claim,
    table: Mapping[str, tuple[DrawnInterval, ...]],
    count: int,
    seconds: float,
    device: str,
) -> Callable[..., tuple[int, int, Worst]]:
    """NumPy for a short sweep, a compiled loop for a long one that leaves time to compile it.

    On a GPU whatever has a loop.
    """
    program = straight(claim.left, claim.right)
    nanoseconds = count * (_PER_INPUT * len(table) + _PER_STEP * len(program.steps))
    to_compile = _TO_COMPILE + _TO_COMPILE_A_STEP * len(program.steps)
    if device != "cpu":
        find_device(device, "sweep")
    if device != "cpu" or (nanoseconds > _WORTH_COMPILING * 1e9 and seconds > to_compile):
        from .loops import compiled_sweep, fits

        if fits(program, table):
            return partial(compiled_sweep, device=device)
    return array_sweep


def array_sweep(
    claim: Claim,
    table: Mapping[str, tuple[DrawnInterval, ...]],
    count: int,
    seed: int,
    judged: int,
    go_on: Callable[[int], bool],
) -> tuple[int, int, Worst]:
    """How many points were drawn, how many of them are doubtful, and the worst by their places."""
    doubt = Doubt(claim)
    doubtful = 0
    worst: Worst = []

    def work(_: int, first: int, stop: int) -> None:
        nonlocal doubtful, worst
        places = np.arange(first, stop, dtype=np.uint64)
        with np.errstate(all="ignore"):
            scores: Any = doubt.over(draw(table, places, seed), stop - first, NUMPY)
        doubtful += int((scores > 0).sum())
        least = worst[-1][0] if len(worst) == judged else -math.inf
        above = np.flatnonzero(scores > least)
        chosen = above[np.argsort(-scores[above], kind="stable")[:judged]]
        worst += zip(scores[chosen].tolist(), (chosen + first).tolist(), strict=True)
        worst = sorted(worst, key=lambda entry: (-entry[0], entry[1]))[:judged]

    drawn = in_chunks(count, _CHUNK, 1, work, go_on)
    return drawn, doubtful, worst
