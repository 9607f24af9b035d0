"""Loops as forms: what is computed at every point, and what is kept of it. Emitters print them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import numba_points
from .cache import compiled
from .values import Body


@dataclass(frozen=True, slots=True)
class Sweep:
    """Points by their places, how doubtful each of them is, and the worst of them.

    The body has the inputs `x0, x1, …`, one for each of `intervals`: of how many intervals its range
    consists; `constants0, …` and `tolerance`; and the result `score`; NaN counts as infinite.

    Compiled it is `sweep(first, stop, keys, table, constants, tolerance, worst, places)`, which gives
    the number of scores above 0. `keys` has a number for each input, `table` three for each interval
    (start, base, scale); `worst` and `places` are kept sorted, `worst` with -inf where there is none.
    """

    body: Body
    intervals: tuple[int, ...]

    def compiled(self) -> Any:
        return compiled(numba_points.sweep(self.body, self.intervals), "sweep").sweep


@dataclass(frozen=True, slots=True)
class EveryFloat32:
    """The float32 numbers of a run of bit patterns, and how far apart two sides are at each of them.

    The body has the input `x`, a float32; `exact0, …`, `errors0, …`, `narrow0, …` and `tolerance`; and
    the results `sure`, a bound `off` that counts where it is sure, and `gap`, as float64 sees it.

    Compiled it is `check(first, stop, exact, errors, narrow, tolerance, places)`, which gives how many
    points are not sure, how many of those are in `places`, the largest gap, its first pattern, and the
    largest bound.
    """

    body: Body

    def compiled(self) -> Any:
        return compiled(numba_points.check(self.body), "every").check
